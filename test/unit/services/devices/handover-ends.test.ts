import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { Secret, SecretKind } from '../../../../electron/engine/crypto/secret';
import type { ResumptionEntry } from '../../../../electron/engine/session/resumption-entry';
import { coverLine, uncoverLine } from '../../../../electron/engine/sharing/repository-record';
import { sealShared } from '../../../../electron/engine/sharing/session-state';
import { encodeWord, parseWord } from '../../../../electron/engine/sharing/words';
import { encodeTopic, parseTopic } from '../../../../electron/services/devices/topics';
import { createTrio, type Trio } from '../../../support/handover-kit';
import { createMemoryRepository, type MemoryRepository } from '../../../support/memory-repository';
import type { Resident } from '../../../support/services-kit';

let trio: Trio;
let memory: MemoryRepository;
beforeEach(async () => {
  memory = createMemoryRepository();
  trio = await createTrio();
});
afterEach(() => trio.world.close());

const entriesOf = ({ profile }: Resident, other: Resident) => profile.stores.resumptions.ofPeer(other.profile.local.peerId);
const foundBy = ({ logged }: Resident) => logged.flatMap(([event, facts]) => (event === 'handover.looked' ? [[facts?.['where'], facts?.['found']]] : []));
const sessionsOf = ({ profile }: Resident) => profile.connections.sessions();

function publishing(): void {
  for (const device of [trio.desk, trio.laptop]) {
    device.settings = { ...device.settings, shareSessions: 'repository' };
    device.profile.devices.handover.useRepository(memory.connect());
  }
}

function block(at: Resident): void {
  const { contactId = '' } = at.profile.stores.contacts.byPeer(trio.carol.profile.local.peerId) ?? {};
  at.contacts.block({ contactId });
}

describe('a contact who is blocked while her session is on its way to another device', () => {
  it.each(['desk', 'laptop'] as const)('S4-32: at the %s, between lending and taking: nobody has the session then, and she none with either', async (where) => {
    const { world, desk, laptop, carol } = trio;
    const { keyId } = trio.with(desk) ?? expect.unreachable('a session');
    trio.at('take', 'before', () => block(trio[where]));
    let ended = false;
    sessionsOf(desk)[0]?.onClose(() => (ended = true));
    trio.leaveDesk();
    await world.until('the answer', () => foundBy(laptop).length > 1);
    expect(foundBy(laptop)).toEqual([['here', false], ['from-owner', false]]);
    await world.pass(30_000, 500);
    // One sync later both devices know of it, and of her session neither has anything.
    for (const device of [desk, laptop]) {
      expect(device.profile.stores.contacts.byPeer(carol.profile.local.peerId)?.blocked).toBe(true);
      expect([entriesOf(device, carol), sessionsOf(device), device.profile.stores.sharing.pending()]).toEqual([[], [], []]);
    }
    expect([ended, sessionsOf(carol), desk.profile.stores.sharing.ledger(keyId)?.line.phase]).toEqual([true, [], 'lent']);
  });

  it('S4-32: between reserving and committing in a repository: the device that took it does not keep it', async () => {
    const { world, laptop, carol } = trio;
    publishing();
    await world.pass(500);
    let writes = 0;
    const inner = memory.connect();
    laptop.profile.devices.handover.useRepository({ read: (name) => inner.read(name), write: (name, record, expected) => {
      writes += 1;
      if (writes === 2) block(laptop);
      return inner.write(name, record, expected);
    } });
    trio.loseDesk();
    await world.until('the answer', () => foundBy(laptop).length > 2);
    await world.pass(5_000);
    expect([writes, foundBy(laptop).at(-1)]).toEqual([2, ['from-repository', false]]);
    expect([entriesOf(laptop, carol), sessionsOf(laptop), sessionsOf(carol), laptop.profile.stores.sharing.pending()]).toEqual([[], [], [], []]);
  });
});

/** What is made or read of secret in a device from now on. */
function watch({ crypto, profile }: Resident): { readonly secrets: Secret<SecretKind>[]; readonly arrays: Uint8Array[] } {
  const [secrets, arrays]: [Secret<SecretKind>[], Uint8Array[]] = [[], []];
  const { secret, randomSecret, open } = crypto;
  const { resumptions } = profile.stores;
  const { byKeyId, ofPeer, put } = resumptions;
  const noted = <T extends ResumptionEntry | undefined>(entry: T): T => {
    if (entry) arrays.push(entry.secret);
    return entry;
  };
  const patched: Partial<Crypto> = {
    secret: (kind, bytes) => {
      const made = secret(kind, bytes);
      secrets.push(made);
      return made;
    },
    randomSecret: (kind, length) => {
      const made = randomSecret(kind, length);
      secrets.push(made);
      return made;
    },
    open: (purpose, ...rest) => {
      const opened = open(purpose, ...rest);
      if (opened && (purpose === 'session-state' || purpose === 'session-wrap')) arrays.push(opened);
      return opened;
    },
  };
  Object.assign(crypto, patched);
  Object.assign(resumptions, {
    byKeyId: (keyId: Uint8Array) => noted(byKeyId(keyId)),
    ofPeer: (...of: Parameters<typeof ofPeer>) => ofPeer(...of).map(noted),
    put: (entry: ResumptionEntry) => put(noted(entry)),
  });
  return { secrets, arrays };
}

