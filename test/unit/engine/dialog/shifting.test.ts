import { describe, expect, it } from 'vitest';
import { keyCheck } from '../../../../electron/engine/exchange/kek-wrap';
import { Forger } from '../../../support/dialog-forge';
import { Device, newPair, settle, testCrypto } from '../../../support/dialog-kit';

const hour = 3600 * 1000;

/** Two who know each other, and all that the first one's generator gave. */
async function withDrawn(): Promise<{ alice: Device; bob: Device; drawn: Uint8Array[] }> {
  const { alice: { person }, bob } = await newPair();
  const crypto = await testCrypto();
  const drawn: Uint8Array[] = [];
  const random = (length: number): Uint8Array => {
    const bytes = crypto.random(length);
    drawn.push(bytes.slice());
    return bytes;
  };
  return { alice: new Device(crypto, person, { random }).knows(bob), bob, drawn };
}

describe('a session key renewed by hand', () => {
  it('S2-07 S2-17 S1-23: is one local act; both may do it at once, also while the other is away', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    const key = alice.dialog(bob, dialogId);
    for (let epoch = 2; epoch <= 6; epoch += 1) {
      expect(alice.engine.shift(key, 'hand')).toEqual({ from: epoch - 1, to: epoch });
      expect(alice.say(bob, dialogId, `a${epoch}`).keyEpoch).toBe(epoch);
      expect(bob.engine.shift(bob.dialog(alice, dialogId), 'hand').to).toBe(epoch);
      expect(bob.say(alice, dialogId, `b${epoch}`).keyEpoch).toBe(epoch);
    }
    settle(alice, bob);
    expect(bob.sink.texts()).toEqual(['a2', 'a3', 'a4', 'a5', 'a6']);
    expect(alice.sink.texts()).toEqual(['b2', 'b3', 'b4', 'b5', 'b6']);
    expect(bob.sink.of('shifted').filter((each) => each.who === 'peer').map((each) => each.to)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(bob.engine.status(bob.dialog(alice, dialogId)).receiving).toMatchObject([{ instanceId: alice.person.local.instanceId, epoch: 6, messages: 1 }]);
  });

  it('S2-01: what one sends is never opened by what it sends with', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    const status = alice.engine.status(alice.dialog(bob, dialogId));
    expect(status.sending?.id).not.toBe(status.receiving[0]?.id);
  });

  it.each(['its own id', 'another id'] as const)('S2-01 S1-22: nor anything of the other side that comes under it, by %s: the dialog fails, and nothing of it is delivered', async (which) => {
    const { alice, bob, drawn } = await withDrawn();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    const { dsk_id: id, key_check: check } = alice.db.prepare('SELECT dsk_id, key_check FROM sending_keys').get() ?? {};
    const isHers = (bytes: Uint8Array): boolean => Buffer.compare(keyCheck(alice.crypto, 'dsk-check', alice.crypto.secret('dsk-send', bytes.slice())), check as Uint8Array) === 0;
    const key = drawn.find((bytes) => bytes.length === 32 && isHers(bytes));
    if (key === undefined) throw new Error('her key was drawn');
    // Bob has it, since he opens with it: so he can seal with it as well.
    const forger = new Forger(alice.crypto, bob.person, alice.person);
    forger.dialogId = dialogId;
    forger.dsk = alice.crypto.secret('dsk-send', key);
    forger.dskHeader = { ...forger.dskHeader, epoch: 2, dskId: which === 'another id' ? forger.newDskId() : (id as typeof forger.dskHeader.dskId) };
    expect(alice.receive(bob, forger.message(1, 'in your own key'))[0]).toEqual({ kind: 'rejected', reason: 'key-reused' });
    expect([alice.sink.texts(), alice.sink.of('failed').map(({ reason }) => reason)]).toEqual([[], ['key-reused']]);
  });

  it('protocol.md §6: at most 50 an hour, then it says when', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    const key = alice.dialog(bob, dialogId);
    const start = alice.clock.time;
    for (let shift = 0; shift < 50; shift += 1) {
      alice.engine.shift(key, 'hand');
      alice.clock.pass(1000);
    }
    const refused = expect.objectContaining({ code: 'keys.too-often', facts: { retryAt: start + hour } });
    expect(() => alice.engine.shift(key, 'hand')).toThrow(refused);
    // A refusal renews nothing: the next message goes under the key in use.
    expect(alice.say(bob, dialogId, 'still under it').keyEpoch).toBe(51);
    const after = alice.snapshot();
    alice.restart();
    expect(() => alice.engine.shift(key, 'hand')).toThrow(refused);
    expect(alice.snapshot()).toBe(after);
    alice.clock.pass(hour - 50_000 + 1);
    expect(alice.engine.shift(key, 'hand').to).toBe(52);
  });

  it('S2-21: what is shown holds no key: short ids, epoch, counts, times', async () => {
    const { alice, bob, drawn } = await withDrawn();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    alice.say(bob, dialogId, 'a');
    const key = alice.dialog(bob, dialogId);
    const status = alice.engine.status(key);
    expect(status).toMatchObject({
      kek: { epoch: 1, since: alice.clock.time, id: expect.stringMatching(/^[0-9a-f]{8}$/) as string },
      sending: { epoch: 1, since: alice.clock.time, messages: 2, id: expect.stringMatching(/^[0-9a-f]{8}$/) as string },
      receiving: [],
      transcript: { equal: true, upTo: 0 },
    });
    expect(status.sending?.bytes).toBe(alice.pending(bob).reduce((sum, bytes) => sum + bytes.length, 0));
    alice.engine.shift(key, 'hand');
    alice.say(bob, dialogId, 'b');
    bob.receive(alice, ...alice.pending(bob));
    // Keys, ids, salts: nothing the generator gave is told by either side, but for the first four bytes of an id.
    const told = JSON.stringify([alice, bob].map((device, at) => [device.engine.status(at === 0 ? key : bob.dialog(alice, dialogId)), device.sink.of('shifted')])).replaceAll(dialogId, '');
    expect([drawn.length, told]).toEqual([expect.toSatisfy((count: number) => count > 8), expect.stringContaining(alice.engine.status(key).sending?.id ?? 'none')]);
    const pieces = drawn.flatMap((bytes) => Array.from({ length: Math.floor(bytes.length / 6) }, (_, at) => Buffer.from(bytes.subarray(at * 6, at * 6 + 6))));
    expect(pieces.filter((piece) => told.includes(piece.toString('hex')) || told.includes(piece.toString('base64')))).toEqual([]);
  });

  it('errors are the ones of the contract', async () => {
    const { alice, bob } = await newPair();
    const key = { peerId: bob.peerId, dialogId: alice.engine.open(bob.peerId, { title: 'x' }) };
    const unknown = { ...key, peerId: alice.peerId };
    expect(() => alice.engine.send(unknown, { kind: 'text', text: 'x' })).toThrow(expect.objectContaining({ code: 'conversation.unknown' }));
    expect(() => alice.engine.shift(unknown, 'hand')).toThrow(expect.objectContaining({ code: 'conversation.unknown' }));
    expect(() => alice.engine.status(unknown)).toThrow(expect.objectContaining({ code: 'conversation.unknown' }));
    expect(() => alice.engine.send(key, { kind: 'text', text: 'x'.repeat(50_000) })).toThrow(expect.objectContaining({ code: 'message.too-long' }));
    expect(alice.engine.send(key, { kind: 'text', text: 'x'.repeat(40 * 1024) }).sequence).toBe(2);
  });
});
