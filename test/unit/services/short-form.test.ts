import { afterEach, describe, expect, it } from 'vitest';
import { padme } from '../../../electron/engine/crypto/padding';
import type { DialogId } from '../../../electron/engine/ids';
import { type DeliveryEnd, type DeliveryPair, newDeliveryPair } from '../../support/delivery-kit';

const open: DeliveryPair[] = [];

afterEach(() => {
  for (const pair of open.splice(0)) pair.close();
});

async function pairWith(alice: number, bob: number): Promise<DeliveryPair> {
  const pair = await newDeliveryPair({ alice, bob });
  open.push(pair);
  return pair;
}

function kinds({ sent }: DeliveryEnd): string[] {
  return sent.map((item) => item.kind);
}

function dialogsOf({ alice, bob }: DeliveryPair, count: number): DialogId[] {
  return Array.from({ length: count }, (_, at) => alice.device.engine.open(bob.device.peerId, { title: `${at}` }));
}

function say(from: DeliveryEnd, to: DeliveryEnd, dialogId: DialogId, text: string): void {
  from.device.say(to.device, dialogId, text);
  from.delivery.flush(to.device.peerId);
}

describe('the short form over real sessions', () => {
  it('S1-27 S1-55: the first message under its headers goes in full; a warm one costs 120 bytes over its padded body, and the record 28', async () => {
    const pair = await pairWith(64, 64);
    const { alice, bob } = pair;
    const [dialogId] = dialogsOf(pair, 1);
    if (!dialogId) throw new Error('no dialog');
    const link = await pair.connect();
    await pair.settle();
    expect(kinds(alice)).toEqual(['message']);
    expect(kinds(bob)).toEqual(['message']);
    for (const length of [0, 1, 200, 1_024, 40_000]) {
      const before = link.dialler.sent.length;
      const text = 'x'.repeat(length);
      say(alice, bob, dialogId, text);
      expect(kinds(alice).at(-1)).toBe('short-message');
      // c[16], schema, type, length of the text, the text, no reply; then the marker of the padding.
      const body = padme(16 + 2 + 4 + length + 1 + 1);
      const item = alice.sent.at(-1);
      expect(item?.kind === 'short-message' && item.bytes.length).toBe(body + 120);
      // Item header 5, frame header 7, tag 16.
      expect(link.dialler.sent.slice(before).map((chunk) => chunk.length)).toEqual([body + 120 + 5 + 7 + 16]);
      await pair.settle();
    }
    // Acknowledgements are short in the same way.
    expect(kinds(bob)).toEqual(['message', ...Array.from({ length: 5 }, () => 'short-message')]);
    expect(bob.device.sink.texts()).toHaveLength(5);
  });

  for (const [a, b] of [[0, 0], [0, 64], [64, 0], [1, 1], [1, 64], [64, 1], [64, 64]] as const) {
    it(`S1-47 S1-49: caches of ${a} and ${b}: everything arrives once, in order, acknowledged, and soon nobody asks for headers any more`, async () => {
      const pair = await pairWith(a, b);
      const { alice, bob } = pair;
      const dialogs = dialogsOf(pair, 4);
      await pair.connect();
      await pair.settle();
      let asked = 0;
      for (let round = 0; round < 6; round += 1) {
        if (round === 3) asked = alice.of('headers-wanted').length + bob.of('headers-wanted').length;
        for (const [index, dialogId] of dialogs.entries()) {
          say(alice, bob, dialogId, `${index} ${round}`);
          say(bob, alice, dialogId, `${index} back ${round}`);
        }
        // In every second round each message is alone in its batch.
        if (round % 2 === 0) await pair.settle();
      }
      await pair.settle();
      for (const [index, dialogId] of dialogs.entries()) {
        expect(bob.device.sink.texts(dialogId)).toEqual(Array.from({ length: 6 }, (_, round) => `${index} ${round}`));
        expect(alice.device.sink.texts(dialogId)).toEqual(Array.from({ length: 6 }, (_, round) => `${index} back ${round}`));
      }
      expect(alice.of('headers-wanted').length + bob.of('headers-wanted').length).toBe(asked);
      expect(asked > 0).toBe(a !== 64 || b !== 64);
    });
  }

  it('S1-47: without a cache headers are wanted once, then they come with every message of the session', async () => {
    const pair = await pairWith(64, 0);
    const { alice, bob } = pair;
    const [dialogId] = dialogsOf(pair, 1);
    if (!dialogId) throw new Error('no dialog');
    await pair.connect();
    await pair.settle();
    for (let round = 0; round < 5; round += 1) {
      say(alice, bob, dialogId, `${round}`);
      await pair.settle();
    }
    expect(kinds(alice)).toEqual(['message', 'short-message', 'message', 'message', 'message', 'message', 'message']);
    expect(bob.of('headers-wanted')).toHaveLength(1);
    expect(bob.device.sink.texts()).toEqual(['0', '1', '2', '3', '4']);
  });

  it('S1-47 S2-17: whichever side restarts, the new session starts with full headers and nothing is lost or repeated', async () => {
    const pair = await pairWith(64, 64);
    const { alice, bob } = pair;
    const [dialogId] = dialogsOf(pair, 1);
    if (!dialogId) throw new Error('no dialog');
    for (const restarted of [bob, alice, bob]) {
      await pair.connect();
      await pair.settle();
      say(alice, bob, dialogId, 'a');
      say(alice, bob, dialogId, 'b');
      // It was handed over, and the other side is gone before it answered.
      restarted.restart();
      await pair.run(3);
      alice.sent.length = 0;
      await pair.connect();
      await pair.settle();
      expect(kinds(alice)[0]).toBe('message');
    }
    expect(bob.device.sink.texts()).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  });

  it('S1-27: a new session key, or a new key exchange key, in the middle of a session goes in full once', async () => {
    const pair = await pairWith(64, 64);
    const { alice, bob } = pair;
    const [dialogId] = dialogsOf(pair, 1);
    if (!dialogId) throw new Error('no dialog');
    await pair.connect();
    await pair.settle();
    say(alice, bob, dialogId, 'warm');
    alice.device.engine.shift(alice.device.dialog(bob.device, dialogId), 'hand');
    say(alice, bob, dialogId, 'first under a new session key');
    say(alice, bob, dialogId, 'warm');
    await pair.settle();
    // Deletes the key exchange keys of the pair: the next message makes new ones (A19).
    alice.device.engine.block(bob.device.peerId);
    say(alice, bob, dialogId, 'first under a new key exchange key');
    say(alice, bob, dialogId, 'warm');
    await pair.settle();
    expect(kinds(alice)).toEqual(['message', 'short-message', 'message', 'short-message', 'message', 'short-message']);
    expect(bob.of('headers-wanted')).toEqual([]);
    expect(bob.device.sink.texts()).toHaveLength(5);
  });

  it('S1-44 S1-47: headers that came with a message that was refused are not kept: they are asked for, and given with everything', async () => {
    const pair = await pairWith(64, 64);
    const { alice, bob } = pair;
    const [dialogId] = dialogsOf(pair, 1);
    if (!dialogId) throw new Error('no dialog');
    bob.device.knows(alice.device, { mayOpen: false });
    await pair.connect();
    await pair.run(5);
    say(alice, bob, dialogId, 'one');
    await pair.run(5);
    expect(kinds(alice)).toEqual(['message', 'short-message', 'message', 'message']);
    expect(bob.device.sink.events).toEqual([]);
    bob.device.knows(alice.device);
    // A message later than two that were refused waits for them; the next connection brings them.
    say(alice, bob, dialogId, 'two');
    await pair.run(5);
    expect(kinds(alice).at(-1)).toBe('message');
    await pair.connect();
    await pair.settle();
    expect(bob.device.sink.texts()).toEqual(['one', 'two']);
  });

  it('S1-47: who asks for headers for ever causes three repetitions in a session, then nothing', async () => {
    const pair = await pairWith(64, 64);
    const { alice, bob } = pair;
    const [dialogId] = dialogsOf(pair, 1);
    if (!dialogId) throw new Error('no dialog');
    await pair.connect();
    await pair.settle();
    // Nothing is acknowledged from here on.
    bob.delivery.detach(alice.device.peerId);
    bob.session?.onItems(() => undefined);
    for (let count = 0; count < 10; count += 1) say(alice, bob, dialogId, `${count}`);
    await pair.run(3);
    const before = alice.sent.length;
    for (let count = 0; count < 500; count += 1) {
      bob.session?.send([{ kind: 'headers-wanted', headers: Buffer.alloc(32, count % 250) }]);
      if (count % 50 === 0) await pair.run(2);
    }
    await pair.run(10);
    const repeated = alice.sent.slice(before).filter((item) => item.kind !== 'pong');
    expect(repeated.length).toBeLessThanOrEqual(3 * 10);
    expect(repeated.length).toBeGreaterThan(0);
    expect(alice.session).toBeDefined();
    say(alice, bob, dialogId, 'after');
    expect(kinds(alice).at(-1)).toBe('message');
  });
});