/** Those that live as long as a hand-over or the session it ends. */
const handedOver: readonly SecretKind[] = ['session-master', 'record', 'confirm', 'resumption', 'sharing', 'content'];

describe('what a hand-over leaves behind', () => {
  it.each(['asked of the device that has it', 'taken from a repository'])('S4-35: %s: at the device that had it no key of it, in memory or in the database; at the one that took it only those of the session', async (how) => {
    const { world, desk, laptop, carol } = trio;
    const [atDesk, atLaptop] = [watch(desk), watch(laptop)];
    // One that is made while somebody watches.
    for (const session of sessionsOf(desk)) session.close();
    await world.until('another session', () => trio.isReady());
    if (how.startsWith('taken')) publishing();
    await world.pass(500);
    const { keyId } = trio.with(desk) ?? expect.unreachable('a session');
    const secret = Buffer.from(entriesOf(carol, desk)[0]?.secret ?? []);
    const holds = ({ db }: Resident): boolean => db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%'").all().some(({ name }) => db.prepare(`SELECT * FROM "${String(name)}"`).all().some((row) => Object.values(row).some((value) => value instanceof Uint8Array && Buffer.from(value).includes(secret))));
    expect([secret.length, holds(desk), holds(laptop)]).toEqual([32, true, false]);
    if (how.startsWith('taken')) for (const session of desk.profile.devices.siblings.sessions()) session.close();
    // The desk's end of the session stands, for all it knows.
    desk.mute = true;
    desk.onLink = (link) => link.destroy();
    void carol.profile.dialling.round(desk.profile.local.peerId, new AbortController().signal, () => undefined);
    await world.until('a session with the laptop', () => trio.with(laptop)?.resumed === true);
    await world.until('the end of the first at the desk', () => sessionsOf(desk).length === 0);
    await world.pass(200);
    expect([holds(desk), holds(laptop), desk.profile.stores.resumptions.byKeyId(keyId)]).toEqual([false, false, undefined]);
    const left = ({ secrets }: typeof atDesk) => secrets.filter(({ kind, wiped }) => handedOver.includes(kind) && !wiped).map(({ kind }) => kind).sort();
    expect(atDesk.secrets.filter(({ kind }) => kind === 'record').length).toBeGreaterThanOrEqual(2);
    expect(left(atDesk)).toEqual([]);
    expect(left(atLaptop)).toEqual(['record', 'record', 'session-master']);
    for (const { arrays } of [atDesk, atLaptop]) {
      expect(arrays.length).toBeGreaterThan(2);
      for (const bytes of arrays) expect(bytes.every((byte) => byte === 0)).toBe(true);
    }
  });
});

/** Carol goes on believing in a session that is over for everybody else after this many milliseconds. */
function ends(milliseconds: number): void {
  const { world, desk, carol } = trio;
  const [there, here] = [entriesOf(desk, carol)[0], entriesOf(carol, desk)[0]];
  if (!there || !here?.hint) throw new Error('there is no session');
  desk.profile.stores.resumptions.put({ ...there, expiresAt: world.clock.now() + milliseconds });
  carol.profile.stores.resumptions.put({ ...here, expiresAt: here.expiresAt + 86_400_000 });
  carol.profile.stores.resumptions.setHint(here.keyId, here.hint);
}

describe('a session whose time is over', () => {
  it.each(['the device that has it', 'a repository'])('S4-35: is not given away by %s, and nothing of it changes', async (whom) => {
    const { world, desk, laptop, carol } = trio;
    ends(1_000);
    if (whom === 'a repository') publishing();
    await world.pass(1_500);
    const { keyId } = trio.with(desk) ?? expect.unreachable('a session');
    const stands = () => [entriesOf(desk, carol)[0]?.keyId, [...memory.records.values()][0]?.revision, desk.profile.stores.sharing.ledger(keyId)?.line.phase];
    const before = stands();
    if (whom === 'a repository') trio.loseDesk();
    else trio.leaveDesk();
    await world.until('a session with the laptop', () => trio.with(laptop) !== undefined);
    expect(foundBy(laptop)).toEqual([['here', false], ['from-owner', false], ...(whom === 'a repository' ? [['from-repository', false]] : [])]);
    expect(stands()).toEqual(before);
    expect([trio.with(laptop)?.resumed, laptop.profile.stores.sharing.pending()]).toEqual([false, []]);
    expect(laptop.logged.map(([event]) => event)).not.toContain('handover.not-usable');
  });

  it('S4-35: lent in time and taken too late, it is used by nobody, and erased by both', async () => {
    const { world, desk, laptop, carol } = trio;
    ends(3_000);
    const { keyId } = trio.with(desk) ?? expect.unreachable('a session');
    trio.at('take', 'before', () => {
      for (const session of laptop.profile.devices.siblings.sessions()) session.close();
    });
    trio.leaveDesk();
    await world.until('what is about to be taken', () => laptop.profile.stores.sharing.pending().length === 1);
    carol.mute = true;
    world.network.setSilent(carol.address);
    await world.pass(3_000);
    desk.mute = false;
    await world.until('the two devices together', () => laptop.profile.devices.siblings.sessions().length === 1);
    await world.until('its end', () => laptop.profile.stores.sharing.pending().length === 0);
    for (const device of [desk, laptop]) expect(device.profile.stores.resumptions.byKeyId(keyId)).toBeUndefined();
    expect(laptop.profile.resumptions.isKept(keyId)).toBe(false);
  });
});

