import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTrio, type Moment, type Trio } from '../../../support/handover-kit';
import type { Resident } from '../../../support/services-kit';

let trio: Trio;

type Victim = 'desk' | 'laptop';
const textsAt = ({ profile: { stores } }: Resident): readonly string[] =>
  stores.conversations.list().flatMap(({ conversationId }) => stores.messages.page(conversationId, undefined, 100).map(({ text }) => text));
const undelivered = ({ profile: { stores } }: Resident): readonly string[] =>
  stores.conversations.list().flatMap(({ conversationId }) => stores.messages.page(conversationId, undefined, 100).flatMap(({ direction, state, text }) => (direction === 'out' && state !== 'delivered' && state !== 'read' ? [text] : [])));


/** What the sessions of these two left behind is no more: the next hand-over is one again. */
function forget({ profile: { stores } }: Resident, { profile: { local } }: Resident): void {
  for (const { keyId, peerInstance } of stores.resumptions.ofPeer(local.peerId)) if (peerInstance === local.instanceId) stores.resumptions.remove(keyId);
}

/** Devices that could go on with this session at this moment: their own book says so. */
const holders = (keyId: Uint8Array): readonly Resident[] =>
  [trio.desk, trio.laptop].filter(({ profile }) => !profile.devices.handover.isLent(keyId) && profile.resumptions.isKept(keyId) && profile.stores.sharing.ledger(keyId)?.part !== 'from-owner');

/** Until it holds; meanwhile, and at the end, no two devices have the session. */
async function until(what: string, keyId: Uint8Array, holds: () => boolean): Promise<void> {
  await trio.world.until(what, () => {
    expect(holders(keyId).length).toBeLessThanOrEqual(1);
    return holds();
  });
}

/** Who is killed when, and whether the session Carol has with the laptop then is the one handed over. */
const points: readonly (readonly [Victim, 'before' | 'after', Moment, 'goes on' | 'begins anew'])[] = [
  ['laptop', 'before', 'ask', 'begins anew'],
  ['desk', 'before', 'ask', 'begins anew'],
  ['laptop', 'after', 'ask', 'begins anew'],
  ['desk', 'before', 'lent', 'begins anew'],
  ['desk', 'after', 'lent', 'begins anew'],
  ['laptop', 'before', 'take', 'begins anew'],
  ['laptop', 'after', 'take', 'begins anew'],
  ['desk', 'before', 'taken', 'begins anew'],
  ['desk', 'after', 'taken', 'goes on'],
  ['laptop', 'before', 'm2', 'goes on'],
  ['laptop', 'after', 'm2', 'begins anew'],
  ['laptop', 'after', 'm3', 'begins anew'],
  ['desk', 'after', 'm3', 'goes on'],
];

describe('a hand-over in the middle of which a device is killed', () => {
  const said: string[] = [];
  beforeAll(async () => {
    trio = await createTrio();
    const { world, desk, laptop, carol } = trio;
    const ofAda = carol.profile.stores.contacts.byPeer(desk.profile.local.peerId)?.contactId ?? '';
    await carol.conversations.open({ contactId: ofAda });
    await say(carol);
    await world.until('it everywhere', () => textsAt(laptop).length === 1 && undelivered(carol).length === 0);
  });
  afterAll(() => trio.world.close());

  const say = async (from: Resident): Promise<void> => {
    const text = `${from.name}: ${said.length + 1}`;
    said.push(text);
    await from.messages.send({ conversationId: from.profile.stores.conversations.list()[0]?.conversationId ?? '', text });
  };

  it.each(points)('S4-15 S4-17 S4-31 A59: the %s, %s %s is sent: no two ever have the session, nothing said is lost or doubled, and Carol’s session %s', async (who, when, moment, outcome) => {
    const { world, desk, laptop, carol } = trio;
    const { keyId } = trio.with(desk) ?? expect.unreachable('a session');
    let killed: Promise<void> | undefined;
    trio.at(moment, when, () => {
      killed = trio[who].kill();
    });
    trio.leaveDesk();
    await say(carol);
    await say(desk);
    await until(moment, keyId, () => killed !== undefined);
    await killed;
    await say(carol);
    laptop.onLink = undefined;
    trio[who].reopen(); // the desk is still out of everybody’s sight
    await until('a session with the laptop', keyId, () => trio.with(laptop) !== undefined);
    expect(trio.with(laptop)?.resumed === true ? 'goes on' : 'begins anew').toBe(outcome);
    await say(laptop);
    desk.onLink = undefined;
    desk.mute = false;
    desk.reopen();
    await until('all of it everywhere', keyId, () => [desk, laptop, carol].every((each) => textsAt(each).length >= said.length && undelivered(each).length === 0));
    for (const each of [desk, laptop, carol]) expect([...textsAt(each)].sort()).toEqual([...said].sort());
    // As it was before: Carol is with the desk, which tells her how to show that elsewhere.
    laptop.onLink = (link) => link.destroy();
    for (const session of laptop.profile.connections.sessions()) session.close();
    for (const [from, to] of [[carol, laptop], [laptop, carol]] as const) forget(from, to);
    await world.until('all together again', () => trio.isReady());
    laptop.onLink = undefined;
  });
});
