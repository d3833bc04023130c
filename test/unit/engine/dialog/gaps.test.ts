import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { encodeControl, maxGap, parseControl } from '../../../../electron/engine/dialog/control';
import { firstDigest, gapDigest, nextDigest } from '../../../../electron/engine/dialog/transcript';
import { dialogIdFromBytes } from '../../../../electron/engine/wire/ids';
import { createDialogStore } from '../../../../electron/storage/dialog-store';
import { Forger } from '../../../support/dialog-forge';
import { Device, newPair, settle, TestClock, testCrypto } from '../../../support/dialog-kit';
import { becomeNew, copyDevice, meet, recordedPerson, type RecordedPerson, session } from '../../../support/dialog-recovery';

let crypto: Crypto;
let ann: RecordedPerson;
let bo: RecordedPerson;

beforeAll(async () => {
  crypto = await testCrypto();
  [ann, bo] = await Promise.all([recordedPerson(crypto, 'Ann'), recordedPerson(crypto, 'Bo')]);
}, 60_000);

/** Alice wrote `count` messages that Bob acknowledged; `older` is Bob as he was after the first `kept` of them. */
function rolledBack(count: number, kept: number) {
  const clock = new TestClock();
  const alice = new Device(crypto, ann, { clock });
  const bob = new Device(crypto, bo, { clock });
  alice.knows(bob);
  bob.knows(alice);
  const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
  session(alice, bob);
  let older: Device | undefined;
  for (let n = 1; n <= count; n += 1) {
    alice.say(bob, dialogId, `m${n}`);
    settle(alice, bob);
    if (n === kept) older = copyDevice(crypto, bob, clock);
  }
  if (!older) throw new Error('nothing was kept');
  return { clock, alice, bob, older, dialogId, key: alice.dialog(bob, dialogId) };
}

const texts = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `m${from + n}`);
const digestOf = (device: Device) => device.db.prepare('SELECT cumulative, digest FROM receiving_streams').all().map((row) => ({ ...row }));

