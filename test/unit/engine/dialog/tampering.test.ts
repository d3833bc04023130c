import { describe, expect, it } from 'vitest';
import { preambleBytes, spanOfMessage } from '../../../../electron/engine/dialog/message-layout';
import { type Device, newPair, person, Device as TestDevice, testCrypto } from '../../../support/dialog-kit';
import { bitsOf } from '../../../support/exhaustive';

function flipped(message: Uint8Array, bit: number): Uint8Array {
  const copy = message.slice();
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

/** Every single-bit change that is tried is refused and leaves every durable row as it was. */
function refusesEveryBit(receiver: Device, sender: Device, message: Uint8Array): void {
  const before = receiver.snapshot();
  const events = receiver.sink.events.length;
  const accepted: number[] = [];
  for (const bit of bitsOf(message.length)) {
    const outcome = receiver.receive(sender, flipped(message, bit))[0];
    if (outcome?.kind !== 'rejected') accepted.push(bit);
  }
  expect(accepted).toEqual([]);
  expect(receiver.snapshot()).toBe(before);
  expect(receiver.sink.events.length).toBe(events);
  expect(receiver.receive(sender, message)[0]?.kind).toBe('delivered');
}

describe('a changed message', () => {
  it('S1-10 S1-42 A05: no bit of a first message can change: one of each byte, and every single one by npm run exhaustive', { timeout: 60_000 }, async () => {
    const { alice, bob } = await newPair({ limits: { decapsulations: 100_000 } });
    alice.engine.open(bob.peerId, { title: 'x' });
    const message = alice.pending(bob)[0] ?? new Uint8Array();
    refusesEveryBit(bob, alice, message);
  });

  it('S1-14: no bit of service pair and KEK header that changes costs a private-key operation: one of each byte, and every single one by npm run exhaustive', async () => {
    const { alice, bob } = await newPair();
    alice.engine.open(bob.peerId, { title: 'x' });
    const message = alice.pending(bob)[0] ?? new Uint8Array();
    const { block } = spanOfMessage(Buffer.from(message)) ?? expect.unreachable('a message');
    for (const bit of bitsOf(block.end - block.at)) expect(bob.receive(alice, flipped(message, block.at * 8 + bit))[0]?.kind).toBe('rejected');
    expect(bob.crypto.meter.read()).toMatchObject({ kemDecaps: 0, kekUnwrap: 0, dskUnwrap: 0, open: 0 });
    expect(bob.receive(alice, message)[0]?.kind).toBe('delivered');
  });

  it('S1-10 S1-35 A05: nor one of a later message, when every header is cached: one of each byte, and every single one by npm run exhaustive', { timeout: 60_000 }, async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    bob.receive(alice, ...alice.pending(bob));
    alice.say(bob, dialogId, 'hello');
    refusesEveryBit(bob, alice, alice.pending(bob)[1] ?? new Uint8Array());
  });

  it('S1-08 A02: nothing may be cut off or hung on, at any length', async () => {
    const { alice, bob } = await newPair();
    alice.engine.open(bob.peerId, { title: 'x' });
    const message = alice.pending(bob)[0] ?? new Uint8Array();
    const before = bob.snapshot();
    for (let length = 0; length < message.length; length += 1) {
      expect(bob.receive(alice, message.subarray(0, length))[0]).toEqual({ kind: 'rejected', reason: 'preamble' });
    }
    for (const extra of [1, 4, 100]) {
      expect(bob.receive(alice, Buffer.concat([message, new Uint8Array(extra)]))[0]).toEqual({ kind: 'rejected', reason: 'preamble' });
    }
    expect(bob.snapshot()).toBe(before);
    expect(bob.crypto.meter.read()).toMatchObject({ verify: 0, kemDecaps: 0, open: 0 });
  });

  it('S1-05 S1-21 S1-22 A28: sections of two messages never go together, in any combination', { timeout: 60_000 }, async () => {
    const { alice, bob } = await newPair();
    const carol = new TestDevice(await testCrypto(), await person('Carol')).knows(bob);
    carol.knows(alice);
    bob.knows(carol);
    alice.knows(carol);
    const first = alice.engine.open(bob.peerId, { title: 'first' });
    const second = alice.engine.open(bob.peerId, { title: 'second' });
    alice.say(bob, first, 'aaa');
    alice.engine.shift(alice.dialog(bob, first), 'hand');
    alice.say(bob, first, 'bbb');
    alice.say(bob, second, 'ccc');
    const forBob = alice.pending(bob);
    bob.receive(alice, ...forBob);
    bob.say(alice, first, 'from bob');
    const toCarol = alice.engine.open(carol.peerId, { title: 'third' });
    alice.say(carol, toCarol, 'ddd');
    carol.engine.open(bob.peerId, { title: 'fourth' });
    const others = [...bob.pending(alice), ...alice.pending(carol), ...carol.pending(bob), ...alice.acknowledgements(bob), ...bob.acknowledgements(alice)];
    const messages = [...forBob, ...others];

    const fresh = new TestDevice(await testCrypto(), await person('Bob')).knows(alice);
    for (const receiver of [bob, fresh]) {
      const before = receiver.snapshot();
      let tried = 0;
      for (const base of forBob) {
        for (const donor of messages) {
          for (let mask = 1; mask < 31; mask += 1) {
            const spliced = splice(base, donor, mask);
            if (messages.some((each) => Buffer.compare(each, spliced) === 0)) continue;
            tried += 1;
            // A replayed MIC in front of a sequence that is there already counts as the replay it is.
            expect(receiver.receive(alice, spliced)[0]?.kind, `mask ${mask}`).toMatch(receiver === bob ? /rejected|duplicate/ : /rejected/);
          }
        }
      }
      expect(tried).toBeGreaterThan(500);
      const unanswered = (text: string): string => text.replaceAll('"acknowledgement_due":1', '"acknowledgement_due":0');
      expect(unanswered(receiver.snapshot())).toBe(unanswered(before));
    }
  });
});

/** Bits of `mask`: preamble, block, DSK header, dialog header, body come from `donor`. */
function splice(base: Uint8Array, donor: Uint8Array, mask: number): Uint8Array {
  const [own, other] = [sections(base), sections(donor)];
  return Buffer.concat(own.map((section, index) => ((mask >> index) & 1 ? (other[index] ?? section) : section)));
}

function sections(message: Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(message);
  const span = spanOfMessage(bytes);
  if (!span) throw new Error('not a message');
  const { block, dskAt, dialogAt, bodyAt } = span;
  return [bytes.subarray(0, preambleBytes), bytes.subarray(block.at, block.end), bytes.subarray(dskAt, dialogAt), bytes.subarray(dialogAt, bodyAt - 4), bytes.subarray(bodyAt - 4)];
}
