import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Device, heard, household, type Household, idOf } from '../../../support/own-devices';
import { RowsOf } from '../../../support/put-back';

let home: Household;

beforeEach(async () => {
  home = await household();
  await home.together();
});
afterEach(() => home.world.close());

const isInStep = (...devices: Device[]): boolean => devices.every(({ profile }) => devices.every((other) => other.profile === profile || profile.devices.replica.behind(other.profile.local.instanceId) === 0));
const conversationAt = ({ profile }: Device) => profile.stores.conversations.list().find(({ continues }) => continues === undefined) ?? expect.unreachable('a conversation');
/** What a device holds of the conversation, in both tables. */
const stateAt = (at: Device) => {
  const { peerId, dialogId, state, failure } = conversationAt(at);
  return [state, failure, at.profile.stores.dialogs.findDialog({ peerId, dialogId })?.state, at.profile.stores.dialogs.isBuried({ peerId, dialogId })];
};

/** All know one conversation, and the contact is away, so that nobody tells it anything. */
async function ready(): Promise<void> {
  const { world, desk, laptop, shelf, bo } = home;
  expect(await desk.say(bo, 'hello')).toBe(true);
  await world.until('all know it', () => [desk, laptop, shelf].every(({ profile }) => profile.stores.conversations.list().length === 1) && isInStep(desk, laptop, shelf));
  bo.mute = true;
  bo.onLink = (link) => link.destroy();
  for (const session of bo.profile.connections.sessions()) session.close();
  await world.pass(200);
}

/** Says that it failed, as a device in other hands could. */
function say(by: Device): void {
  const { peerId, dialogId } = conversationAt(by);
  const { profile } = by;
  profile.commit(() => {
    const row = profile.stores.dialogs.findDialog({ peerId, dialogId }) ?? expect.unreachable('a dialog');
    profile.stores.dialogs.putDialog({ ...row, state: 'failed', failure: 'key-reused' });
    profile.stores.conversations.put({ ...conversationAt(by), state: 'failed', failure: 'key-reused' });
  });
  by.reopen();
  by.profile.commit(() => by.profile.devices.news?.failed({ peerId, dialogId }));
}

const open = ['open', undefined, 'open', false];
const failed = ['failed', 'key-reused', 'failed', true];

