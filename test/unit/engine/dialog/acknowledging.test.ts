import { describe, expect, it } from 'vitest';
import { type Acknowledgement, encodeBitmap, encodeControl, parseControl, sequencesOf } from '../../../../electron/engine/dialog/control';
import { createStartToken } from '../../../../electron/engine/dialog/start-token';
import { instanceIdFromBytes } from '../../../../electron/engine/wire/ids';
import { Forger } from '../../../support/dialog-forge';
import { newPair, testCrypto } from '../../../support/dialog-kit';

describe('acknowledgements', () => {
  it('A22 A23: what waits already is a duplicate when it comes again: nothing is held twice, and the other one of that place changes nothing', async () => {
    const { crypto, alice, bob } = await newPair();
    const forger = new Forger(crypto, alice.person, bob.person);
    expect(bob.receive(alice, forger.message(1, 'one'))[0]?.kind).toBe('delivered');
    const early = forger.message(3, 'three');
    expect(bob.receive(alice, early)[0]?.kind).toBe('held');
    const before = bob.snapshot();
    expect(bob.receive(alice, early)).toEqual([{ kind: 'duplicate' }]);
    expect(bob.receive(alice, forger.message(3, 'another'))).toEqual([{ kind: 'duplicate' }]);
    expect(bob.snapshot()).toEqual(before);
    bob.receive(alice, forger.message(2, 'two'));
    expect(bob.sink.texts()).toEqual(['one', 'two', 'three']);
  });

  it('A23 A24: a gap is said with what waits behind it; only what is missing is sent again', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    for (const text of ['a', 'b', 'c', 'd']) alice.say(bob, dialogId, text);
    const [title, a, b, c, d] = alice.pending(bob);
    if (!title || !a || !b || !c || !d) throw new Error('five messages');
    bob.receive(alice, title, b, d);
    alice.receive(bob, ...bob.acknowledgements(alice));
    expect(alice.sink.of('acknowledged')).toMatchObject([{ upTo: 1, gap: true }]);
    expect(alice.engine.pending(bob.peerId, { limit: 10 }).map((row) => row.sequence)).toEqual([2, 4]);
    bob.receive(alice, a);
    alice.receive(bob, ...bob.acknowledgements(alice));
    expect(alice.engine.pending(bob.peerId, { limit: 10 }).map((row) => row.sequence)).toEqual([4]);
    bob.receive(alice, c);
    alice.receive(bob, ...bob.acknowledgements(alice));
    expect(alice.engine.pending(bob.peerId, { limit: 10 })).toEqual([]);
    expect(alice.sink.of('acknowledged').at(-1)).toMatchObject({ upTo: 5, gap: false });
    expect(alice.engine.status(alice.dialog(bob, dialogId)).transcript).toEqual({ equal: true, upTo: 5, instanceId: alice.person.local.instanceId });
  });

  it('one batch is one acknowledgement; control messages are answered by nothing and take no sequence', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    for (let message = 0; message < 20; message += 1) alice.say(bob, dialogId, `${message}`);
    bob.receive(alice, ...alice.pending(bob));
    const [acknowledgement, ...more] = bob.acknowledgements(alice);
    expect(more).toEqual([]);
    expect(alice.receive(bob, acknowledgement ?? new Uint8Array())[0]?.kind).toBe('control');
    expect(alice.acknowledgements(bob)).toEqual([]);
    bob.say(alice, dialogId, 'first of mine');
    expect(bob.engine.pending(alice.peerId, { limit: 10 }).map((row) => row.sequence)).toEqual([1]);
  });

  it('A22: an old acknowledgement changes nothing, at once or after a restart', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    bob.receive(alice, ...alice.pending(bob));
    const old = bob.acknowledgements(alice);
    alice.say(bob, dialogId, 'a');
    bob.receive(alice, ...alice.pending(bob));
    alice.receive(bob, ...bob.acknowledgements(alice));
    for (const restart of [false, true]) {
      if (restart) alice.restart();
      const before = alice.snapshot();
      expect(alice.receive(bob, ...old)[0]?.kind).toBe('duplicate');
      expect(alice.snapshot()).toBe(before);
    }
  });

  it('control counters rise across restarts', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    for (let round = 0; round < 3; round += 1) {
      alice.say(bob, dialogId, `${round}`);
      bob.receive(alice, ...alice.pending(bob));
      expect(alice.receive(bob, ...bob.acknowledgements(alice)).map((each) => each.kind)).toEqual(['control']);
      bob.restart();
    }
    expect(alice.pending(bob)).toEqual([]);
  });

  it('A38: an acknowledgement of what was never sent delivers nothing, and holds everything back', async () => {
    const { crypto, alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    const forger = new Forger(crypto, bob.person, alice.person);
    forger.dialogId = dialogId;
    const control = encodeControl({
      kind: 'acknowledgement',
      stream: alice.person.local.instanceId,
      receiving: bob.person.local.instanceId,
      cumulative: 99,
      bitmap: new Uint8Array(),
      digest: new Uint8Array(32),
      kekFloor: 0,
      listVersion: 1,
      startToken: createStartToken(crypto, bob.person.local, 1),
      heardToken: new Uint8Array(16),
    });
    const message = forger.message(1, '', { control: true, plaintext: Buffer.concat([Buffer.alloc(16), control]) });
    expect(alice.receive(bob, message)[0]?.kind).toBe('control');
    expect(alice.sink.of('acknowledged')).toEqual([]);
    expect(alice.sink.of('rolledBack')).toMatchObject([{ peerId: bob.peerId, reason: 'sequence' }]);
    expect(alice.pending(bob)).toEqual([]);
    alice.restart();
    expect(alice.pending(bob)).toHaveLength(1);
  });

  /** Words of Bob's device about what it holds, in a dialog that Alice opened; `say` gives what became of one. */
  async function telling() {
    const { crypto, alice, bob } = await newPair();
    const forger = new Forger(crypto, bob.person, alice.person);
    const { instanceId } = bob.person.local;
    let counter = 0;
    const say = (changed: Partial<Acknowledgement> = {}): unknown => {
      counter += 1;
      const control = encodeControl({
        kind: 'acknowledgement',
        stream: alice.person.local.instanceId,
        receiving: instanceId,
        cumulative: 1,
        bitmap: new Uint8Array(),
        // The history that Alice has, too.
        digest: (alice.db.prepare('SELECT digest FROM sending_streams').get()?.['digest'] as Uint8Array | undefined) ?? new Uint8Array(32),
        kekFloor: 0,
        listVersion: 1,
        startToken: createStartToken(crypto, bob.person.local, 1),
        heardToken: new Uint8Array(16),
        ...changed,
      });
      return alice.receive(bob, forger.message(counter, '', { control: true, plaintext: Buffer.concat([Buffer.alloc(16), control]) }))[0]?.kind;
    };
    return { crypto, alice, bob, forger, say };
  }

  it('A39: a device acknowledges for itself only', async () => {
    const { crypto, alice, bob, forger, say } = await telling();
    forger.dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    const tokens = () => alice.db.prepare('SELECT count(*) AS n FROM start_tokens').get()?.['n'];
    expect(say({ receiving: instanceIdFromBytes(crypto.random(16)) })).toBe('control');
    expect([alice.sink.of('acknowledged'), alice.pending(bob).length, tokens()]).toEqual([[], 1, 0]);
    expect(say()).toBe('control');
    expect([alice.sink.of('acknowledged').length, alice.pending(bob).length, tokens()]).toEqual([1, 0, 1]);
  });

  it('A38: while everything is held back nothing is taken for delivered', async () => {
    const { alice, bob, forger, say } = await telling();
    forger.dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    expect(say({ cumulative: 99 })).toBe('control');
    expect(alice.sink.of('rolledBack')).toHaveLength(1);
    expect(say()).toBe('control');
    expect(alice.sink.of('acknowledged')).toEqual([]);
    alice.restart();
    expect(alice.pending(bob)).toHaveLength(1);
  });

  it('A38: an acknowledgement to somebody who never wrote in that dialog changes nothing', async () => {
    const { alice, bob, forger, say } = await telling();
    expect(alice.receive(bob, forger.message(1, 'opened by him'))[0]?.kind).toBe('delivered');
    expect(alice.engine.status(alice.dialog(bob, forger.dialogId)).sending).toBeNull();
    for (const cumulative of [0, 1]) expect(say({ cumulative })).toBe('control');
    expect(alice.sink.of('rolledBack')).toEqual([]);
    expect(alice.sink.of('acknowledged')).toEqual([]);
  });

  it('protocol.md §7: two people who do not hold the same history see it', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    bob.receive(alice, ...alice.pending(bob));
    bob.db.exec("UPDATE receiving_streams SET digest = zeroblob(32)");
    bob.restart();
    alice.say(bob, dialogId, 'a');
    bob.receive(alice, ...alice.pending(bob));
    alice.receive(bob, ...bob.acknowledgements(alice));
    expect(alice.engine.status(alice.dialog(bob, dialogId)).transcript).toEqual({ equal: false, upTo: 2, instanceId: alice.person.local.instanceId });
  });

  it('a dialog cannot be created by a control message', async () => {
    const { crypto, alice, bob } = await newPair();
    const forger = new Forger(crypto, bob.person, alice.person);
    const before = alice.snapshot();
    expect(alice.receive(bob, forger.message(1, 'x', { control: true }))[0]).toEqual({ kind: 'rejected', reason: 'dialog-unknown' });
    expect(alice.snapshot()).toBe(before);
  });
});

