import { describe, expect, it } from 'vitest';
import { spanOfMessage } from '../../../../electron/engine/dialog/message-layout';
import { parseDskHeader } from '../../../../electron/engine/dialog/session-key';
import type { DialogId } from '../../../../electron/engine/ids';
import { Forger } from '../../../support/dialog-forge';
import { type Device, newPair, settle } from '../../../support/dialog-kit';
import { day, hour, keysWithBytes } from '../../../support/rotating-pair';

/** Both say all they have to say, sealing what waits as a live connection does. */
function talk(alice: Device, bob: Device): void {
  for (let round = 0; round < 4; round += 1) {
    alice.engine.sealWaiting(bob.peerId);
    bob.engine.sealWaiting(alice.peerId);
    settle(alice, bob);
  }
}

function header(message: Uint8Array | undefined) {
  const bytes = Buffer.from(message ?? new Uint8Array());
  const span = spanOfMessage(bytes);
  return span && { ...parseDskHeader(bytes, span.dskAt), sequence: span.sequence };
}

const epochs = (device: Device, other: Device, dialogs: readonly DialogId[]) =>
  dialogs.map((dialogId) => device.engine.status(device.dialog(other, dialogId)).sending?.epoch);

const kekOf = (device: Device, other: Device, dialogId: DialogId) => device.engine.status(device.dialog(other, dialogId)).kek;

function first<T>(list: readonly T[]): T {
  const [found] = list;
  if (found === undefined) throw new Error('an empty list');
  return found;
}