describe('a conversation that only a stopped device had ended', () => {
  it('S4-32 A65: goes on where it stopped when the contact never heard of it, and what was written before goes out', async () => {
    const { world, desk, laptop, shelf, bo } = home;
    await ready();
    const { conversationId } = conversationAt(laptop);
    await laptop.messages.send({ conversationId, text: 'waits' });
    say(shelf);
    await world.until('all believe it', () => [desk, laptop].every((each) => stateAt(each)[2] === 'failed'));
    expect([stateAt(desk), stateAt(laptop)]).toEqual([failed, failed]);
    await expect(Promise.resolve().then(() => laptop.messages.send({ conversationId, text: 'no' }))).rejects.toMatchObject({ code: 'conversation.failed' });

    await laptop.devices.suspend({ instanceId: idOf(shelf) });
    await world.until('it goes on', () => [desk, laptop].every((each) => stateAt(each)[0] === 'open'));
    expect([stateAt(desk), stateAt(laptop)]).toEqual([open, open]);
    bo.mute = false;
    bo.onLink = undefined;
    await world.until('what waited', () => heard(bo).includes('waits'));
    await desk.messages.send({ conversationId: conversationAt(desk).conversationId, text: 'again' });
    await world.until('what follows', () => heard(bo).includes('again'));
    expect(bo.profile.stores.conversations.list().map(({ state }) => state)).toEqual(['open']);
    for (const each of [desk, laptop]) expect((await each.conversations.list(undefined)).map(({ returned }) => returned)).toEqual([{ at: expect.any(Number), by: idOf(shelf) }]);
    expect(laptop.logged.filter(([event]) => event === 'conversation.taken-back').map(([, facts]) => facts?.['outcome'])).toEqual(['open']);
  });

  it('S4-32 A65: what waited goes in a linked conversation when the contact had heard of the end', async () => {
    const { world, laptop, shelf, bo } = home;
    await ready();
    await laptop.messages.send({ conversationId: conversationAt(laptop).conversationId, text: 'waits' });
    say(shelf);
    await world.until('it is believed', () => stateAt(laptop)[2] === 'failed');
    bo.mute = false;
    bo.onLink = undefined;
    await world.until('the contact heard of it', () => bo.profile.stores.conversations.list()[0]?.state === 'failed');
    await world.pass(2_000);
    expect(heard(bo)).not.toContain('waits');
    expect(laptop.profile.stores.conversations.list()).toHaveLength(1);
    await laptop.devices.suspend({ instanceId: idOf(shelf) });
    await world.until('what waited', () => heard(bo).includes('waits'));
    expect(stateAt(laptop)).toEqual(failed);
    const [former, next] = [conversationAt(laptop), laptop.profile.stores.conversations.list().find(({ continues }) => continues !== undefined)];
    expect([former.continuedBy, next?.state]).toEqual([next?.conversationId, 'open']);
    expect(heard(bo).filter((text) => text === 'waits')).toHaveLength(1);
  });

  it('S4-32 A65: what waited at the device that one used to be goes as well, and what waits at another device goes from there alone', async () => {
    const { world, desk, laptop, shelf, bo } = home;
    await ready();
    await laptop.messages.send({ conversationId: conversationAt(laptop).conversationId, text: 'waits' });
    await desk.messages.send({ conversationId: conversationAt(desk).conversationId, text: 'waits as well' });
    say(shelf);
    await world.until('it is believed', () => [desk, laptop].every((each) => stateAt(each)[2] === 'failed'));
    bo.mute = false;
    bo.onLink = undefined;
    await world.until('the contact heard of it from both', () => [desk, laptop].every((each) => each.profile.stores.dialogs.findDialog(conversationAt(each))?.failureDue === false));
    const [rows, formerly] = [new RowsOf(laptop.db), idOf(laptop)];
    laptop.reopen();
    await home.together();
    await world.pass(2_000);
    laptop.profile.leave();
    rows.putBack(laptop.db);
    laptop.reopen();
    await world.until('another device in its place', () => idOf(laptop) !== formerly && isInStep(desk, laptop, shelf));
    await home.together();
    home.leave(desk);
    await laptop.devices.suspend({ instanceId: idOf(shelf) });
    await world.until('what waited here', () => heard(bo).includes('waits'));
    home.comeBack(desk);
    await world.until('what waited there', () => heard(bo).includes('waits as well'));
    await world.pass(5_000);
    expect(heard(bo).filter((text) => text.startsWith('waits')).sort()).toEqual(['waits', 'waits as well']);
  });

  it('S4-32 A65: what another device that counts had found as well stays', async () => {
    const { world, desk, laptop, shelf } = home;
    await ready();
    say(desk);
    await world.until('all believe it', () => [shelf, laptop].every((each) => stateAt(each)[2] === 'failed'));
    say(shelf);
    await world.until('both said it', () => laptop.profile.stores.replica.of('failed', `${conversationAt(laptop).peerId}/${conversationAt(laptop).dialogId}`).length === 2);
    await laptop.devices.suspend({ instanceId: idOf(shelf) });
    await world.until('it is stopped', () => desk.profile.local.list.instances.some(({ state }) => state === 'suspended'));
    await world.pass(5_000);
    expect([stateAt(desk)[0], stateAt(laptop)]).toEqual(['failed', failed]);
  });

  it('S4-31 S4-32 A65: its word counts for nothing once it was stopped, though the list does not say so yet', async () => {
    const { world, desk, laptop, shelf } = home;
    await ready();
    home.leave(desk);
    await laptop.devices.suspend({ instanceId: idOf(shelf) });
    await world.pass(1_000);
    const { peerId, dialogId } = conversationAt(laptop);
    const before = stateAt(laptop);
    const author = shelf.profile.local.instanceId;
    const number = (laptop.profile.stores.replica.heard().get(author) ?? 0) + 1;
    const fact = { author, number, stamp: world.clock.now() * 4096, kind: 'ended', key: `${peerId}/${dialogId}`, value: new Uint8Array([2, 0]), signature: new Uint8Array(64), waiting: true };
    laptop.profile.commit(() => laptop.profile.stores.replica.put(fact));
    await world.pass(120_000, 1_000);
    expect(laptop.profile.local.list.instances.map(({ state }) => state)).toEqual(['active', 'active', 'active']);
    expect(stateAt(laptop)).toEqual(before);
    expect(before).toEqual(open);
  });
});
