import { beforeAll, describe, expect, it } from 'vitest';
import { encodeChain } from '../../../../electron/engine/certificates/chain';
import { issueInstanceList } from '../../../../electron/engine/certificates/instance-list';
import { createLocalRecord, openLocalParty } from '../../../../electron/engine/certificates/local-party';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { siblingPatienceMs } from '../../../../electron/engine/dialog/gaps';
import { encodeToldEnvelope, encodeToldFailure, encodeToldFloor, encodeToldSent, encodeToldStream, parseToldStream } from '../../../../electron/engine/dialog/shared-words';
import type { DialogId } from '../../../../electron/engine/ids';
import { createDialogStore } from '../../../../electron/storage/dialog-store';
import { TestClock, testCrypto } from '../../../support/dialog-kit';
import { copyDevice, hear } from '../../../support/dialog-recovery';
import type { Person } from '../../../support/dialog-person';
import { SharedDevice } from '../../../support/shared-device';
import { personOf, withSecondDevice } from '../../../support/two-devices';

const start = Date.UTC(2026, 0, 1);
const utf8 = new TextEncoder();

let crypto: Crypto;
/** Alice's two devices, Bob's two, and Alice's second as it is once a list calls her first suspended. */
const people: Record<'a1' | 'a2' | 'b1' | 'b2' | 'suspending', Person> = Object.create(null);
let carol: Person;

beforeAll(async () => {
  crypto = await testCrypto();
  const alice = await createLocalRecord(crypto, { name: 'Alice', deviceName: 'first', now: start });
  const [a1, a2] = await withSecondDevice(crypto, alice, start);
  const [b1, b2] = await withSecondDevice(crypto, await createLocalRecord(crypto, { name: 'Bob', deviceName: 'first', now: start }), start);
  const party = openLocalParty(crypto, a1);
  const instances = party.list.instances.map((each) => (each.instanceId === party.instanceId ? { ...each, state: 'suspended' as const } : each));
  const list = await issueInstanceList(crypto, { identity: party.identity, identityKey: party.certifierKey(), version: 3, issuedAt: start, instances });
  people.a1 = personOf(crypto, a1, start);
  people.a2 = personOf(crypto, a2, start);
  people.b1 = personOf(crypto, b1, start);
  people.b2 = personOf(crypto, b2, start);
  people.suspending = personOf(crypto, { ...a2, instanceList: list.bytes }, start);
  carol = personOf(crypto, await createLocalRecord(crypto, { name: 'Carol', deviceName: 'hers', now: start }), start);
});

interface World {
  readonly clock: TestClock;
  readonly a1: SharedDevice;
  readonly a2: SharedDevice;
  readonly b1: SharedDevice;
  readonly b2: SharedDevice;
  readonly dialogId: DialogId;
}

/** Everybody knows everybody, and a dialog that the first devices opened. */
function newWorld(): World {
  const clock = new TestClock();
  const make = (person: Person): SharedDevice => new SharedDevice(crypto, person, clock);
  const [a1, a2, b1, b2] = [make(people.a1), make(people.a2), make(people.b1), make(people.b2)];
  for (const a of [a1, a2]) for (const b of [b1, b2]) b.knows(a.knows(b));
  const dialogId = a1.engine.open(b1.peerId, { title: 'hers' });
  const world = { clock, a1, a2, b1, b2, dialogId };
  carry(a1, b1);
  carry(b1, a1);
  settleOwn(world);
  return world;
}

function settleOwn({ a1, a2, b1, b2 }: World): void {
  a1.sync(a2);
  b1.sync(b2);
}

/** All that one has for a device of the other person. */
function carry(from: SharedDevice, to: SharedDevice): readonly string[] {
  from.engine.sealWaiting(to.peerId);
  const bytes = [...from.pending(to), ...from.engine.acknowledgements(to.peerId, to.person.chain).map((each) => each.bytes)];
  const outcomes = to.receive(from, ...bytes).map((outcome) => ('reason' in outcome ? outcome.reason : outcome.kind));
  to.look();
  return outcomes;
}

function exchange(a: SharedDevice, b: SharedDevice): void {
  carry(a, b);
  carry(b, a);
}

function carryAll({ a1, a2, b1, b2 }: World): void {
  for (let round = 0; round < 4; round += 1) for (const a of [a1, a2]) for (const b of [b1, b2]) exchange(a, b);
}

