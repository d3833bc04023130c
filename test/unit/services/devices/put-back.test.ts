import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { away, back, RowsOf } from '../../../support/put-back';
import { acquaint, createWorld, type Resident, type World } from '../../../support/services-kit';

describe('one of several devices that is set back to an earlier state', () => {
  let world: World;
  let desk: Resident;
  let laptop: Resident;
  let bob: Resident;

  beforeEach(async () => {
    world = createWorld();
    desk = await world.move('Ada');
    bob = await world.move('Bob');
    const { ofInviter } = await acquaint(world, desk, bob);
    await desk.conversations.open({ contactId: ofInviter, title: 'Tea' });
    laptop = await world.link(desk, 'Ada’s laptop');
    await world.until('both in step', inStep);
  });
  afterEach(() => world.close());

  const idOf = ({ profile }: Resident) => profile.local.instanceId;
  const inStep = (): boolean => [desk, laptop].every((each) => [desk, laptop].every((other) => other === each || (each.profile.devices.siblings.session(idOf(other)) !== undefined && each.profile.devices.replica.hasHeardAll && each.profile.devices.replica.behind(idOf(other)) === 0)));
  const say = async (from: Resident, text: string): Promise<void> => {
    const conversationId = from.profile.stores.conversations.list()[0]?.conversationId ?? '';
    await from.messages.send({ conversationId, text });
  };
  const texts = (of: Resident): readonly string[] => of.profile.stores.conversations.list().flatMap(({ conversationId }) => of.profile.stores.messages.page(conversationId, undefined, 500).map(({ text }) => text));
  const rename = (of: Resident, name: string): void => {
    const row = of.profile.stores.contacts.list()[0] ?? expect.unreachable('Bob');
    of.profile.commit(() => of.profile.stores.contacts.put({ ...row, name }));
  };
  const nameAt = (of: Resident) => of.profile.stores.contacts.list()[0]?.name;

  it.each([
    ['the device without the identity key, which lost more than it said since', 'laptop', 5, 1],
    ['the device without the identity key, which said more since than it lost', 'laptop', 1, 5],
    ['the device with the identity key, which lost more than it said since', 'desk', 5, 1],
    ['the device with the identity key, which said more since than it lost', 'desk', 1, 5],
  ])('S4-31 A38 A39: %s becomes another one, says what it said since under its new name, and has again what it had lost', { timeout: 60_000 }, async (_what, which, lost, since) => {
    const [older, other] = which === 'desk' ? [desk, laptop] : [laptop, desk];
    older.isCopy = true;
    await say(older, 'before');
    await world.until('both in step', inStep);
    const rows = new RowsOf(older.db);
    older.reopen();
    for (let n = 1; n <= lost; n += 1) rename(older, `lost ${n}`);
    await say(older, 'lost');
    await world.until('it everywhere', () => texts(other).includes('lost') && texts(bob).includes('lost') && inStep());
    await world.pass(5_000, 500);
    const [formerly, former] = [idOf(older), older.profile];

    former.leave();
    rows.putBack(older.db);
    away(older);
    expect(texts(older)).not.toContain('lost');
    await say(older, 'since');
    for (let n = 1; n <= since; n += 1) rename(older, `since ${n}`);
    rename(other, 'meanwhile');
    await world.pass(1_000, 500);
    rename(older, 'at last');
    // The contact may be there before the other device is, without which the one that holds no identity key becomes none.
    other.onLink = (link) => link.destroy();
    other.mute = true;
    for (const session of other.profile.devices.siblings.sessions()) session.close();
    back(older);
    await world.pass(2_000, 100);
    other.onLink = undefined;
    other.mute = false;
    await world.until('another device', () => idOf(older) !== formerly);
    await world.until('both in step', inStep);
    await world.until('what was written', () => texts(bob).includes('since') && texts(other).includes('since'));
    await world.until('what was lost', () => texts(older).includes('lost'));
    expect(texts(older)).toEqual(texts(other));
    expect([...texts(older)].sort()).toEqual(['before', 'lost', 'since']);
    expect([...texts(bob)].sort()).toEqual(['before', 'lost', 'since']);
    expect([nameAt(older), nameAt(other)]).toEqual(['at last', 'at last']);
    // Nothing is said in the name of the one that is no more.
    expect(older.profile.stores.replica.state()?.author).toBe(idOf(older));
    // A contact replaces its keys for a person's changed devices only so often.
    await world.pass(3_600_000, 60_000);
    await say(older, 'on');
    await say(other, 'and on');
    await world.until('it everywhere', () => [older, other, bob].every((each) => texts(each).includes('on') && texts(each).includes('and on')));
    expect(texts(older)).toEqual(texts(other));
    expect(texts(older)).toHaveLength(5);
  });
});
