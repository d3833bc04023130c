import { beforeAll, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import { type Acknowledgement, encodeControl } from '../../../../electron/engine/dialog/control';
import { siblingPatienceMs } from '../../../../electron/engine/dialog/gaps';
import { noToken } from '../../../../electron/engine/dialog/rollback';
import { encodeToldEnvelope, encodeToldFailure, encodeToldFloor } from '../../../../electron/engine/dialog/shared-words';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import { createDialogStore } from '../../../../electron/storage/dialog-store';
import { Forger } from '../../../support/dialog-forge';
import { testCrypto } from '../../../support/dialog-kit';
import { copyDevice, hear } from '../../../support/dialog-recovery';
import { carry, carryAll, epochOf, type People, settleOwn, start, streamOf, twoDevicesEach, worldOf, type DevicesWorld as World } from '../../../support/several-devices';
import { SharedDevice } from '../../../support/shared-device';

let crypto: Crypto;
let people: People;

beforeAll(async () => {
  crypto = await testCrypto();
  people = await twoDevicesEach(crypto);
});

const newWorld = (): World => worldOf(crypto, people);

/** Alice's first device said two things, and her second one has heard of both. */
function settledByBoth(): World {
  const world = newWorld();
  for (const text of ['1', '2']) world.a1.say(world.b1, world.dialogId, text);
  carry(world.a1, world.b1);
  settleOwn(world);
  return world;
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

  it('A22 S1-24 S1-47: a message that comes by a session, by the other device, and by both again counts once', () => {
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

  it('A16: what another own device says again of keys it refuses costs no new ones', () => {
    const { a1, a2, b1, dialogId } = newWorld();
    a2.say(b1, dialogId, 'under a key of its own');
    carry(a2, b1);
    const word = { author: a1.instanceId, kind: 'floor', key: `${b1.peerId}/${a1.instanceId}`, value: encodeToldFloor(1) };
    const before = epochOf(a2);
    a2.replica.hear(word);
    a2.engine.sealWaiting(b1.peerId);
    const epoch = epochOf(a2);
    expect(epoch).toBeGreaterThan(before);
    for (let again = 0; again < 3; again += 1) {
      a2.replica.hear(word);
      a2.engine.sealWaiting(b1.peerId);
    }
    expect(epochOf(a2)).toBe(epoch);
  });

  it('A16 S4-31: another own device that refuses keys of its own has those of this one replaced, too; of other keys it only repeats what it heard', () => {
    const { a1, a2, b1 } = newWorld();
    a2.say(b1, a2.engine.open(b1.peerId, { title: 'under a key of its own' }), 'one');
    carry(a2, b1);
    b1.say(a2, b1.engine.open(a2.peerId, { title: 'and under one of his' }), 'two');
    carry(b1, a2);
    const floorOf = (creator: SharedDevice) => createDialogStore(a2.db).kekFloor(b1.peerId, creator.instanceId);
    const says = (creator: SharedDevice, floor: number) => a2.replica.hear({ author: a1.instanceId, kind: 'floor', key: `${b1.peerId}/${creator.instanceId}`, value: encodeToldFloor(floor) });
    says(b1, 1);
    expect([b1, a2, a1].map(floorOf)).toEqual([1, 0, 0]);
    says(a1, 1);
    expect([b1, a2, a1].map(floorOf)).toEqual([1, 2, 1]);
    // Each dialog that is open goes on under a key of this device.
    a2.engine.sealWaiting(b1.peerId);
    expect(new Set(a2.db.prepare("SELECT kek_creator AS creator FROM dialogs WHERE state = 'open'").all().map(({ creator }) => creator))).toEqual(new Set([a2.instanceId]));
  });

  it('protocol.md §7: what a contact says of another own device’s stream is compared where both know its end, once', () => {
    const { a1, a2, b1, dialogId } = settledByBoth();
    const forger = new Forger(crypto, people.b1, people.a2);
    forger.dialogId = dialogId;
    const own = () => a2.db.prepare('SELECT next_sequence AS next, compared_up_to AS compared, compared_equal AS equal FROM sending_streams WHERE instance_id = ?').get([a1.instanceId]);
    const next = Number(own()?.['next']);
    let counter = 2 ** 30;
    const say = (changed: Partial<Acknowledgement>): void => {
      counter += 1;
      const control = encodeControl({
        kind: 'acknowledgement',
        stream: a1.instanceId,
        receiving: b1.instanceId,
        cumulative: next - 1,
        bitmap: new Uint8Array(),
        digest: crypto.random(32),
        kekFloor: 0,
        listVersion: 1,
        startToken: noToken,
        heardToken: noToken,
        ...changed,
      });
      expect(a2.receive(b1, forger.message(counter, '', { control: true, plaintext: Buffer.concat([Buffer.alloc(16), control]) }))[0]?.kind).toBe('control');
    };
    expect(own()).toEqual({ next, compared: 0, equal: 1 });
    say({ cumulative: next - 2 });
    say({ cumulative: next });
    say({ stream: instanceIdFromBytes(crypto.random(16)) });
    expect(own()).toEqual({ next, compared: 0, equal: 1 });
    say({ digest: Buffer.from(streamOf(a1, b1).digest, 'hex') });
    expect(own()).toEqual({ next, compared: next - 1, equal: 1 });
    say({});
    expect(own()).toEqual({ next, compared: next - 1, equal: 1 });
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