function epochOf(device: SharedDevice): number {
  return Number(device.db.prepare('SELECT max(epoch) AS epoch FROM sending_streams WHERE instance_id = ?').get([device.instanceId])?.['epoch'] ?? 0);
}

function streamOf(of: SharedDevice, at: SharedDevice): { cumulative: number; digest: string } {
  const row = at.db.prepare('SELECT cumulative, digest FROM receiving_streams WHERE instance_id = ?').get([of.instanceId]);
  return { cumulative: Number(row?.['cumulative'] ?? 0), digest: Buffer.from((row?.['digest'] as Uint8Array | undefined) ?? []).toString('hex') };
}

describe('one person on two devices', () => {
  it('S1-51 S4-31: a device that was away goes on where the other one stopped: nothing lost, nothing doubled', () => {
    const world = newWorld();
    const { a1, a2, b1, dialogId } = world;
    for (const text of ['1', '2', '3']) a1.say(b1, dialogId, text);
    carry(a1, b1);
    b1.say(a1, dialogId, 'one');
    carry(b1, a1);
    settleOwn(world);
    // The first device is gone; the second one hears what follows, and answers in the same dialog.
    b1.say(a2, dialogId, 'two');
    expect(carry(b1, a2)).toContain('delivered');
    a2.say(b1, dialogId, '4');
    carry(a2, b1);
    expect(b1.sink.texts(dialogId)).toEqual(['1', '2', '3', '4']);
    expect(a2.sink.texts(dialogId)).toEqual(['one', 'two']);
    expect(streamOf(b1, a2)).toEqual({ ...streamOf(b1, a2), cumulative: 2 });
    expect(a2.engine.status(a2.dialog(b1, dialogId)).transcript.equal).toBe(true);
  });

  it('S1-50: the title belongs to whoever opened the dialog, on whichever device it is heard of first', () => {
    const { a2, b1, dialogId } = newWorld();
    b1.engine.send(b1.dialog(a2, dialogId), { kind: 'title', title: 'his' });
    carry(b1, a2);
    expect(a2.sink.of('titled')).toEqual([]);
    expect(a2.db.prepare('SELECT opened_by FROM dialogs').get()?.['opened_by']).toBe('you');
  });

  it('A22 S1-47: a message that comes by a session, by the other device, and by both again counts once', () => {
    const world = newWorld();
    const { a1, a2, b1, dialogId } = world;
    b1.say(a1, dialogId, 'hello');
    const bytes = b1.pending(a1);
    a1.receive(b1, ...bytes);
    settleOwn(world);
    expect(a2.receive(b1, ...bytes).map(({ kind }) => kind)).toEqual(['duplicate']);
    const again = { author: a1.instanceId, kind: 'envelope', key: `${b1.peerId}/${dialogId}/${b1.instanceId}/1`, value: encodeToldEnvelope({ receivedAt: start, bytes: bytes[0] ?? new Uint8Array() }) };
    const before = streamOf(b1, a2);
    a2.replica.hear(again);
    a2.replica.hear(again);
    a2.look();
    expect(a2.sink.texts(dialogId)).toEqual(['hello']);
    expect(streamOf(b1, a2)).toEqual(before);
  });

  it('S4-31: two devices of each that send, shift and declare keys compromised at the same moment end alike', () => {
    const world = newWorld();
    const { a1, a2, b1, b2, dialogId, clock } = world;
    carryAll(world);
    for (const [index, device] of [a1, a2, b1, b2].entries()) {
      const peer = index < 2 ? b1 : a1;
      device.say(peer, dialogId, `before ${index}`);
      if (index % 2 === 0) device.engine.shift(device.dialog(peer, dialogId), 'hand');
      device.engine.shiftPair(device.dialog(peer, dialogId), { compromised: true });
      device.say(peer, dialogId, `after ${index}`);
    }
    for (let round = 0; round < 4; round += 1) {
      carryAll(world);
      settleOwn(world);
      clock.pass(siblingPatienceMs);
      for (const a of [a1, a2]) for (const b of [b1, b2]) expect([hear(a, b), hear(b, a)]).toEqual(['met', 'met']);
    }
    const screens = [a1, a2, b1, b2].map((device) => [...device.screen].map(([key, text]) => `${key} ${text}`).sort());
    expect(screens[0]).toHaveLength(8);
    for (const screen of screens) expect(screen).toEqual(screens[0]);
    for (const device of [a1, a2, b1, b2]) expect(device.sink.of('failed')).toEqual([]);
    for (const of of [a1, a2]) expect(streamOf(of, b1)).toEqual(streamOf(of, b2));
    for (const of of [b1, b2]) expect(streamOf(of, a1)).toEqual(streamOf(of, a2));
  });

  it('A16: what one device declares compromised the other one replaces too, so that contacts refuse its old keys as well', () => {
    const world = newWorld();
    const { a1, a2, b1, dialogId } = world;
    a2.say(b1, dialogId, 'under an old key');
    carry(a2, b1);
    settleOwn(world);
    const old = a2.db.prepare('SELECT epoch FROM keks WHERE creating_instance = ?').all([a2.instanceId]);
    a1.engine.shiftPair(a1.dialog(b1, dialogId), { compromised: true });
    settleOwn(world);
    a2.say(b1, dialogId, 'under a new one');
    carry(a2, b1);
    expect(b1.sink.texts(dialogId)).toEqual(['under an old key', 'under a new one']);
    const floor = Number(b1.db.prepare('SELECT floor FROM kek_floors WHERE creating_instance = ?').get([a2.instanceId])?.['floor']);
    expect(floor).toBeGreaterThan(Math.max(...old.map((row) => Number(row['epoch']))));
  });

  it('S1-51: an acknowledgement that reaches the other device reaches the one whose messages they are', () => {
    const world = newWorld();
    const { a1, a2, b1, dialogId } = world;
    a1.say(b1, dialogId, 'hello');
    b1.receive(a1, ...a1.pending(b1));
    expect(a1.pending(b1)).toHaveLength(1);
    a2.receive(b1, ...b1.acknowledgements(a2));
    settleOwn(world);
    expect(a1.pending(b1)).toEqual([]);
    expect(a1.sink.of('acknowledged').at(-1)).toMatchObject({ instanceId: a1.instanceId, upTo: 2 });
  });

  it('S2-10 A37: a dialog that fails on one device has failed on all; the word of a device that is none any more ends nothing', () => {
    const world = newWorld();
    const { a1, a2, b1, dialogId, clock } = world;
    const told = encodeToldFailure({ by: a1.instanceId, at: start, reason: 'key-conflict' });
    const judging = new SharedDevice(crypto, people.suspending, clock).knows(b1);
    judging.replica.hear({ author: a1.instanceId, kind: 'failed', key: `${b1.peerId}/${dialogId}`, value: told });
    expect(judging.sink.of('failed')).toEqual([]);
    expect(judging.db.prepare('SELECT count(*) AS n FROM dialog_tombstones').get()?.['n']).toBe(0);

    a2.replica.hear({ author: a1.instanceId, kind: 'failed', key: `${b1.peerId}/${dialogId}`, value: told });
    expect(a2.sink.of('failed')).toMatchObject([{ reason: 'key-conflict' }]);
    expect(() => a2.say(b1, dialogId, 'x')).toThrow(expect.objectContaining({ code: 'conversation.failed' }));
    a2.restart();
    expect(() => a2.say(b1, dialogId, 'x')).toThrow(expect.objectContaining({ code: 'conversation.failed' }));
    // Told to the contact by whoever meets it first.
    carry(a2, b1);
    expect(b1.sink.of('failed')).toMatchObject([{ reason: 'told-by-peer' }]);
  });

  it('S2-10: told by the contact to one device, it ends on the other, too', () => {
    const world = newWorld();
    const { a1, a2, b1, dialogId } = world;
    b1.replica.hear({ author: world.b2.instanceId, kind: 'failed', key: `${a1.peerId}/${dialogId}`, value: encodeToldFailure({ by: world.b2.instanceId, at: start, reason: 'worn-out' }) });
    carry(b1, a1);
    expect(a2.sink.of('failed')).toEqual([]);
    settleOwn(world);
    expect(a2.sink.of('failed')).toMatchObject([{ reason: 'told-by-peer' }]);
  });
});