describe('a receiver that lost what it had acknowledged', () => {
  it('S1-04 A22: gets the same content under the same sequences, once, and both digests agree', async () => {
    const { alice, bob, older, dialogId, key } = rolledBack(9, 3);
    const { device: fresh } = await becomeNew(crypto, older, bo.record, [alice]);
    session(alice, fresh);
    expect(fresh.sink.texts()).toEqual(texts(4, 9));
    expect(fresh.sink.of('delivered').map((each) => each.sequence)).toEqual([5, 6, 7, 8, 9, 10]);
    expect(digestOf(fresh)).toEqual(digestOf(bob));
    expect(alice.engine.status(key).transcript).toEqual({ equal: true, upTo: 10, instanceId: alice.person.local.instanceId });
    expect(alice.sink.of('failed')).toEqual([]);
    expect(alice.pending(fresh)).toEqual([]);
    // And on they go, in either direction.
    alice.say(fresh, dialogId, 'on');
    fresh.say(alice, dialogId, 'and back');
    session(alice, fresh);
    expect(fresh.sink.texts().at(-1)).toBe('on');
    expect(alice.sink.texts()).toEqual(['and back']);
  });

  it('S1-04: what its history shows already never comes again', async () => {
    const { alice, older, dialogId } = rolledBack(5, 5);
    const bytes = alice.db.prepare('SELECT sequence FROM outbox').all();
    const { device: fresh } = await becomeNew(crypto, older, bo.record, [alice]);
    session(alice, fresh);
    alice.say(fresh, dialogId, 'new');
    session(alice, fresh);
    expect(fresh.sink.texts()).toEqual(['new']);
    expect(bytes).toHaveLength(6);
  });

  it('what waited for somebody, under key exchange and session keys of several ages, comes again with it', async () => {
    const { alice, older, dialogId, key } = rolledBack(6, 2);
    alice.engine.shift(key, 'hand');
    alice.say(older, dialogId, 'm7');
    alice.restart();
    alice.say(older, dialogId, 'm8');
    const stale = alice.pending(older);
    const { device: fresh } = await becomeNew(crypto, older, bo.record, [alice]);
    meet(alice, fresh);
    settle(alice, fresh);
    // Old bytes that were still under way are void, and fail nothing.
    expect(fresh.receive(alice, ...stale).every((each) => each.kind === 'duplicate' || each.kind === 'rejected')).toBe(true);
    expect(fresh.sink.texts()).toEqual(texts(3, 8));
    expect(fresh.sink.of('failed')).toEqual([]);
    expect(alice.engine.status(key).transcript.equal).toBe(true);
  });

  it('old bytes that come before and after what is locked again: in order, once, and nothing fails', async () => {
    const { alice, older, dialogId } = rolledBack(4, 2);
    for (const text of ['m5', 'm6', 'm7']) alice.say(older, dialogId, text);
    const [m5, m6, m7] = alice.pending(older);
    if (!m5 || !m6 || !m7) throw new Error('three wait');
    const { device: fresh } = await becomeNew(crypto, older, bo.record, [alice]);
    expect(fresh.receive(alice, m6)[0]?.kind).toBe('held');
    meet(alice, fresh);
    const again = alice.pending(fresh);
    expect(fresh.receive(alice, ...again.slice(0, 1)).map((each) => each.kind)).toEqual(['delivered']);
    expect(fresh.receive(alice, m7, m5).map((each) => each.kind)).toEqual(['rejected', 'rejected']);
    fresh.receive(alice, ...again.slice(1));
    expect(fresh.sink.texts()).toEqual(texts(3, 7));
    expect(fresh.sink.of('failed')).toEqual([]);
  });

  it('S1-50: what waits under another exchange key than the one shown is locked again once that device says a second time where it stands, and nothing else is', () => {
    const { alice, bob, key } = rolledBack(1, 1);
    alice.say(bob, key.dialogId, 'waits');
    const [told] = bob.engine.standing(alice.peerId, alice.person.local.instanceId);
    if (!told) throw new Error('nothing told');
    const sealed = () => alice.pending(bob).map((bytes) => Buffer.from(bytes).toString('hex'));
    const before = sealed();
    expect(before).toHaveLength(1);
    const says = (chain: typeof bob.person.chain, connection?: object): readonly string[] => (alice.engine.meet(chain, told, connection), sealed());
    const same = { ...bob.person.chain };
    for (let time = 1; time <= 2; time += 1) expect(says(same)).toEqual(before);
    const other = { ...bob.person.chain, exchange: ann.chain.exchange };
    // On one connection after the other, each with the same chain, it is the first time each time.
    for (let time = 1; time <= 3; time += 1) expect(says(other, {})).toEqual(before);
    expect(says(other)).toEqual(before);
    const after = says(other);
    expect([after.length, after[0] === before[0]]).toEqual([1, false]);
    expect(says(other)).toEqual(after);
  });

  it('S2-10 A37: nothing is locked again in a dialog that has ended', () => {
    const { alice, bob, key } = rolledBack(3, 1);
    alice.say(bob, key.dialogId, 'not acknowledged');
    alice.db.exec("UPDATE dialogs SET state = 'failed', failure = 'told-by-peer'");
    alice.restart();
    const [told] = bob.engine.standing(alice.peerId, alice.person.local.instanceId);
    if (!told) throw new Error('nothing told');
    const before = alice.snapshot(['start_tokens']);
    // Twice, as somebody who refused something for its key says it.
    for (let time = 1; time <= 2; time += 1) expect(alice.engine.meet({ ...bob.person.chain }, { ...told, streams: [] })).toBe('met');
    expect(alice.snapshot(['start_tokens'])).toBe(before);
  });

  it('of dialogs that are not here nothing is remembered, however many are named in a word that never ends', () => {
    const { alice, bob, key } = rolledBack(1, 1);
    const [told] = bob.engine.standing(alice.peerId, alice.person.local.instanceId);
    const [stream] = told?.streams ?? [];
    if (!told || !stream) throw new Error('nothing told');
    const made = Array.from({ length: 800 }, (_, n) => dialogIdFromBytes(Uint8Array.from({ length: 16 }, (_each, at) => (at === 0 ? 255 : (n >> (8 * (at % 2))) & 255))));
    const connection = {};
    const add = vi.spyOn(Set.prototype, 'add');
    const outcomes = [1, 2].map(() => alice.engine.meet(bob.person.chain, { ...told, streams: [stream, ...made.map((dialogId) => ({ ...stream, dialogId, cumulative: 0, highest: 0, control: 0 }))], last: false }, connection));
    const remembered = new Set(add.mock.calls.map(([value]) => value));
    add.mockRestore();
    expect(outcomes).toEqual(['more', 'more']);
    expect(remembered.has(key.dialogId)).toBe(true);
    expect(made.filter((dialogId) => remembered.has(dialogId))).toEqual([]);
    expect(alice.engine.meet(bob.person.chain, { ...told, streams: [], last: true }, connection)).toBe('met');
  });

  it('A24: asking again and again costs bounded work', async () => {
    const { alice, bob, older, dialogId } = rolledBack(3, 1);
    for (let n = 0; n < 600; n += 1) alice.say(bob, dialogId, `n${n}`);
    settle(alice, bob);
    const { device: fresh } = await becomeNew(crypto, older, bo.record, [alice]);
    const seals = () => alice.crypto.meter.read().seal;
    const before = seals();
    meet(alice, fresh);
    // Two more wrap the new keys.
    expect(seals() - before).toBe(256 + 2);
    const once = seals();
    meet(alice, fresh);
    expect(seals()).toBe(once);
    // An impostor that acknowledges and asks in turn runs dry.
    const askAgain = (rounds: number): number => {
      const at = seals();
      for (let round = 0; round < rounds; round += 1) {
        meet(alice, fresh);
        alice.db.exec('UPDATE outbox SET held = 2, bytes = NULL, key_epoch = NULL, kek_id = NULL WHERE held = 0');
      }
      return seals() - at;
    };
    askAgain(40);
    expect(seals() - before).toBeLessThan(4096 + 50);
    // 64 more come back in a second: for 256 it is four.
    alice.clock.pass(3_000);
    expect(askAgain(4)).toBeLessThan(256);
    alice.clock.pass(5_000);
    expect(askAgain(4)).toBeGreaterThanOrEqual(256);
    alice.clock.pass(3_600_000);
    for (let round = 0; round < 5; round += 1) session(alice, fresh);
    expect(fresh.sink.texts()).toHaveLength(602);
  }, 60_000);
});

