import { describe, expect, it } from 'vitest';
import { encodeContent } from '../../../../electron/engine/dialog/content';
import { spanOfMessage } from '../../../../electron/engine/dialog/message-layout';
import { kekIdFromBytes } from '../../../../electron/engine/wire/ids';
import { Device, newPair, person, settle, testCrypto } from '../../../support/dialog-kit';
import { Forger } from '../../../support/dialog-forge';

/** Alice is an authenticated contact of Bob who does not keep to the rules. */
async function malicious(): Promise<{ bob: Device; alice: Device; forger: Forger }> {
  const { crypto, alice, bob } = await newPair();
  return { alice, bob, forger: new Forger(crypto, alice.person, bob.person) };
}

describe('somebody who does not keep to the rules', () => {
  it('a forger that keeps to the rules is heard: the tests below fail for their own reason', async () => {
    const { alice, bob, forger } = await malicious();
    expect(bob.receive(alice, forger.message(1, 'hello'))[0]?.kind).toBe('delivered');
    expect(bob.sink.texts()).toEqual(['hello']);
  });

  it('S1-14 A10: a captured signature with an own key exchange key is refused without a decapsulation', async () => {
    const { alice, bob, forger } = await malicious();
    const genuine = forger.block();
    forger.newKek();
    const own = forger.block({ signWith: (await testCrypto()).generateSigning().secret });
    // Names and signature of the genuine block in front of the attacker's KEK header.
    const headerBytes = 16 + 16 + 4 + 8 + 8 + 4 + 1168;
    const block = Buffer.concat([genuine.subarray(0, genuine.length - headerBytes), own.subarray(own.length - headerBytes)]);
    expect(bob.receive(alice, forger.message(1, 'x', { block }))[0]).toEqual({ kind: 'rejected', reason: 'signature' });
    expect(bob.receive(alice, forger.message(1, 'x', { block: own }))[0]).toEqual({ kind: 'rejected', reason: 'signature' });
    expect(bob.crypto.meter.read()).toMatchObject({ kemDecaps: 0, verify: 2 });
  });

  it('S1-36 A11: one key id that opens to two keys fails the dialog and leaves the first key alone', async () => {
    const { alice, bob, forger } = await malicious();
    bob.receive(alice, forger.message(1, 'first'));
    const { kek, dialogId } = forger;
    forger.newKek();
    forger.newDialog();
    forger.newDsk();
    forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId() };
    expect(bob.receive(alice, forger.message(1, 'second'))[0]).toEqual({ kind: 'rejected', reason: 'kek-conflict' });
    expect(bob.sink.of('failed')).toMatchObject([{ reason: 'kek-conflict' }]);
    forger.kek = kek;
    forger.dialogId = dialogId;
    forger.newDsk();
    forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId(), epoch: 2, firstSequence: 2 };
    expect(bob.receive(alice, forger.message(2, 'third'))[0]?.kind).toBe('delivered');
    expect(bob.sink.texts()).toEqual(['first', 'third']);
  });

  it('S1-36 A11 A16: two keys of one creator and epoch fail the dialog that brings the second; what came under the first goes on', async () => {
    const { alice, bob, forger } = await malicious();
    bob.receive(alice, forger.message(1, 'first'));
    const { kek, kekHeader, dsk, dskHeader, dialogId } = forger;
    forger.newKek();
    forger.kekHeader = { ...kekHeader, kekId: kekIdFromBytes((await testCrypto()).random(16)) };
    forger.newDsk();
    forger.dskHeader = { ...dskHeader, dskId: forger.newDskId() };
    const second = forger.newDialog();
    expect(bob.receive(alice, forger.message(1, 'second'))[0]).toEqual({ kind: 'rejected', reason: 'kek-conflict' });
    expect(bob.sink.of('failed')).toMatchObject([{ dialogId: second, reason: 'kek-conflict' }]);
    Object.assign(forger, { kek, kekHeader, dsk, dskHeader, dialogId });
    expect(bob.receive(alice, forger.message(2, 'third'))[0]?.kind).toBe('delivered');
    expect(bob.sink.texts()).toEqual(['first', 'third']);
  });

  it('S1-36 A11: no header is kept of a message that was refused, before its tag was looked at or after: brought again, it is held against what is known again', async () => {
    const { alice, bob, forger } = await malicious();
    bob.receive(alice, forger.message(1, 'first'));
    // The id that is known, and another key under it.
    forger.newKek();
    const block = forger.block();
    const inAnother = (): Uint8Array => {
      forger.newDialog();
      forger.newDsk();
      forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId() };
      return forger.message(1, 'x', { block });
    };
    const spoiled = inAnother();
    spoiled.set([(spoiled.at(-1) ?? 0) ^ 1], spoiled.length - 1);
    expect(bob.receive(alice, spoiled)[0]).toEqual({ kind: 'rejected', reason: 'tag' });
    for (let time = 0; time < 2; time += 1) expect(bob.receive(alice, inAnother())[0]).toEqual({ kind: 'rejected', reason: 'kek-conflict' });
    expect(bob.crypto.meter.read()).toMatchObject({ verify: 4, kemDecaps: 4 });
    expect(bob.sink.texts()).toEqual(['first']);
  });

  it('S1-36 S1-37 A11: what begins as a header that is kept, and goes on otherwise, is not taken for it', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    expect(bob.receive(alice, ...alice.pending(bob))[0]?.kind).toBe('delivered');
    alice.say(bob, dialogId, 'second');
    const second = Buffer.from(alice.pending(bob)[1] ?? new Uint8Array());
    const { block, dialogAt } = spanOfMessage(second) ?? {};
    // The caches look for the first 16 bytes of the signature, and of the session key header: these stay, and the last byte of either is another one.
    const before = bob.snapshot();
    for (const [reason, end] of [['signature', block?.end], ['dsk-wrap', dialogAt]] as const) {
      const changed = Buffer.from(second);
      changed.writeUInt8(changed.readUInt8((end ?? 0) - 1) ^ 1, (end ?? 0) - 1);
      expect(bob.receive(alice, changed)[0]).toEqual({ kind: 'rejected', reason });
    }
    expect(bob.snapshot()).toBe(before);
    expect(bob.receive(alice, second)[0]?.kind).toBe('delivered');
  });

  it('S1-18 A11: the same key in a new wrap is normal', async () => {
    const { alice, bob, forger } = await malicious();
    bob.receive(alice, forger.message(1, 'first'));
    expect(Buffer.compare(forger.block(), forger.block())).not.toBe(0);
    expect(bob.receive(alice, forger.message(2, 'second'))[0]?.kind).toBe('delivered');
  });

  it('S1-40 A12: a key id of another pair means nothing: full verification, an entry of its own', async () => {
    const { alice, bob, forger } = await malicious();
    const carol = new Device(await testCrypto(), await person('Carol'));
    bob.knows(carol);
    bob.receive(alice, forger.message(1, 'from alice'));
    const other = new Forger(await testCrypto(), carol.person, bob.person);
    other.kekHeader = { ...other.kekHeader, kekId: forger.kekHeader.kekId };
    other.dskHeader = { ...other.dskHeader, dskId: forger.dskHeader.dskId };
    bob.crypto.meter.reset();
    expect(bob.receive(carol, other.message(1, 'from carol'))[0]?.kind).toBe('delivered');
    expect(bob.crypto.meter.read()).toMatchObject({ verify: 1, kemDecaps: 1 });
    expect(bob.receive(alice, forger.message(2, 'again'))[0]?.kind).toBe('delivered');
  });

  it('S1-13 A13: what was made for Bob is nothing to Carol', async () => {
    const { alice, bob, forger } = await malicious();
    const carol = new Device(await testCrypto(), await person('Carol')).knows(alice);
    const before = [carol.snapshot(), bob.snapshot()];
    expect(carol.receive(alice, forger.message(1, 'x'))[0]).toEqual({ kind: 'rejected', reason: 'target' });
    const block = forger.block({ to: carol.person });
    expect(carol.receive(alice, forger.message(1, 'x', { block }))[0]).toEqual({ kind: 'rejected', reason: 'dsk-wrap' });
    expect(bob.receive(alice, forger.message(1, 'x', { block }))[0]).toEqual({ kind: 'rejected', reason: 'target' });
    expect([carol.snapshot(), bob.snapshot(), carol.sink.events, bob.sink.events]).toEqual([...before, [], []]);
  });

  it('S1-02 A27: an own message thrown back is refused, as oneself and under the other name', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    bob.say(alice, dialogId, 'reply');
    alice.say(bob, dialogId, 'again');
    const own = alice.pending(bob)[0] ?? new Uint8Array();
    const before = [alice.snapshot(), alice.sink.events.length];
    expect(alice.receive(alice, own)[0]).toEqual({ kind: 'rejected', reason: 'self' });
    // Not even where somebody wrote oneself down as a contact.
    expect(alice.knows(alice).receive(alice, own)[0]).toEqual({ kind: 'rejected', reason: 'self' });
    expect(alice.receive(bob, own)[0]).toEqual({ kind: 'rejected', reason: 'names' });
    expect([alice.snapshot(), alice.sink.events.length]).toEqual(before);
    expect(bob.receive(alice, own)[0]?.kind).toBe('delivered');
  });

  it('S1-22 A29: one session key in two dialogs fails the second one', async () => {
    const { alice, bob, forger } = await malicious();
    bob.receive(alice, forger.message(1, 'first'));
    const second = forger.newDialog();
    expect(bob.receive(alice, forger.message(1, 'second'))[0]).toEqual({ kind: 'rejected', reason: 'key-reused' });
    forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId() };
    const third = forger.newDialog();
    expect(bob.receive(alice, forger.message(1, 'third'))[0]).toEqual({ kind: 'rejected', reason: 'key-reused' });
    expect(bob.sink.of('failed')).toMatchObject([{ dialogId: second }, { dialogId: third }]);
    expect(bob.sink.texts()).toEqual(['first']);
  });

  it('A36: one session key id with two keys fails the dialog', async () => {
    const { alice, bob, forger } = await malicious();
    bob.receive(alice, forger.message(1, 'first'));
    forger.newDsk();
    expect(bob.receive(alice, forger.message(2, 'second'))[0]).toEqual({ kind: 'rejected', reason: 'key-conflict' });
    expect(bob.sink.of('failed')).toMatchObject([{ reason: 'key-conflict' }]);
    expect(bob.sink.texts()).toEqual(['first']);
  });

  it('A36: one session key id in two epochs fails the dialog', async () => {
    const { alice, bob, forger } = await malicious();
    bob.receive(alice, forger.message(1, 'first'));
    forger.newDsk();
    forger.dskHeader = { ...forger.dskHeader, epoch: 2, firstSequence: 2 };
    expect(bob.receive(alice, forger.message(2, 'second'))[0]).toEqual({ kind: 'rejected', reason: 'key-conflict' });
    expect(bob.sink.of('failed')).toMatchObject([{ dialogId: forger.dialogId, reason: 'key-conflict' }]);
    expect(bob.sink.texts()).toEqual(['first']);
  });

  it('S2-19 A35: a later sequence under an earlier session key fails the dialog', async () => {
    const { alice, bob, forger } = await malicious();
    const { dsk, dskHeader } = forger;
    bob.receive(alice, forger.message(1, 'first'));
    forger.newDsk();
    forger.dskHeader = { ...dskHeader, dskId: forger.newDskId(), epoch: 2, firstSequence: 2 };
    bob.receive(alice, forger.message(2, 'second'));
    forger.dsk = dsk;
    forger.dskHeader = dskHeader;
    expect(bob.receive(alice, forger.message(3, 'third'))[0]).toEqual({ kind: 'rejected', reason: 'key-rollback' });
    expect(bob.sink.of('failed')).toMatchObject([{ reason: 'key-rollback' }]);
    expect(bob.receive(alice, forger.message(3, 'third'))[0]).toEqual({ kind: 'rejected', reason: 'dialog-failed' });
  });

  it('S2-18: what was sent before a shift still opens after it, in order', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    for (let epoch = 1; epoch <= 4; epoch += 1) {
      alice.say(bob, dialogId, `${epoch}a`);
      alice.say(bob, dialogId, `${epoch}b`);
      alice.engine.shift(alice.dialog(bob, dialogId), 'hand');
    }
    bob.receive(alice, ...alice.pending(bob).reverse());
    expect(bob.sink.texts()).toEqual(['1a', '1b', '2a', '2b', '3a', '3b', '4a', '4b']);
    expect(bob.sink.of('failed')).toEqual([]);
  });

  it('A16: a later sequence under an earlier key exchange key fails the dialog', async () => {
    const { alice, bob, forger } = await malicious();
    const { kek, kekHeader } = forger;
    bob.receive(alice, forger.message(1, 'first'));
    forger.newKek();
    forger.kekHeader = { ...kekHeader, kekId: new Forger(await testCrypto(), alice.person, bob.person).kekHeader.kekId, epoch: 2 };
    expect(bob.receive(alice, forger.message(2, 'second'))[0]?.kind).toBe('delivered');
    forger.kek = kek;
    forger.kekHeader = kekHeader;
    expect(bob.receive(alice, forger.message(3, 'third'))[0]).toEqual({ kind: 'rejected', reason: 'kek-rollback' });
    expect(bob.sink.of('failed')).toMatchObject([{ dialogId: forger.dialogId, reason: 'kek-rollback' }]);
    expect(bob.sink.texts()).toEqual(['first', 'second']);
  });

  it('S1-05 A40: a conversation handle of somebody else opens a dialog of its own', async () => {
    const { alice, bob, forger } = await malicious();
    const carol = new Device(await testCrypto(), await person('Carol'));
    bob.knows(carol);
    bob.receive(alice, forger.message(1, 'from alice'));
    const other = new Forger(await testCrypto(), carol.person, bob.person);
    other.dialogId = forger.dialogId;
    expect(bob.receive(carol, other.message(1, 'from carol'))[0]?.kind).toBe('delivered');
    expect(bob.sink.of('opened').map((each) => each.peerId)).toEqual([alice.peerId, carol.peerId]);
    expect(bob.sink.of('delivered').map((each) => [each.peerId, each.sequence])).toEqual([[alice.peerId, 1], [carol.peerId, 1]]);
    // What is wrong in hers ends hers.
    other.newDsk();
    expect(bob.receive(carol, other.message(2, 'more'))[0]).toEqual({ kind: 'rejected', reason: 'key-conflict' });
    expect(bob.receive(alice, forger.message(2, 'goes on'))[0]?.kind).toBe('delivered');
    expect(bob.sink.of('failed').map((each) => each.peerId)).toEqual([carol.peerId]);
  });

  it('A25: a sequence far ahead is refused and moves nothing; the next real one is delivered', async () => {
    const { alice, bob, forger } = await malicious();
    bob.receive(alice, forger.message(1, 'first'));
    const before = bob.snapshot();
    for (const sequence of [1026, 1_000_000_000, Number.MAX_SAFE_INTEGER]) {
      expect(bob.receive(alice, forger.message(sequence, 'x'))[0]).toEqual({ kind: 'rejected', reason: 'ahead' });
    }
    expect(bob.snapshot()).toBe(before);
    expect(bob.receive(alice, forger.message(1025, 'edge'))[0]?.kind).toBe('held');
    expect(bob.receive(alice, forger.message(2, 'second'))[0]?.kind).toBe('delivered');
    expect(bob.sink.texts()).toEqual(['first', 'second']);
  });

  it('A25: what waits for a missing message is bounded in bytes too', async () => {
    const { crypto, alice, bob } = await newPair({ limits: { heldBytes: 50_000 } });
    const forger = new Forger(crypto, alice.person, bob.person);
    const kinds = [];
    for (let sequence = 2; sequence < 12; sequence += 1) kinds.push(bob.receive(alice, forger.message(sequence, 'x'.repeat(10_000)))[0]?.kind);
    expect(kinds.slice(0, 4)).toEqual(['held', 'held', 'held', 'held']);
    expect(kinds.slice(5)).toEqual(kinds.slice(5).map(() => 'rejected'));
    expect(bob.receive(alice, forger.message(1, 'y'.repeat(10_000)))[0]).toMatchObject({ kind: 'delivered', count: 5 });
  });

  it('A25: … and so is what waits in all dialogs of a contact together, however many it opens; what is next always gets in', async () => {
    const { crypto, alice, bob } = await newPair({ limits: { heldBytesOfPeer: 50_000 } });
    const forger = new Forger(crypto, alice.person, bob.person);
    const kinds = [];
    for (let dialog = 0; dialog < 10; dialog += 1) {
      forger.newDsk();
      forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId() };
      forger.newDialog();
      kinds.push(bob.receive(alice, forger.message(2, 'x'.repeat(10_000)))[0]?.kind);
    }
    expect(kinds).toEqual([...Array.from({ length: 4 }, () => 'held'), ...Array.from({ length: 6 }, () => 'rejected')]);
    expect(bob.receive(alice, forger.message(1, 'next'))[0]?.kind).toBe('delivered');
  });

  it('A17: header blocks without end are throttled, and only for that peer', async () => {
    const { crypto, alice, bob } = await newPair({ limits: { decapsulations: 5, decapsulationsPerSecond: 1 } });
    const forger = new Forger(crypto, alice.person, bob.person);
    const outcomes = [];
    for (let sequence = 1; sequence <= 8; sequence += 1) outcomes.push(bob.receive(alice, forger.message(sequence, 'x'))[0]?.kind);
    expect(outcomes).toEqual([...Array(5).fill('delivered'), ...Array(3).fill('rejected')]);
    expect(bob.crypto.meter.read().kemDecaps).toBe(5);
    const carol = new Device(await testCrypto(), await person('Carol'));
    bob.knows(carol);
    expect(bob.receive(carol, new Forger(crypto, carol.person, bob.person).message(1, 'x'))[0]?.kind).toBe('delivered');
    bob.clock.pass(1000);
    expect(bob.receive(alice, forger.message(6, 'x'))[0]?.kind).toBe('delivered');
  });

  it('S1-44 S1-45 A41: who is blocked, may not write or may not open changes nothing and hears nothing', async () => {
    const { alice, bob, forger } = await malicious();
    const before = bob.snapshot();
    for (const permission of [{ blocked: true }, { mayMessage: false }, { mayOpen: false }]) {
      bob.knows(alice, permission);
      expect(bob.receive(alice, forger.message(1, 'x'))[0]?.kind).toBe('rejected');
      expect(bob.acknowledgements(alice)).toEqual([]);
    }
    bob.peers.clear();
    expect(bob.receive(alice, forger.message(1, 'x'))[0]?.kind).toBe('rejected');
    expect(bob.snapshot()).toBe(before);
    bob.knows(alice);
    expect(bob.receive(alice, forger.message(1, 'x'))[0]?.kind).toBe('delivered');
    bob.knows(alice, { mayOpen: false });
    expect(bob.receive(alice, forger.message(2, 'y'))[0]?.kind).toBe('delivered');
    bob.knows(alice, { blocked: true });
    expect(() => bob.engine.send({ peerId: alice.peerId, dialogId: forger.dialogId }, { kind: 'text', text: 'z' })).toThrow(/blocked/);
  });

  it('S1-35 S1-44: whoever is blocked or may not write costs what nobody does, under headers that are kept, too: what they may is asked for each message', async () => {
    const { alice, bob, forger } = await malicious();
    const block = forger.block();
    const costs = (message: Uint8Array) => {
      bob.crypto.meter.reset();
      return [bob.receive(alice, message)[0]?.kind, bob.crypto.meter.read()];
    };
    const refused = (message: Uint8Array) => {
      bob.peers.clear();
      const asNobody = costs(message);
      for (const permission of [{ blocked: true }, { mayMessage: false }]) {
        bob.knows(alice, permission);
        expect(costs(message)).toEqual(asNobody);
      }
      expect([asNobody[0], bob.acknowledgements(alice)]).toEqual(['rejected', []]);
      return asNobody[1];
    };
    expect(refused(forger.message(1, 'x', { block }))).toMatchObject({ verify: 1, kemDecaps: 1, open: 1 + 2 });
    bob.knows(alice);
    expect(costs(forger.message(1, 'x', { block }))[0]).toBe('delivered');
    bob.acknowledgements(alice);
    // These headers are kept by now.
    const before = bob.snapshot();
    const next = forger.message(2, 'y', { block });
    expect(refused(next)).toMatchObject({ verify: 0, kemDecaps: 0 });
    expect(bob.snapshot()).toBe(before);
    bob.knows(alice);
    expect(costs(next)[0]).toBe('delivered');
  });

  it('A07: a wrong clock of the sender stops nothing', async () => {
    const { alice, bob, forger } = await malicious();
    const times = [0, Date.UTC(2038, 0, 19, 3, 14, 8), Date.UTC(2106, 1, 7), Date.UTC(2027, 0, 1), 1];
    for (const [index, time] of times.entries()) {
      expect(bob.receive(alice, forger.message(index + 1, `${index}`, { time }))[0]?.kind).toBe('delivered');
    }
    expect(bob.sink.of('delivered').map((each) => each.sentAt)).toEqual(times);
  });

  it('an authenticated message that nobody understands keeps its place in the order', async () => {
    const { alice, bob, forger } = await malicious();
    bob.receive(alice, forger.message(1, '', { plaintext: Buffer.concat([Buffer.alloc(16), Buffer.from([1, 99, 1, 2, 3])]) }));
    bob.receive(alice, forger.message(2, '', { plaintext: Buffer.alloc(16) }));
    expect(bob.receive(alice, forger.message(3, 'after'))[0]?.kind).toBe('delivered');
    expect(bob.sink.of('delivered').map((each) => each.content)).toEqual([{ kind: 'unsupported', type: 99 }, { kind: 'unsupported', type: 0 }, { kind: 'text', text: 'after' }]);
  });

  it('S1-41: nobody gives the other’s dialog another name, nor one of one’s own later on; the order goes on', async () => {
    const { alice, bob, forger } = await malicious();
    const title = (name: string) => ({ plaintext: Buffer.concat([Buffer.alloc(16), encodeContent({ kind: 'title', title: name })]) });
    bob.receive(alice, forger.message(1, '', title('Plans')), forger.message(2, '', title('Bank')));
    expect(bob.sink.of('opened')).toMatchObject([{ title: 'Plans' }]);
    forger.dialogId = bob.engine.open(alice.peerId, { title: 'mine' });
    forger.newDsk();
    forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId() };
    expect(bob.receive(alice, forger.message(1, '', title('Bank')), forger.message(2, 'two')).map((each) => each.kind)).toEqual(['delivered', 'delivered']);
    expect(bob.sink.of('titled')).toEqual([]);
  });

  it('S1-04 S1-41: where a later message came first, the name that the first one gives the dialog is told all the same', async () => {
    const { alice, bob, forger } = await malicious();
    const title = { plaintext: Buffer.concat([Buffer.alloc(16), encodeContent({ kind: 'title', title: 'Plans' })]) };
    const first = forger.message(1, '', title);
    expect(bob.receive(alice, forger.message(2, 'two'))[0]?.kind).toBe('held');
    expect(bob.sink.of('opened')).toMatchObject([{ title: '' }]);
    expect(bob.receive(alice, first)[0]?.kind).toBe('delivered');
    expect([bob.sink.of('titled').map(({ title: name }) => name), bob.sink.texts()]).toEqual([['Plans'], ['two']]);
  });
});