describe('an own device that was copied', () => {
  it('A38 A39: learns from the other one that its original has been started since', () => {
    const { a1, a2, clock } = newWorld();
    const copy = copyDevice(crypto, a1, clock);
    clock.pass(1_000);
    a1.restart();
    a1.facts.start();
    a1.sync(a2);
    const late = new SharedDevice(crypto, people.a1, clock);
    late.db.exec('DELETE FROM own_start_tokens');
    for (const row of copy.db.prepare('SELECT instance_id, token FROM own_start_tokens').all()) late.db.prepare('INSERT INTO own_start_tokens (instance_id, token) VALUES (?, ?)').run([String(row['instance_id']), row['token'] ?? null]);
    a2.replica.tell(late.replica);
    expect(late.sink.of('rolledBack')).toMatchObject([{ reason: 'start-token' }]);
    expect(a1.sink.of('rolledBack')).toEqual([]);
    // … and the one that was not copied hears nothing new.
    a2.replica.tell(a1.replica);
    expect(a1.sink.of('rolledBack')).toEqual([]);
  });
});

describe('a device that was just let in', () => {
  it('S1-47 S4-31: takes the streams as they stand: old messages are repeats, the next one is news, nothing is sent again', () => {
    const world = newWorld();
    const { a1, a2, b1, dialogId } = world;
    for (const text of ['1', '2', '3']) b1.say(a1, dialogId, text);
    const old = b1.pending(a1);
    carry(b1, a1);
    carry(a1, b1);
    const fresh = new SharedDevice(crypto, people.a2, world.clock).knows(b1);
    fresh.replica.isReady = fresh.replica.hasHeardAll = false;
    const before = fresh.snapshot();
    expect(fresh.receive(b1, ...old).map((each) => ('reason' in each ? each.reason : each.kind))).toEqual(['not-ready', 'not-ready', 'not-ready']);
    expect(fresh.snapshot()).toBe(before);
    a1.replica.begin();
    a1.replica.tell(fresh.replica);
    fresh.replica.isReady = fresh.replica.hasHeardAll = true;
    expect(streamOf(b1, fresh)).toEqual(streamOf(b1, a1));
    expect(fresh.receive(b1, ...old).map(({ kind }) => kind)).toEqual(['duplicate', 'duplicate', 'duplicate']);
    const epoch = epochOf(b1);
    expect(hear(b1, fresh)).toBe('met');
    world.clock.pass(siblingPatienceMs);
    expect(b1.engine.sealWaiting(fresh.peerId)).toBe(0);
    expect(epochOf(b1)).toBe(epoch);
    b1.say(a1, dialogId, '4');
    carry(b1, fresh);
    expect(fresh.sink.texts(dialogId)).toEqual(['4']);
    expect(fresh.sink.of('delivered')[0]).not.toHaveProperty('maybeRepeat');
    expect(fresh.engine.status(fresh.dialog(b1, dialogId)).transcript.equal).toBe(true);
    expect(a2.instanceId).toBe(fresh.instanceId);
  });

  it('S1-47: after a day without having heard all it delivers, and says that it may be a repeat', () => {
    const { b1, a1, dialogId, clock } = newWorld();
    b1.say(a1, dialogId, 'perhaps');
    const fresh = new SharedDevice(crypto, people.a2, clock).knows(b1);
    fresh.replica.hasHeardAll = false;
    carry(b1, fresh);
    expect(fresh.sink.of('delivered')).toMatchObject([{ maybeRepeat: true, content: { text: 'perhaps' } }]);
  });
});