describe('what nobody can send again', () => {
  it('A24: is told as a gap, written down on both sides, and the digests are bound to it', async () => {
    const { alice, bob, older, key, clock } = rolledBack(9, 3);
    const store = createDialogStore(alice.db);
    const stream = { ...key, instanceId: ann.local.instanceId };
    // m4, m5 and m8.
    for (const sequence of [5, 6, 9]) store.eraseOutbox(stream, sequence);
    const held = digestOf(bob);
    const { device: fresh } = await becomeNew(crypto, older, bo.record, [alice]);
    for (let round = 0; round < 3; round += 1) session(alice, fresh);
    expect(fresh.sink.texts()).toEqual(['m6', 'm7', 'm9']);
    const gaps = [{ first: 5, last: 6 }, { first: 9, last: 9 }];
    expect(fresh.sink.of('gap')).toMatchObject(gaps);
    expect(alice.sink.of('gap')).toMatchObject(gaps);
    for (const device of [alice, fresh]) {
      device.restart();
      expect(createDialogStore(device.db).gaps({ ...key, peerId: device === alice ? fresh.peerId : alice.peerId })).toMatchObject(gaps);
    }
    expect(fresh.engine.status(fresh.dialog(alice, key.dialogId)).problems).toEqual([{ kind: 'gap', count: 3, since: clock.now(), instanceId: ann.local.instanceId }]);
    expect(alice.engine.status(key).problems).toMatchObject([{ kind: 'gap', count: 3 }]);
    expect(alice.engine.status(key).transcript).toEqual({ equal: true, upTo: 10, instanceId: alice.person.local.instanceId });
    // The places count as they were.
    expect(digestOf(fresh)).toEqual(held);
    alice.say(fresh, key.dialogId, 'on');
    session(alice, fresh);
    expect(fresh.sink.texts().at(-1)).toBe('on');
    expect(alice.engine.status(key).transcript).toEqual({ equal: true, upTo: 11, instanceId: alice.person.local.instanceId });
  });

  it('A24: where nobody knows what stood there any more, either, both digests are bound to the gap', async () => {
    const { alice, bob, older, key } = rolledBack(9, 3);
    const store = createDialogStore(alice.db);
    for (const sequence of [5, 6]) store.removeOutbox({ ...key, instanceId: ann.local.instanceId }, sequence);
    const { device: fresh } = await becomeNew(crypto, older, bo.record, [alice]);
    for (let round = 0; round < 3; round += 1) session(alice, fresh);
    expect(fresh.sink.texts()).toEqual(texts(6, 9));
    for (const device of [alice, fresh]) expect(device.sink.of('gap')).toMatchObject([{ first: 5, last: 6 }]);
    expect(alice.engine.status(key).transcript).toEqual({ equal: true, upTo: 10, instanceId: alice.person.local.instanceId });
    expect(alice.sink.of('rolledBack')).toEqual([]);
    // The same one at both, byte for byte, and another than that of the history without a gap.
    const own = alice.db.prepare('SELECT digest FROM sending_streams WHERE peer_id = ? AND dialog_id = ?').get([key.peerId, key.dialogId]);
    expect([own?.['digest']]).toEqual(digestOf(fresh).map((row) => row['digest']));
    expect(digestOf(fresh)).not.toEqual(digestOf(bob));
  });

  it('A24 S1-04: is told with what is true when it is told: a transaction that the disk refused took the conversation out of memory', async () => {
    const { alice, bob, older, key } = rolledBack(6, 3);
    const store = createDialogStore(alice.db);
    store.eraseOutbox({ ...key, instanceId: ann.local.instanceId }, 5);
    const { device: fresh } = await becomeNew(crypto, older, bo.record, [alice]);
    meet(alice, fresh);
    // The gap is due. Then something in the same conversation is not stored …
    expect(() => alice.db.transaction(() => { alice.say(fresh, key.dialogId, 'lost'); throw new Error('disk full'); })).toThrow('disk full');
    // … and what comes next stands on the same state.
    const first = alice.say(fresh, key.dialogId, 'm7');
    alice.acknowledgements(fresh);
    const second = alice.say(fresh, key.dialogId, 'm8');
    expect([second.sequence - first.sequence, second.keyEpoch - first.keyEpoch]).toEqual([1, 0]);
    for (let round = 0; round < 3; round += 1) session(alice, fresh);
    expect(fresh.sink.texts()).toEqual(['m5', 'm6', 'm7', 'm8']);
    expect(fresh.sink.of('gap')).toMatchObject([{ first: 5, last: 5 }]);
    for (const device of [alice, fresh]) expect(device.sink.of('failed')).toEqual([]);
    expect(alice.engine.status(key).transcript.equal).toBe(true);
    expect(bob.sink.texts()).toHaveLength(6);
  });

  it('A24 S1-04: is told only once it is written down here: where the disk refused that, the other side would have another history', async () => {
    const { alice, older, key } = rolledBack(9, 3);
    const store = createDialogStore(alice.db);
    for (const sequence of [5, 6]) store.removeOutbox({ ...key, instanceId: ann.local.instanceId }, sequence);
    const { device: fresh } = await becomeNew(crypto, older, bo.record, [alice]);
    expect(() => alice.db.transaction(() => { meet(alice, fresh); throw new Error('disk full'); })).toThrow('disk full');
    fresh.receive(alice, ...alice.acknowledgements(fresh));
    expect(fresh.sink.of('gap')).toEqual([]);
    for (let round = 0; round < 3; round += 1) session(alice, fresh);
    for (const device of [alice, fresh]) expect(createDialogStore(device.db).gaps({ ...key, peerId: device === alice ? fresh.peerId : alice.peerId })).toMatchObject([{ first: 5, last: 6 }]);
    expect(alice.engine.status(key).transcript).toEqual({ equal: true, upTo: 10, instanceId: alice.person.local.instanceId });
    expect(alice.sink.of('rolledBack')).toEqual([]);
  });

  it('A25 A38: a digest told with a gap is taken only by whoever holds what stood before it', async () => {
    const { crypto: c, alice, bob } = await newPair();
    const forger = new Forger(c, alice.person, bob.person);
    bob.receive(alice, forger.message(1, 'one'));
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    const row = () => bob.db.prepare('SELECT cumulative, hex(digest) AS digest FROM receiving_streams').get();
    const before = Buffer.from(String(row()?.['digest']), 'hex');
    const after = c.random(32);
    const lost = gapDigest(c, gapDigest(c, before, 2), 3);
    let counter = 0;
    const say = (from: number, to: number, digests: { before: Uint8Array; after: Uint8Array }) => {
      const plaintext = Buffer.concat([Buffer.alloc(16), encodeControl({ kind: 'gap', stream: alice.person.local.instanceId, from, to, digests })]);
      bob.receive(alice, forger.message((counter += 1), '', { control: true, plaintext }));
      return { cumulative: row()?.['cumulative'], digest: String(row()?.['digest']).toLowerCase() };
    };
    // It came further than the gap begins: nothing is taken, and what it has is said again.
    expect(say(1, 4, { before, after })).toEqual({ cumulative: 1, digest: hex(before) });
    // Another history: the places are lost, by the one rule both can follow.
    expect(say(2, 3, { before: c.random(32), after })).toEqual({ cumulative: 3, digest: hex(lost) });
    expect(say(4, 6, { before: lost, after })).toEqual({ cumulative: 6, digest: hex(after) });
    expect(bob.sink.of('gap')).toMatchObject([{ first: 2, last: 3 }, { first: 4, last: 6 }]);
    // What came early within it is shown, the one in its last place too.
    for (const sequence of [8, 9]) expect(bob.receive(alice, forger.message(sequence, `${sequence}`))[0]?.kind).toBe('held');
    const further = c.random(32);
    expect(say(7, 9, { before: after, after: further })).toEqual({ cumulative: 9, digest: hex(further) });
    expect(bob.sink.texts()).toEqual(['one', '8', '9']);
  });

  it('A25: a gap is believed of the sender’s own stream only, from the next place on, and no further than one may look ahead', async () => {
    const { crypto: c, alice, bob } = await newPair();
    const forger = new Forger(c, alice.person, bob.person);
    bob.receive(alice, forger.message(1, 'one'));
    const own = alice.person.local.instanceId;
    let counter = 0;
    const say = (stream: typeof own, from: number, to: number) => {
      const plaintext = Buffer.concat([Buffer.alloc(16), encodeControl({ kind: 'gap', stream, from, to })]);
      bob.receive(alice, forger.message((counter += 1), '', { control: true, plaintext }));
      return Number(bob.db.prepare('SELECT cumulative FROM receiving_streams').get()?.['cumulative']);
    };
    expect(say(bob.person.local.instanceId, 2, 3)).toBe(1);
    expect(say(own, 3, 4)).toBe(1);
    expect(say(own, 2, 2 ** 53 - 1)).toBe(1);
    expect(say(own, 2, 2 + maxGap)).toBe(1);
    expect(bob.sink.of('gap')).toEqual([]);
    // What is here is delivered, not skipped.
    bob.receive(alice, forger.message(4, 'four'));
    expect(say(own, 1, 5)).toBe(5);
    expect(bob.sink.texts()).toEqual(['one', 'four']);
    expect(bob.receive(alice, forger.message(3, 'three'))).toEqual([{ kind: 'duplicate' }]);
    expect(bob.receive(alice, forger.message(6, 'six'))[0]?.kind).toBe('delivered');
  });

  it('A23 A24: one that is dropped for ever: later ones wait, it is asked for, nothing is skipped; what is further ahead than may wait is kept by its sender', async () => {
    const { alice, bob } = await newPair({ limits: { lookAhead: 8 } });
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    for (let n = 1; n <= 12; n += 1) alice.say(bob, dialogId, `${n}`);
    for (let round = 0; round < 5; round += 1) {
      const [, ...rest] = alice.pending(bob);
      bob.receive(alice, ...rest);
      alice.receive(bob, ...bob.acknowledgements(alice));
    }
    expect(bob.sink.texts()).toEqual([]);
    expect(bob.engine.status(bob.dialog(alice, dialogId)).problems).toMatchObject([{ kind: 'waiting', count: 7 }]);
    expect(alice.sink.of('acknowledged').slice(1).every((each) => each.gap)).toBe(true);
    // Beside the one that was dropped, those beyond the eight that may be looked ahead are with their sender still.
    expect(alice.pending(bob)).toHaveLength(1 + 12 - 8);
    settle(alice, bob);
    expect(bob.sink.texts()).toEqual(Array.from({ length: 12 }, (_, n) => `${n + 1}`));
    expect(bob.engine.status(bob.dialog(alice, dialogId)).problems).toEqual([]);
  });

  it('protocol.md §7: d_n over a gap is H(label ‖ d_{n−1} ‖ n), nothing else', () => {
    const first = firstDigest(crypto, [ann.local.peerId, bo.local.peerId], rolledBack(1, 1).dialogId, ann.local.instanceId);
    const over = gapDigest(crypto, first, 1);
    expect(over).not.toEqual(nextDigest(crypto, first, 1, new Uint8Array()));
    expect(over).toEqual(crypto.sha256(Buffer.from([0, 0, 0, 14]), Buffer.from('keyshift/2 gap'), first, Buffer.from([0, 0, 0, 0, 0, 0, 0, 1])));
  });

  it('survives encoding, and nothing else is a gap', () => {
    const gap = { kind: 'gap', stream: ann.local.instanceId, from: 5, to: 5 + maxGap - 1 } as const;
    const bytes = encodeControl(gap);
    expect(parseControl(bytes)).toEqual(gap);
    for (let length = 0; length < bytes.length; length += 1) expect(parseControl(bytes.subarray(0, length))).toBeUndefined();
    const whole = { ...gap, digests: { before: crypto.random(32), after: crypto.random(32) } };
    const more = encodeControl(whole);
    expect(parseControl(more)).toEqual(whole);
    for (let length = bytes.length + 1; length < more.length; length += 1) expect(parseControl(more.subarray(0, length))).toBeUndefined();
    expect(parseControl(Buffer.concat([more, Buffer.alloc(1)]))).toBeUndefined();
    expect(parseControl(Buffer.concat([bytes, Buffer.alloc(1)]))).toBeUndefined();
    for (const wrong of [{ from: 0, to: 1 }, { from: 3, to: 2 }, { from: 1, to: maxGap + 1 }]) expect(parseControl(encodeControl({ ...gap, ...wrong }))).toBeUndefined();
  });
});