describe('what an acknowledgement says', () => {
  it('survives encoding, and refuses what is cut or hung on', async () => {
    const crypto = await testCrypto();
    const control = {
      kind: 'acknowledgement',
      stream: instanceIdFromBytes(crypto.random(16)),
      receiving: instanceIdFromBytes(crypto.random(16)),
      cumulative: 2 ** 40,
      bitmap: Uint8Array.of(0, 3),
      digest: crypto.random(32),
      kekFloor: 7,
      listVersion: 8,
      startToken: crypto.random(16),
      heardToken: crypto.random(16),
    } as const;
    const bytes = encodeControl(control);
    expect(parseControl(bytes)).toEqual(control);
    for (let length = 0; length < bytes.length; length += 1) expect(parseControl(bytes.subarray(0, length))).toBeUndefined();
    expect(parseControl(Buffer.concat([bytes, Buffer.alloc(1)]))).toBeUndefined();
    expect(parseControl(encodeControl({ ...control, bitmap: Uint8Array.of(1, 0) }))).toBeUndefined();
    expect(parseControl(Uint8Array.of(77))).toEqual({ kind: 'unknown' });
  });

  it('the bitmap names exactly what waits, up to 1,024 behind the gap', () => {
    const held = [12, 13, 19, 20, 1035, 1036];
    expect(sequencesOf(10, encodeBitmap(10, held))).toEqual([12, 13, 19, 20, 1035]);
    expect(encodeBitmap(10, [])).toEqual(new Uint8Array());
    expect(encodeBitmap(0, [2])).toEqual(Uint8Array.of(1));
  });
});