describe('a contact with two devices', () => {
  it('A24 S2-11: the slower one costs no new keys while the other may bring it what it lacks, and is served in the end', () => {
    const { a1, b1, b2, dialogId, clock } = newWorld();
    const epoch = epochOf(a1);
    for (let round = 0; round < 90; round += 1) {
      a1.say(b1, dialogId, `${round}`);
      a1.say(b1, dialogId, `${round}, again`);
      carry(a1, b1);
      carry(b1, a1);
      // Always a little behind: it has the message before the newest one that was acknowledged by the other.
      hear(a1, b2);
      clock.pass(100);
    }
    expect(epochOf(a1)).toBe(epoch);
    expect(a1.engine.patience(b1.peerId)).toBeGreaterThan(0);
    clock.pass(siblingPatienceMs);
    carry(a1, b2);
    expect(epochOf(a1)).toBe(epoch + 1);
    expect(b2.sink.texts(dialogId).length).toBeGreaterThan(150);
  });

  it('A22 S2-11 S4-31: what one of them acknowledged and was forgotten since is passed over by the other: nothing is lost, and all hold one history', () => {
    const { a1, b1, b2, dialogId, clock } = newWorld();
    const store = createDialogStore(a1.db);
    const key = { ...a1.dialog(b1, dialogId), instanceId: a1.instanceId };
    const first = store.highestAcknowledged(key) + 1;
    for (const text of ['taken back', 'also', 'stays', 'gone, too', 'last']) a1.say(b1, dialogId, text);
    exchange(a1, b1);
    for (const place of [0, 1, 3]) store.eraseOutbox(key, first + place);
    // The two of them never meet again.
    for (let round = 0; round < 6; round += 1) {
      hear(a1, b2);
      clock.pass(32 * siblingPatienceMs);
      exchange(a1, b2);
    }
    expect(b2.sink.texts(dialogId)).toEqual(['stays', 'last']);
    expect(streamOf(a1, b2)).toEqual(streamOf(a1, b1));
    for (const device of [a1, b2]) {
      expect(device.sink.of('gap')).toEqual([]);
      expect(device.engine.status(device.dialog(device === a1 ? b1 : a1, dialogId))).toMatchObject({ problems: [], transcript: { equal: true } });
    }
    // The one that had them comes back with what it held all the time: nobody was copied.
    expect([hear(a1, b1), hear(a1, b2)]).toEqual(['met', 'met']);
    a1.say(b1, dialogId, 'on');
    exchange(a1, b1);
    expect(a1.sink.of('rolledBack')).toEqual([]);
    expect(a1.engine.status(a1.dialog(b1, dialogId)).transcript).toEqual({ equal: true, upTo: streamOf(a1, b1).cumulative });
    expect(streamOf(a1, b1).cumulative).toBe(first + 5);
  });
});

