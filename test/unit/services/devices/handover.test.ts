import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTrio, entriesOf, lookAnew, lookedBy, publishThrough, sessionsOf, type Trio } from '../../../support/handover-kit';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory-repository';

let trio: Trio;
let memory: MemoryRepository;

beforeEach(async () => {
  memory = createMemoryRepository();
  trio = await createTrio();
});
afterEach(() => trio.world.close());

/** What the one suite runs against: the device that has the session is asked, or, gone itself, a repository. */
const modes = [
  { name: 'asked of the device that has it', where: 'from-owner', begin: () => undefined, leave: () => trio.leaveDesk() },
  { name: 'taken from a repository', where: 'from-repository', begin: () => publishThrough(trio, () => memory.connect()), leave: () => trio.loseDesk() },
] as const;

describe.each(modes)('a session that goes on at another device: $name', ({ where, begin, leave }) => {
  it('S4-01 S4-03 S4-04 S4-06 S4-08 S4-16 S4-20 S4-24: with the desk out of her sight Carol’s session goes on at the laptop, which looked here, at its owner, in the repository, in this order, and said nothing to her before its answer', async () => {
    const { world, desk, laptop, carol } = trio;
    begin();
    await world.pass(500);
    let [sent, dialled] = [0, 0];
    laptop.onLink = (link) => {
      dialled += 1;
      const { send } = link;
      laptop.profile.accept(Object.assign(link, { send: (bytes: Uint8Array) => {
        // M2 of a resumption and M4, in one write.
        if (sent === 0) expect([bytes[0], bytes[7], bytes.length]).toEqual([2, 2, 136 + 60]);
        sent += 1;
        return send.call(link, bytes);
      } }));
    };
    leave();
    await world.until('a session with the laptop', () => trio.with(laptop) !== undefined);
    expect(dialled).toBe(1);
    expect(lookedBy(laptop)[0]).toEqual({ where: 'here', found: false });
    expect(lookedBy(laptop).at(-1)).toEqual({ where, found: true });
    if (where === 'from-repository') expect(lookedBy(laptop)[1]).toEqual({ where: 'from-owner', found: false });
    expect(await sessionsOf(carol)).toMatchObject([{ resumed: true, handedOver: true, handedOverBy: 'peer' }]);
    expect(await sessionsOf(laptop)).toMatchObject([{ resumed: true, handedOver: true, handedOverBy: 'own' }]);
    if (where === 'from-owner') expect(entriesOf(desk, carol)).toEqual([]);
    expect(entriesOf(carol, desk)).toHaveLength(1);
  });

  it.each(['was blocked', 'has not agreed yet'])('S4-32: a contact who %s at the laptop is refused there, and takes nothing', async (how) => {
    const { world, laptop, carol } = trio;
    begin();
    await world.pass(500);
    const { contacts } = laptop.profile.stores;
    const contact = contacts.byPeer(carol.profile.local.peerId) ?? expect.unreachable('a contact');
    if (how === 'was blocked') laptop.contacts.block({ contactId: contact.contactId });
    else contacts.put({ ...contact, relation: 'requested' });
    leave();
    await world.pass(20_000);
    expect(lookedBy(laptop).at(-1)).toEqual({ where, found: false });
    // Who connects in full agrees by that.
    if (how === 'was blocked') expect([trio.with(laptop), await sessionsOf(laptop), entriesOf(laptop, carol)]).toEqual([undefined, [], []]);
    else expect(await sessionsOf(laptop)).toMatchObject([{ resumed: false, handedOver: false }]);
  });
});

describe('the device that has a session', () => {
  it('S4-17 S4-18 A61: purges it, ends its own part, and what it still wanted to say goes nowhere; Carol drops hers', async () => {
    const { world, desk, carol } = trio;
    const [there] = desk.profile.connections.sessions();
    const here = trio.with(desk);
    let ended = false;
    there?.onClose(() => {
      ended = true;
    });
    await lookAnew(trio);
    await world.until('the end of the old session', () => ended && trio.with(desk) === undefined);
    expect(there?.send([{ kind: 'message', bytes: Uint8Array.of(1) }])).toBe(false);
    expect(here?.send([{ kind: 'message', bytes: Uint8Array.of(1) }])).toBe(false);
    expect(entriesOf(desk, carol)).toEqual([]);
    expect(desk.logged.map(([event]) => event)).toContain('handover.gave-away');
  });

  it('A60: lends nothing when it cannot write it down, and gives nothing away when it cannot purge it', async () => {
    const { world, desk, laptop, carol } = trio;
    const { sharing, resumptions } = desk.profile.stores;
    const fails: string[] = [];
    const failing = (what: string): never => {
      fails.push(what);
      throw new Error('disk full');
    };
    const [putLedger, remove] = [sharing.putLedger.bind(sharing), resumptions.remove.bind(resumptions)];
    Object.assign(sharing, { putLedger: () => failing('lend') });
    const before = entriesOf(desk, carol);
    await lookAnew(trio);
    expect([fails, trio.with(laptop)?.resumed, entriesOf(desk, carol)]).toEqual([['lend'], false, before]);
    expect(desk.profile.connections.sessions()).toHaveLength(1);
    Object.assign(sharing, { putLedger });
    // Once more, with the disk failing at the purge; Carol has forgotten the laptop.
    for (const entry of entriesOf(carol, laptop)) if (entry.peerInstance === laptop.profile.local.instanceId) carol.profile.stores.resumptions.remove(entry.keyId);
    expect(desk.profile.stores.sharing.ledger(before[0]?.keyId ?? new Uint8Array(32))).toBeUndefined();
    Object.assign(resumptions, { remove: () => failing('purge') });
    await world.pass(31_000, 500); // until the laptop asks for this one again
    carol.reopen();
    await world.until('another session with the laptop', () => trio.with(laptop) !== undefined);
    expect([fails, trio.with(laptop)?.resumed]).toEqual([['lend', 'purge'], false]);
    expect(entriesOf(desk, carol)).toHaveLength(1);
    Object.assign(resumptions, { remove });
  });

  it('A60: keeps it where whoever it was lent to cannot write that down, and may lend it again at once', async () => {
    const { world, desk, laptop, carol } = trio;
    let fails = 0;
    Object.assign(laptop.profile.stores.sharing, {
      putLedger: () => {
        fails += 1;
        throw new Error('disk full');
      },
    });
    const before = entriesOf(desk, carol);
    await lookAnew(trio);
    await world.pass(500);
    expect([fails, trio.with(laptop)?.resumed, entriesOf(desk, carol)]).toEqual([1, false, before]);
    expect(desk.profile.connections.sessions()).toHaveLength(1);
    expect(desk.profile.stores.sharing.ledger(before[0]?.keyId ?? new Uint8Array(32))?.line.phase).toBe('held');
  });
});