describe('keys that others may know', () => {
  it('S1-18 S2-14 A16: every session key of the pair is new, what was unacknowledged is sealed again under the same sequences, and nothing older is taken', async () => {
    const { alice, bob } = await newPair();
    const dialogs = ['a', 'b', 'c'].map((title) => alice.engine.open(bob.peerId, { title }));
    const one = first(dialogs);
    const two = first(dialogs.slice(1));
    settle(alice, bob);
    bob.say(alice, two, 'before');
    settle(alice, bob);
    for (const text of ['x', 'y', 'z']) alice.say(bob, one, text);
    const old = alice.pending(bob);
    const [before, theirs] = [epochs(alice, bob, dialogs), epochs(bob, alice, dialogs)];
    const kek = kekOf(alice, bob, one);

    expect(alice.engine.shiftPair(alice.dialog(bob, one), { compromised: true })).toEqual({ epoch: 2 });
    expect(epochs(alice, bob, dialogs)).toEqual(before.map((epoch) => (epoch ?? 0) + 1));
    expect(keysWithBytes(alice)).toBe(1);
    const again = alice.pending(bob);
    expect(again.map((message) => header(message))).toMatchObject([2, 3, 4].map((sequence) => ({ compromise: true, firstSequence: 2, sequence })));
    expect(again.map((message) => Buffer.from(message).toString('hex'))).not.toEqual(old.map((message) => Buffer.from(message).toString('hex')));
    expect(alice.sink.of('resealed')).toHaveLength(1);

    talk(alice, bob);
    expect(bob.sink.texts(one)).toEqual(['x', 'y', 'z']);
    expect(kekOf(alice, bob, one)).not.toEqual(kek);
    for (const dialogId of dialogs) expect(kekOf(bob, alice, dialogId)?.id).toBe(kekOf(alice, bob, dialogId)?.id);
    expect(epochs(bob, alice, dialogs)).toEqual(theirs.map((epoch) => (epoch ?? 0) + 1));
    expect(bob.sink.of('shifted').filter((each) => each.who === 'peer' && each.reason === 'compromise')).toHaveLength(3);

    // Refused now, also from caches and after a restart, and the dialog does not fail for it.
    for (const restart of [false, true]) {
      if (restart) bob.restart();
      expect(bob.receive(alice, ...old).map((each) => each.kind === 'rejected' && each.reason)).toEqual(['kek-floor', 'kek-floor', 'kek-floor']);
    }
    expect(bob.sink.of('failed')).toEqual([]);
    // The floor stands on both sides, in the database.
    for (const device of [alice, bob]) {
      device.restart();
      expect(device.db.prepare('SELECT floor FROM kek_floors WHERE creating_instance = ?').get([alice.person.local.instanceId])).toEqual({ floor: 2 });
    }
    talk(alice, bob);
    bob.say(alice, one, 'after');
    talk(alice, bob);
    expect(alice.sink.texts(one)).toEqual(['after']);
  });

  it('S1-18 A16: what the other side had under way under the old key is refused, said, and comes again by itself', async () => {
    const { alice, bob } = await newPair();
    const dialogs = ['a', 'b', 'c'].map((title) => alice.engine.open(bob.peerId, { title }));
    settle(alice, bob);
    for (const dialogId of dialogs) for (const text of ['1', '2']) bob.say(alice, dialogId, text);
    const old = bob.pending(alice);
    alice.engine.shiftPair(alice.dialog(bob, first(dialogs)), { compromised: true });
    // The word of it is lost; only the refusal makes it go out again.
    alice.acknowledgements(bob);
    const refused = alice.receive(bob, ...old);
    expect(refused.map((each) => each.kind === 'rejected' && each.reason)).toEqual(old.map(() => 'kek-floor'));
    expect(alice.sink.texts()).toEqual([]);
    expect(alice.engine.status(alice.dialog(bob, first(dialogs))).problems).toMatchObject([{ kind: 'key-refused', count: 2 }]);
    expect(alice.sink.of('problem').map((each) => each.kind)).toEqual(['key-refused', 'key-refused', 'key-refused']);
    talk(alice, bob);
    for (const dialogId of dialogs) {
      expect(alice.sink.texts(dialogId)).toEqual(['1', '2']);
      expect(alice.engine.status(alice.dialog(bob, dialogId)).problems).toEqual([]);
    }
    expect(alice.sink.of('problem').slice(3).map((each) => each.kind)).toEqual([undefined, undefined, undefined]);
    for (const device of [alice, bob]) expect(device.sink.of('failed')).toEqual([]);
  });

  it('S1-18: a dialog that was opened under the old key is opened again under the new one', async () => {
    const { alice, bob } = await newPair();
    const known = alice.engine.open(bob.peerId, { title: 'known' });
    settle(alice, bob);
    const opened = bob.engine.open(alice.peerId, { title: 'opened meanwhile' });
    bob.say(alice, opened, 'hello');
    const old = bob.pending(alice);
    alice.engine.shiftPair(alice.dialog(bob, known), { compromised: true });
    alice.acknowledgements(bob);
    expect(alice.receive(bob, ...old).map((each) => each.kind)).toEqual(['rejected', 'rejected']);
    expect(alice.engine.status(alice.dialog(bob, known)).problems).toMatchObject([{ kind: 'key-refused', count: 2 }]);
    expect(alice.sink.of('opened').map((each) => each.title)).toEqual(['known']);
    talk(alice, bob);
    expect(alice.sink.texts(opened)).toEqual(['hello']);
    expect(alice.engine.status(alice.dialog(bob, known)).problems).toEqual([]);
  });

  it('S2-18: what waited out of order under a key that others may know is not believed; it comes again', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    for (const text of ['one', 'two', 'three']) alice.say(bob, dialogId, text);
    const [, two, three] = alice.pending(bob);
    bob.receive(alice, three ?? new Uint8Array());
    expect(bob.db.prepare('SELECT count(*) AS n FROM held_messages').get()).toEqual({ n: 1 });
    // Alice learns that it waits there, and takes it back all the same.
    alice.receive(bob, ...bob.acknowledgements(alice));
    expect(alice.engine.pending(bob.peerId, { limit: 10 }).map((each) => each.sequence)).toEqual([2, 3]);
    alice.engine.shiftPair(alice.dialog(bob, dialogId), { compromised: true });
    expect(alice.engine.pending(bob.peerId, { limit: 10 }).map((each) => each.sequence)).toEqual([2, 3, 4]);
    // The last one comes first: the one that waited in its place gives way.
    const [, , last] = alice.pending(bob);
    expect(bob.receive(alice, last ?? new Uint8Array())[0]?.kind).toBe('held');
    expect(bob.db.prepare('SELECT key_epoch FROM held_messages').all()).toEqual([{ key_epoch: 2 }]);
    expect(bob.receive(alice, two ?? new Uint8Array())[0]).toEqual({ kind: 'rejected', reason: 'kek-floor' });
    talk(alice, bob);
    expect(bob.sink.texts()).toEqual(['one', 'two', 'three']);
  });

  it('A18: both do it at the same time: every message comes through, and both end with one key', async () => {
    const { alice, bob } = await newPair();
    const dialogs = [alice.engine.open(bob.peerId, { title: 'a' }), bob.engine.open(alice.peerId, { title: 'b' }), alice.engine.open(bob.peerId, { title: 'c' })];
    settle(alice, bob);
    for (let round = 0; round < 5; round += 1) {
      for (const dialogId of dialogs) {
        alice.say(bob, dialogId, `${round}`);
        bob.say(alice, dialogId, `${round}`);
      }
      alice.engine.shiftPair(alice.dialog(bob, first(dialogs)), { compromised: true });
      bob.engine.shiftPair(bob.dialog(alice, first(dialogs)), { compromised: true });
      talk(alice, bob);
      for (const device of [alice, bob]) {
        device.clock.pass(hour);
        expect(device.sink.of('failed')).toEqual([]);
        for (const dialogId of dialogs) expect(device.sink.texts(dialogId)).toHaveLength(round + 1);
      }
      for (const dialogId of dialogs) expect(kekOf(alice, bob, dialogId)?.id).toBe(kekOf(bob, alice, dialogId)?.id);
    }
    // Nobody answers a distrust with a new one for ever.
    const shifts = (device: Device) => device.sink.of('shifted').filter((each) => each.who === 'you').length;
    expect(shifts(alice)).toBeLessThan(3 * (1 + 5 * 3));
    expect(alice.pending(bob)).toEqual([]);
    expect(bob.acknowledgements(alice)).toEqual([]);
  });

  it('A16: one after the other, and what either writes then comes through, in dialogs of before and in new ones', async () => {
    for (const order of [[0, 1], [1, 0]] as const) {
      const { alice, bob } = await newPair();
      const people = [alice, bob] as const;
      const dialogs = [alice.engine.open(bob.peerId, { title: 'a' }), bob.engine.open(alice.peerId, { title: 'b' })];
      settle(alice, bob);
      for (const who of order) {
        const [device, other] = [people[who], people[1 - who]] as [Device, Device];
        device.engine.shiftPair(device.dialog(other, first(dialogs)), { compromised: true });
        talk(alice, bob);
        for (const each of people) each.clock.pass(hour);
      }
      dialogs.push(alice.engine.open(bob.peerId, { title: 'c' }), bob.engine.open(alice.peerId, { title: 'd' }));
      talk(alice, bob);
      for (const dialogId of dialogs) {
        alice.say(bob, dialogId, 'from alice');
        bob.say(alice, dialogId, 'from bob');
      }
      talk(alice, bob);
      for (const dialogId of dialogs) {
        expect(bob.sink.texts(dialogId)).toEqual(['from alice']);
        expect(alice.sink.texts(dialogId)).toEqual(['from bob']);
      }
    }
  });

  it('S1-23: the other side was away for days while it happened three times, and both wrote meanwhile', async () => {
    const { alice, bob } = await newPair();
    const dialogs = ['a', 'b', 'c'].map((title) => alice.engine.open(bob.peerId, { title }));
    settle(alice, bob);
    const expected: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      for (const dialogId of dialogs) {
        alice.say(bob, dialogId, `${turn}`);
        bob.say(alice, dialogId, `${turn}`);
      }
      expected.push(`${turn}`);
      for (const device of [alice, bob]) device.clock.pass(2 * day);
      alice.engine.shiftPair(alice.dialog(bob, first(dialogs)), { compromised: true });
      alice.restart();
      if (turn === 1) bob.restart();
    }
    talk(alice, bob);
    for (const dialogId of dialogs) {
      expect(bob.sink.texts(dialogId)).toEqual(expected);
      expect(alice.sink.texts(dialogId)).toEqual(expected);
      expect(alice.engine.status(alice.dialog(bob, dialogId)).transcript.equal).toBe(true);
    }
    for (const device of [alice, bob]) expect(device.sink.of('failed')).toEqual([]);
  });

  it('A31: a lost word of it, a restart and a forged message that waited end nothing', async () => {
    const { crypto, alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    // Somebody with Alice's session key of before lays a message ahead.
    const kek = alice.db.prepare('SELECT * FROM keks').get();
    const forger = new Forger(crypto, alice.person, bob.person);
    forger.kek = crypto.secret('kek', new Uint8Array(kek?.['key'] as Uint8Array));
    forger.kekHeader = { ...forger.kekHeader, kekId: kek?.['kek_id'] as Forger['kekHeader']['kekId'], notBefore: kek?.['not_before'] as number, notAfter: kek?.['not_after'] as number };
    forger.dialogId = dialogId;
    forger.dskHeader = { ...forger.dskHeader, epoch: 2, firstSequence: 4 };
    expect(bob.receive(alice, forger.message(6, 'forged'))[0]?.kind).toBe('held');
    alice.engine.shiftPair(alice.dialog(bob, dialogId), { compromised: true });
    alice.acknowledgements(bob);
    alice.restart();
    // The next session key says it again, so the forged one gives way instead of ending the dialog.
    for (const text of ['a', 'b']) alice.say(bob, dialogId, text);
    expect(header(alice.pending(bob)[0])).toMatchObject({ compromise: true, firstSequence: 2 });
    talk(alice, bob);
    for (const text of ['c', 'd', 'e']) alice.say(bob, dialogId, text);
    talk(alice, bob);
    expect(bob.sink.texts()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(bob.sink.of('failed')).toEqual([]);
    alice.restart();
    alice.say(bob, dialogId, 'f');
    expect(header(alice.pending(bob)[0])).toMatchObject({ compromise: false });
  });

  /** Session keys of kind compromise, each under another key exchange key. `pause`: before each, milliseconds. */
  async function distrusting(times: number, firstSequence: (epoch: number) => number, control = false, pause: (at: number) => number = () => 0) {
    const { crypto, alice, bob } = await newPair();
    const forger = new Forger(crypto, alice.person, bob.person);
    bob.receive(alice, forger.message(1, 'x'));
    bob.say(alice, forger.dialogId, 'mine');
    const outcomes = Array.from({ length: times }, (_, at) => {
      const epoch = at + 2;
      bob.clock.pass(pause(at));
      const each = new Forger(crypto, alice.person, bob.person);
      each.kekHeader = { ...each.kekHeader, epoch };
      each.dskHeader = { ...each.dskHeader, epoch, firstSequence: firstSequence(epoch), compromise: true };
      each.dialogId = forger.dialogId;
      return bob.receive(alice, each.message(3 + epoch, 'x', { control }))[0]?.kind;
    });
    expect(bob.sink.of('failed')).toEqual([]);
    return { outcomes, bob, alice, forger };
  }

  it('A17: a person who distrusts without end is not followed without end, and others are heard', async () => {
    const { outcomes, bob } = await distrusting(38, (epoch) => epoch);
    expect(outcomes.filter((kind) => kind === 'held')).toHaveLength(10);
    expect(bob.sink.of('resealed').length).toBe(10);
  });

  it('A17: nor is one who only acknowledges, under another key each time', async () => {
    // Ten at once, and ten more in an hour: half of them in half of it.
    const { outcomes, bob } = await distrusting(46, (epoch) => epoch, true, (at) => (at === 38 ? 30 * 60_000 : 0));
    const taken = (kinds: readonly unknown[]): number => kinds.filter((kind) => kind === 'control').length;
    expect([taken(outcomes.slice(0, 38)), taken(outcomes.slice(38))]).toEqual([10, 5]);
    expect(outcomes.filter((kind) => kind === 'rejected')).toHaveLength(31);
    expect(bob.sink.of('resealed').length).toBe(15);
  });

  it('A17 S1-47: a stream that says it again, because nothing of it was acknowledged yet, is answered once', async () => {
    const { outcomes, bob, alice } = await distrusting(38, () => 2);
    expect(new Set(outcomes)).toEqual(new Set(['held']));
    expect(bob.sink.of('resealed').length).toBe(1);
    const floors = bob.db.prepare('SELECT floor FROM kek_floors WHERE peer_id = ? AND creating_instance = ?').all([alice.peerId, alice.person.local.instanceId]);
    expect(floors.map(({ floor }) => Number(floor))).toEqual([2]);
  });

  it('S1-23 A16: whoever refuses its own keys, and has made no other yet because it uses the other side’s, is written to under a key of another creator', async () => {
    const { alice, bob } = await newPair();
    // Each opens one before hearing of the other's: two dialogs, under a key of either.
    alice.engine.open(bob.peerId, { title: 'under Alice’s' });
    const dialogId = bob.engine.open(alice.peerId, { title: 'under Bob’s' });
    settle(alice, bob);
    alice.say(bob, dialogId, 'before');
    settle(alice, bob);
    const creator = () => alice.db.prepare('SELECT kek_creator AS creator FROM dialogs WHERE dialog_id = ?').get([dialogId])?.['creator'];
    expect(creator()).toBe(bob.person.local.instanceId);
    // As after a word of another own device: all of its own are refused, and the dialog is bound to the other side's.
    bob.db.prepare('INSERT OR REPLACE INTO kek_floors (peer_id, creating_instance, floor) VALUES (?, ?, 2)').run([alice.peerId, bob.person.local.instanceId]);
    bob.db.prepare('UPDATE dialogs SET kek_creator = ? WHERE dialog_id = ?').run([alice.person.local.instanceId, dialogId]);
    bob.restart();
    alice.say(bob, dialogId, 'after');
    expect(bob.receive(alice, ...alice.pending(bob)).map((each) => each.kind === 'rejected' && each.reason)).toEqual(['kek-floor']);
    alice.receive(bob, ...bob.acknowledgements(alice));
    alice.engine.sealWaiting(bob.peerId);
    expect(bob.receive(alice, ...alice.pending(bob))).toMatchObject([{ kind: 'delivered' }]);
    settle(alice, bob);
    expect(bob.sink.texts(dialogId)).toEqual(['before', 'after']);
    expect(alice.pending(bob)).toEqual([]);
  });
});