describe('an own device that lies', () => {
  const lies = (world: World): { said: string; kind: string; key: string; value: Uint8Array }[] => {
    const { a1, a2, b1, dialogId } = world;
    const key = `${b1.peerId}/${dialogId}/${b1.instanceId}`;
    const stream = parseToldStream(a1.engine.shared.stream({ peerId: b1.peerId, dialogId, instanceId: b1.instanceId }) ?? new Uint8Array());
    const sent = { nextSequence: 1, digest: crypto.random(32), acknowledged: 0, epoch: 1 };
    return [
      { said: 'the stream is shorter', kind: 'stream', key, value: encodeToldStream({ ...stream, cumulative: 0 }) },
      { said: 'the stream is longer, with nothing to show for it', kind: 'stream', key, value: encodeToldStream({ ...stream, cumulative: 1_000 }) },
      { said: 'the stream is longer than any', kind: 'stream', key, value: encodeToldStream({ ...stream, cumulative: 2 ** 53 - 1 }) },
      { said: 'another digest at the same place', kind: 'stream', key, value: encodeToldStream({ ...stream, digest: crypto.random(32) }) },
      { said: 'controls that never were', kind: 'stream', key, value: encodeToldStream({ ...stream, controlFloor: 2 ** 40, controlEpoch: 2 ** 20 }) },
      { said: 'this device’s own stream is another', kind: 'sent', key: `${b1.peerId}/${dialogId}/${a2.instanceId}`, value: encodeToldSent({ ...sent, nextSequence: 500 }) },
      { said: 'a floor of nobody', kind: 'floor', key: `${b1.peerId}/${b1.instanceId}`, value: encodeToldFloor(2 ** 31) },
    ];
  };

  it('S4-31: moves nothing ahead or back, mutes nobody and makes nobody start anew', () => {
    const count = lies(prepared()).length;
    for (let index = 0; index < count; index += 1) {
      const world = prepared();
      const { a1, a2, b1, dialogId } = world;
      const lie = lies(world)[index];
      if (!lie) throw new Error('no lie');
      const [own, before] = [epochOf(a2), streamOf(b1, a2)];
      a2.replica.hear({ author: a1.instanceId, ...lie });
      expect(streamOf(b1, a2), lie.said).toEqual(before);
      expect(a2.sink.of('rolledBack'), lie.said).toEqual([]);
      b1.say(a2, dialogId, 'news');
      carry(b1, a2);
      carry(a2, b1);
      carry(b1, a2);
      expect(a2.sink.texts(dialogId), lie.said).toEqual(['old', 'news']);
      expect(b1.pending(a2), lie.said).toEqual([]);
      expect(b1.sink.of('rolledBack'), lie.said).toEqual([]);
      expect(epochOf(a2), lie.said).toBeLessThanOrEqual(own + 1);
    }
  });

  it('S4-31: a stream is moved ahead by its word only over places the contact itself is known to have used', () => {
    const world = prepared();
    const { a1, a2, b1, dialogId, clock } = world;
    const before = streamOf(b1, a2);
    b1.say(a1, dialogId, 'kept back');
    carry(b1, a1);
    carry(a1, b1);
    b1.say(a1, dialogId, 'next');
    const told = a1.engine.shared.stream({ peerId: b1.peerId, dialogId, instanceId: b1.instanceId }) ?? new Uint8Array();
    const hearStream = (): void => a2.replica.hear({ author: a1.instanceId, kind: 'stream', key: `${b1.peerId}/${dialogId}/${b1.instanceId}`, value: told });
    hearStream();
    expect(streamOf(b1, a2)).toEqual(before);
    carry(b1, a2); // the one behind it, which shows that there was one
    expect(streamOf(b1, a2)).toEqual(before);
    clock.pass(60_000);
    hearStream();
    expect(a2.sink.texts(dialogId)).toEqual(['old', 'next']);
    expect(streamOf(b1, a2).cumulative).toBe(3);
  });

  it('A14 A43: brings nothing in another person’s name, of a removed device, or of its own', () => {
    const world = prepared();
    const { a1, a2, b1, b2, dialogId } = world;
    b2.say(a1, dialogId, 'of a removed device');
    const bytes = b2.pending(a1)[0] ?? new Uint8Array();
    const author = a1.instanceId;
    const envelope = { author, kind: 'envelope', key: `${b1.peerId}/${dialogId}/${b2.instanceId}/1`, value: encodeToldEnvelope({ receivedAt: start, bytes }) };
    const chain = { author, kind: 'chain', key: `${b1.peerId}/${b2.instanceId}`, value: encodeChain(people.b2.chain) };
    // Somebody else's chain in Bob's place, and one of Alice's own devices.
    expect(() => a2.replica.hear({ ...chain, value: encodeChain(carol.chain) })).toThrow('somebody else');
    const before = a2.snapshot();
    for (const person of [carol, people.a1]) {
      const { peerId } = person.chain.identity;
      const { instanceId } = person.chain.instance;
      a2.replica.hear({ ...chain, key: `${peerId}/${instanceId}`, value: encodeChain(person.chain) });
      a2.replica.hear({ ...envelope, key: `${peerId}/${dialogId}/${instanceId}/1` });
    }
    a2.removed.add(b2.instanceId);
    a2.replica.hear(chain);
    a2.replica.hear(envelope);
    expect(a2.snapshot()).toBe(before);
    // The very same of a device that is one.
    a2.removed.clear();
    a2.replica.hear(envelope);
    a2.look();
    expect(a2.sink.texts(dialogId)).toEqual(['old', 'of a removed device']);
  });

  it('S1-34: what cannot be read is thrown out whole', () => {
    const { a1, a2, b1, dialogId } = prepared();
    const before = a2.snapshot();
    for (const kind of ['dialog', 'failed', 'floor', 'stream', 'chain', 'envelope', 'sent', 'start']) {
      for (const key of [`${b1.peerId}/${dialogId}`, `${b1.peerId}/${dialogId}/${b1.instanceId}/x`, 'x']) {
        expect(() => a2.replica.hear({ author: a1.instanceId, kind, key, value: utf8.encode('nothing of the kind') }), `${kind} ${key}`).toThrow();
      }
    }
    expect(a2.snapshot()).toBe(before);
  });
});

/** Bob said one thing that both of Alice's devices have. */
function prepared(): World {
  const world = newWorld();
  world.b1.say(world.a1, world.dialogId, 'old');
  carry(world.b1, world.a1);
  carry(world.a1, world.b1);
  settleOwn(world);
  return world;
}
