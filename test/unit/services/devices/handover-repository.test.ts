import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LedgerLine, type Move, release, reserve } from '../../../../electron/engine/sharing/ledger';
import { recordName, uncoverLine } from '../../../../electron/engine/sharing/repository-record';
import { openShared } from '../../../../electron/engine/sharing/session-state';
import { Publisher } from '../../../../electron/services/devices/handover-publisher';
import { changeRecord } from '../../../../electron/services/devices/handover-sources';
import { settingsService } from '../../../../electron/services/settings-service';
import { RepositoryUnreachable } from '../../../../electron/services/ports/session-repository';
import { createTrio, entriesOf, lookAnew, lookedBy, publishThrough, sessionsOf, type Trio } from '../../../support/handover-kit';
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
    publishThrough(trio, () => memory.connect());
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
    publishThrough(trio, () => memory.connect());
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
    publishThrough(trio, () => memory.connect());
    await world.pass(200);
    // The two devices lose sight of each other, and Carol of the desk; the desk’s end of its session with her stands.
    for (const session of desk.profile.devices.siblings.sessions()) session.close();
    const here = trio.with(desk);
    const [there] = desk.profile.connections.sessions();
    await lookAnew(trio);
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
    publishThrough(trio, () => memory.connect());
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
    publishThrough(trio, () => memory.connect());
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
    publishThrough(trio, () => memory.connect());
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
    publishThrough(trio, () => memory.connect());
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
    publishThrough(trio, () => memory.connect());
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
