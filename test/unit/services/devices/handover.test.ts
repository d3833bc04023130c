import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LedgerLine, type Move, release, reserve } from '../../../../electron/engine/sharing/ledger';
import { recordName, uncoverLine } from '../../../../electron/engine/sharing/repository-record';
import { openShared } from '../../../../electron/engine/sharing/session-state';
import { Publisher } from '../../../../electron/services/devices/handover-publisher';
import { changeRecord } from '../../../../electron/services/devices/handover-sources';
import { settingsService } from '../../../../electron/services/settings-service';
import { RepositoryUnreachable, type SessionRepository } from '../../../../electron/services/ports/session-repository';
import { createTrio, type Trio } from '../../../support/handover-kit';
import { createMailWorld } from '../../../support/mail-world';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory-repository';
import type { Resident } from '../../../support/services-kit';

let trio: Trio;
let memory: MemoryRepository;

beforeEach(async () => {
  memory = createMemoryRepository();
  trio = await createTrio();
});
afterEach(() => trio.world.close());

const linesOf = (move: Move): LedgerLine | undefined => ('line' in move ? move.line : undefined);
const entriesOf = ({ profile }: Resident, other: Resident) => profile.stores.resumptions.ofPeer(other.profile.local.peerId);
const lookedBy = ({ logged }: Resident) => logged.filter(([event]) => event === 'handover.looked').map(([, facts]) => facts);
const sessionsOf = async (resident: Resident) => (await resident.networkCalls.status(undefined)).sessions;

/** Both devices share sessions through the repository, too. */
function publishing(repository: () => SessionRepository = () => memory.connect()): void {
  for (const device of [trio.desk, trio.laptop]) {
    device.settings = { ...device.settings, shareSessions: 'repository' };
    device.profile.devices.handover.useRepository(repository());
  }
}