describe('a state that is not that of the session as it stands', () => {
  type Change = (now: ResumptionEntry, before: ResumptionEntry) => ResumptionEntry;
  const turned = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 1);
  const changes: readonly (readonly [string, Change])[] = [
    ['with another key', (now) => ({ ...now, secret: turned(now.secret) })],
    ['with a digest that was made with another key', (now) => ({ ...now, sent: { ...now.sent, digest: turned(now.sent.digest) } })],
    ['with the directions mistaken for each other', (now) => ({ ...now, sent: now.received, received: now.sent })],
    ['with the digest of one message before', (now, before) => ({ ...now, sent: before.sent })],
  ];
  // The check is one and the same wherever the state came from.
  const cases = changes.map(([what, change]) => [what, 'the device that has it', change] as const);
  const [, , , last] = changes;

  it.each([...cases, ...(last ? [[last[0], 'a repository', last[1]] as const] : [])])('S4-13 S4-14 A67: %s, from %s: is refused; a full handshake follows, and nothing is lost or doubled', async (_what, way, change) => {
    const { world, desk, laptop, carol } = trio;
    const { keyId } = trio.with(desk) ?? expect.unreachable('a session');
    const ofAda = carol.profile.stores.contacts.byPeer(desk.profile.local.peerId)?.contactId ?? '';
    const { conversationId } = await carol.conversations.open({ contactId: ofAda });
    const texts = ({ profile: { stores } }: Resident) => stores.conversations.list().flatMap((row) => stores.messages.page(row.conversationId, undefined, 9).map(({ text }) => text));
    const say = (from: Resident, text: string) => from.messages.send({ conversationId: from === carol ? conversationId : (from.profile.stores.conversations.list()[0]?.conversationId ?? ''), text });
    await say(carol, 'one');
    await world.until('it at both', () => [desk, laptop].every((each) => texts(each).length === 1));
    await world.pass(1_000);
    // Lent, it is only in the store.
    const stateNow = () => desk.profile.resumptions.toLend(keyId) ?? desk.profile.stores.resumptions.byKeyId(keyId) ?? expect.unreachable('a state');
    const before = stateNow();
    await say(desk, 'two');
    await world.until('it at Carol', () => texts(carol).length === 2);
    await world.pass(1_000);
    expect(stateNow().sent.counter).toBeGreaterThan(before.sent.counter);

    const held = desk.profile.stores.sharing.keys();
    const pairs = held.flatMap(({ kind, key }) => (kind === 'to' ? [key] : []));
    const altered = () => sealShared(desk.crypto, change(stateNow(), before), pairs);
    const session = desk.profile.devices.siblings.session(laptop.profile.local.instanceId) ?? expect.unreachable('the other device');
    const send = session.send.bind(session);
    Object.assign(session, { send: (items: Parameters<typeof send>[0]) => send(items.map((item) => {
      const said = item.kind === 'sibling' ? parseTopic(item.bytes) : undefined;
      const word = said?.topic === 'handover' ? parseWord(said.words) : undefined;
      return word?.kind === 'lent' ? { kind: 'sibling', bytes: encodeTopic('handover', encodeWord({ ...word, body: altered() })) } : item;
    })) });
    if (way === 'a repository') {
      publishing();
      await world.pass(500);
      const person = held.find(({ kind }) => kind === 'person')?.key ?? expect.unreachable('the key of the person');
      for (const [name, { record, revision }] of memory.records) {
        const line = uncoverLine(desk.crypto, person, keyId, record) ?? expect.unreachable('a line');
        memory.records.set(name, { record: coverLine(desk.crypto, person, keyId, { ...line, body: altered() }), revision });
      }
      trio.loseDesk();
    } else trio.leaveDesk();
    await say(carol, 'three');
    await world.until('a session with the laptop', () => trio.with(laptop) !== undefined);
    expect(laptop.logged).toContainEqual(['handover.not-usable', { reason: 'no-proof' }]);
    expect([foundBy(laptop).map(([, found]) => found), trio.with(laptop)?.resumed]).not.toContain(true);
    expect(desk.profile.resumptions.isKept(keyId)).toBe(true);
    await say(laptop, 'four');
    desk.onLink = undefined;
    desk.mute = false;
    desk.profile.networkChanged();
    await world.until('all of it everywhere', () => [carol, desk, laptop].every((each) => texts(each).length >= 4));
    await world.pass(5_000, 500);
    for (const each of [carol, desk, laptop]) expect([...texts(each)].sort()).toEqual(['four', 'one', 'three', 'two']);
  });
});