/** What the one suite runs against: the device that has the session is asked, or, gone itself, a repository. */
const modes = [
  { name: 'asked of the device that has it', where: 'from-owner', begin: () => undefined, leave: () => trio.leaveDesk() },
  { name: 'taken from a repository', where: 'from-repository', begin: () => publishing(), leave: () => trio.loseDesk() },
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

/** Carol looks for Ada anew although her connection seems to stand: only she knows that it leads nowhere. */
async function lookAnew(): Promise<void> {
  const { world, desk, carol } = trio;
  desk.mute = true;
  desk.onLink = (link) => link.destroy();
  void carol.profile.dialling.round(desk.profile.local.peerId, new AbortController().signal, () => undefined);
  await world.until('a session with the laptop', () => trio.with(trio.laptop) !== undefined);
}

describe('the device that has a session', () => {
  it('S4-17 S4-18 A61: purges it, ends its own part, and what it still wanted to say goes nowhere; Carol drops hers', async () => {
    const { world, desk, carol } = trio;
    const [there] = desk.profile.connections.sessions();
    const here = trio.with(desk);
    let ended = false;
    there?.onClose(() => {
      ended = true;
    });
    await lookAnew();
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
    await lookAnew();
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
    await lookAnew();
    await world.pass(500);
    expect([fails, trio.with(laptop)?.resumed, entriesOf(desk, carol)]).toEqual([1, false, before]);
    expect(desk.profile.connections.sessions()).toHaveLength(1);
    expect(desk.profile.stores.sharing.ledger(before[0]?.keyId ?? new Uint8Array(32))?.line.phase).toBe('held');
  });
});

describe('a repository', () => {
  it('S4-08 S4-16: is where the person’s mailbox is, if the person chose so: registered there, the devices find each other’s sessions by themselves', async () => {
    trio.world.close();
    const mail = createMailWorld();
    trio = await createTrio(mail);
    const { world, desk, laptop, carol } = trio;
    for (const device of [desk, laptop]) device.settings = { ...device.settings, shareSessions: 'repository' };
    await mail.register(desk, { address: 'ab'.repeat(16) });
    await mail.register(laptop, { address: 'ab'.repeat(16) });
    await world.pass(500);
    trio.loseDesk();
    await world.until('a session with the laptop', () => trio.with(laptop) !== undefined);
    expect(lookedBy(laptop).at(-1)).toEqual({ where: 'from-repository', found: true });
    expect(await sessionsOf(carol)).toMatchObject([{ resumed: true, handedOver: true }]);
  });

  it('S4-05: empty, and the device that had the session gone: a full handshake, and the conversation goes on', async () => {
    const { world, desk, laptop, carol } = trio;
    const ofAda = carol.profile.stores.contacts.byPeer(desk.profile.local.peerId)?.contactId ?? '';
    const { conversationId } = await carol.conversations.open({ contactId: ofAda });
    laptop.profile.devices.handover.useRepository(memory.connect());
    trio.loseDesk();
    await world.until('a session with the laptop', () => trio.with(laptop) !== undefined);
    expect(lookedBy(laptop)).toEqual([{ where: 'here', found: false }, { where: 'from-owner', found: false }, { where: 'from-repository', found: false }]);
    expect(await sessionsOf(carol)).toMatchObject([{ resumed: false, handedOver: false }]);
    const { messageId } = await carol.messages.send({ conversationId, text: 'are you there?' });
    await world.until('its delivery', () => carol.profile.stores.messages.byId(messageId)?.state === 'delivered');
  });

  it('S4-14 S4-15 S4-16: knows of every record before Carol hears it, however slow it is; out of reach, it holds nothing up for long', async () => {
    const { world, desk, laptop, carol } = trio;
    publishing();
    await world.pass(200);
    const session = trio.with(desk);
    const [, published] = [...memory.records.values()];
    expect(memory.records.size === 1 || published !== undefined).toBe(true);
    const hears = (): number => session?.digests.received.counter ?? 0;
    const known = (): number => publishedPosition();
    let open = (): void => undefined;
    memory.turn = (what) => (what === 'write' ? new Promise((resolve) => (open = resolve)) : Promise.resolve());
    for (let n = 0; n < 6; n += 1) {
      const before = hears();
      desk.tellAddresses();
      desk.addresses = [{ host: '192.0.2.9', port: 5_000 + n }, ...desk.addresses.slice(-1)];
      desk.tellAddresses();
      await world.pass(400);
      expect(hears()).toBe(before);
      open();
      await world.pass(60);
      expect(hears()).toBeGreaterThan(before);
      expect(known()).toBeGreaterThanOrEqual(hears());
    }
    memory.turn = () => new Promise(() => undefined);
    const before = hears();
    desk.addresses = [{ host: '192.0.2.9', port: 6_000 }];
    desk.tellAddresses();
    await world.pass(2_000);
    expect(hears()).toBeGreaterThan(before);
    // What went out unpublished makes what is there stale: the laptop finds that out before it takes anything.
    memory.turn = () => Promise.resolve();
    trio.loseDesk();
    await world.until('a session with the laptop', () => trio.with(laptop) !== undefined);
    expect(lookedBy(laptop).at(-1)).toEqual({ where: 'from-repository', found: false });
    expect(trio.with(laptop)?.resumed).toBe(false);
    expect(carol.profile.connections.sessions()).toHaveLength(1);
  });

  it('S4-16: out of reach it is tried again every half minute, and told once until it has the session again', async () => {
    const { world, desk } = trio;
    publishing();
    await world.pass(200);
    const told = () => desk.logged.filter(([event]) => event === 'handover.behind').length;
    const say = () => {
      desk.addresses = [{ host: '192.0.2.9', port: 6_000 + told() }, ...desk.addresses.slice(-1)];
      desk.tellAddresses();
    };
    const before = told();
    let tries = 0;
    memory.turn = () => {
      tries += 1;
      return Promise.reject(new RepositoryUnreachable());
    };
    say();
    await world.pass(100_000, 500);
    expect(tries).toBeGreaterThan(2);
    expect(told()).toBe(before + 1);
    memory.turn = () => Promise.resolve();
    await world.pass(40_000, 500);
    memory.turn = () => Promise.reject(new RepositoryUnreachable());
    say();
    await world.pass(40_000, 500);
    expect(told()).toBe(before + 2);
  });

  it('S4-18 S4-19 A61 A62: it was taken from there: what the device that had it still says reaches nobody, and its late word changes nothing', async () => {
    const { world, desk, laptop, carol } = trio;
    publishing();
    await world.pass(200);
    // The two devices lose sight of each other, and Carol of the desk; the desk’s end of its session with her stands.
    for (const session of desk.profile.devices.siblings.sessions()) session.close();
    const here = trio.with(desk);
    const [there] = desk.profile.connections.sessions();
    await lookAnew();
    expect(lookedBy(laptop).at(-1)).toEqual({ where: 'from-repository', found: true });
    const [heard, records] = [here?.digests.received.counter, memory.seen.length];
    there?.send([{ kind: 'card', bytes: Uint8Array.of(1, 2, 3) }]);
    await world.pass(200);
    expect(here?.digests.received.counter).toBe(heard);
    expect(memory.seen.length).toBe(records);
    expect(there?.send([{ kind: 'card', bytes: Uint8Array.of(1) }])).toBe(false);
    expect(entriesOf(desk, carol)).toEqual([]);
    expect(desk.logged.map(([event]) => event)).toContain('handover.gave-away');
  });

  it('S4-17 S4-18 A61: taken from there while the device that had it was off: started again, it drops what is another’s, and nothing else', async () => {
    const { world, desk, laptop, carol } = trio;
    publishing();
    await world.pass(200);
    trio.loseDesk();
    await world.until('a session with the laptop', () => trio.with(laptop) !== undefined);
    expect(lookedBy(laptop).at(-1)).toEqual({ where: 'from-repository', found: true });
    const [had] = entriesOf(desk, carol);
    expect(had).toBeDefined();
    desk.reopen();
    memory.reachable = false;
    desk.profile.devices.handover.useRepository(memory.connect());
    await world.pass(100);
    expect(entriesOf(desk, carol)).toHaveLength(1); // nobody said anything
    memory.reachable = true;
    const seen = memory.seen.length;
    desk.profile.devices.handover.useRepository(memory.connect());
    await world.until('the end of it', () => entriesOf(desk, carol).length === 0);
    expect(desk.logged.map(([event]) => event)).toContain('handover.gave-away');
    expect(memory.seen.length).toBe(seen);
    expect(trio.with(laptop)?.resumed).toBe(true);
  });

  it('S4-17 A58 A61: what was published is not given away without the repository’s word, not even after a restart', async () => {
    const { world, desk, laptop, carol } = trio;
    publishing();
    await world.pass(200);
    carol.mute = true;
    desk.onLink = (link) => link.destroy();
    world.network.setSilent(carol.address);
    desk.reopen(); // and the repository is not to be had there
    await world.until('the two devices together', () => desk.profile.devices.siblings.sessions().length === 1);
    const { keyId = new Uint8Array(32) } = entriesOf(desk, carol)[0] ?? {};
    carol.mute = false;
    await world.until('a session with the laptop', () => trio.with(laptop) !== undefined);
    expect(lookedBy(laptop)).toEqual([{ where: 'here', found: false }, { where: 'from-owner', found: false }, { where: 'from-repository', found: true }]);
    expect(desk.profile.stores.resumptions.byKeyId(keyId)).toBeDefined();
    desk.profile.devices.handover.useRepository(memory.connect());
    await world.until('the desk’s end of it', () => desk.profile.stores.resumptions.byKeyId(keyId) === undefined);
    expect(desk.profile.stores.sharing.ledger(keyId)?.line.phase).not.toBe('held');
  });

  it('A59: taken out of it and stopped before that was purged here: it may be taken out once more, by the same device alone', async () => {
    const { world, desk, laptop } = trio;
    publishing();
    await world.pass(200);
    const withdrawing = ({ crypto, profile }: Resident): Publisher => {
      const persons = profile.stores.sharing.keys().flatMap(({ kind, key }) => (kind === 'person' ? [key] : []));
      const { local, stores, resumptions } = profile;
      const log = (): void => undefined;
      const keys = { persons: () => persons, person: () => persons[0], to: () => undefined };
      return new Publisher({ crypto, clock: world.clock, logger: { debug: log, info: log, warn: log, error: log }, local, keys, sharing: { ...stores.sharing, ledger: (keyId) => desk.profile.stores.sharing.ledger(keyId) }, resumptions, others: () => [], commit: (work) => work(), repository: () => memory.connect(), fence: log });
    };
    const { keyId = new Uint8Array(32) } = trio.with(desk) ?? {};
    const outcomes: boolean[] = [];
    for (const device of [desk, desk, laptop]) outcomes.push(await withdrawing(device).withdraw(keyId));
    expect(outcomes).toEqual([true, true, false]);
  });

  it('S4-16: switched on and off while a session stands, it is published from then on, and no more; what was published is still given away', async () => {
    const { world, desk, laptop } = trio;
    for (const device of [desk, laptop]) device.profile.devices.handover.useRepository(memory.connect());
    await world.pass(200);
    expect(memory.seen).toHaveLength(0);
    const choose = settingsService({
      preferences: { get: () => ({ settings: desk.settings }), set: ({ settings }) => void (desk.settings = settings ?? desk.settings) },
      openProfile: () => desk.profile,
    });
    await choose.set({ shareSessions: 'repository' });
    await world.until('it is published', () => memory.seen.length > 0);
    await choose.set({ shareSessions: 'ask' });
    const written = memory.seen.length;
    const heard = trio.with(desk)?.digests.received.counter ?? 0;
    desk.addresses = [{ host: '192.0.2.9', port: 6_000 }];
    desk.tellAddresses();
    await world.pass(600);
    expect(memory.seen.length).toBe(written);
    expect(trio.with(desk)?.digests.received.counter).toBeGreaterThan(heard);
    trio.leaveDesk();
    await world.until('a session with the laptop', () => trio.with(laptop) !== undefined);
    expect(lookedBy(laptop).at(-1)).toEqual({ where: 'from-owner', found: true });
  });

  it('A67 A68: shows nobody who runs it a key, a name or who talks to whom; put back to an earlier state, it gives nothing that Carol goes on with', async () => {
    const { world, desk, laptop, carol } = trio;
    publishing();
    await world.pass(200);
    const earlier = new Map(memory.records);
    desk.addresses = [{ host: '192.0.2.9', port: 6_000 }];
    desk.tellAddresses();
    await world.pass(600);
    const [entry] = entriesOf(desk, carol);
    const secrets = [entry?.secret, entry?.keyId, entry?.sent.digest, Buffer.from(desk.profile.local.instanceId, 'hex'), carol.profile.local.instance.credential.signingKey, carol.profile.local.identity.spkiHash];
    expect(memory.seen.length).toBeGreaterThan(1);
    for (const record of memory.seen) for (const secret of secrets) expect(Buffer.from(record).includes(Buffer.from(secret ?? ''))).toBe(false);
    trio.loseDesk();
    for (const [name, { record }] of earlier) memory.records.set(name, { record, revision: 1_000_000 });
    await world.until('a session with the laptop', () => trio.with(laptop) !== undefined);
    expect(lookedBy(laptop).at(-1)).toEqual({ where: 'from-repository', found: false });
    expect(trio.with(laptop)?.resumed).toBe(false);
  });

  it('A67: put back to before a reservation, it is found out by the device that published, which publishes there no more', async () => {
    const { world, desk, laptop } = trio;
    publishing();
    await world.pass(200);
    const earlier = new Map(memory.records);
    const { keyId = new Uint8Array(32) } = trio.with(desk) ?? {};
    const persons = desk.profile.stores.sharing.keys().flatMap(({ kind, key }) => (kind === 'person' ? [key] : []));
    const step = async (change: (line: LedgerLine) => Move): Promise<void> => {
      for (const person of persons) await changeRecord(laptop.crypto, memory.connect(), person, keyId, (line) => linesOf(change(line)));
    };
    await step((line) => reserve(line, laptop.profile.local.instanceId, world.clock.now()));
    await step((line) => release(line, laptop.profile.local.instanceId, 1));
    const say = async (): Promise<void> => {
      desk.addresses = [{ host: '192.0.2.9', port: 6_000 + memory.seen.length }];
      desk.tellAddresses();
      await world.pass(600);
    };
    await say();
    expect(desk.logged.map(([event]) => event)).not.toContain('repository.rolled-back');
    for (const [name, { record }] of earlier) memory.records.set(name, { record, revision: 1_000_000 });
    const [heard, written] = [trio.with(desk)?.digests.received.counter ?? 0, memory.seen.length];
    await say();
    expect(desk.logged.map(([event]) => event)).toContain('repository.rolled-back');
    expect(trio.with(desk)?.digests.received.counter).toBeGreaterThan(heard); // the conversation goes on
    await say();
    expect(memory.seen.length).toBe(written);
  });

  /** The number of the next record to Carol, as the repository's newest word has it. */
  function publishedPosition(): number {
    const { laptop, desk } = trio;
    const persons = laptop.profile.stores.sharing.keys().flatMap(({ kind, key }) => (kind === 'person' ? [key] : []));
    const pairs = laptop.profile.stores.sharing.keys().flatMap(({ kind, key }) => (kind === 'from' ? [key] : []));
    const { keyId = new Uint8Array(32) } = desk.profile.connections.sessions()[0] ?? {};
    for (const person of persons) {
      const stored = memory.records.get(recordName(laptop.crypto, person, keyId));
      const line = stored && uncoverLine(laptop.crypto, person, keyId, stored.record);
      const state = line && openShared(laptop.crypto, keyId, line.body, pairs);
      if (state) return state.sent.counter;
    }
    return -1;
  }
});
