import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newParty, type Party } from '../../bench/keyshift-party';
import { interleaved, median, ratio } from '../../bench/measure';
import { createBeginnings } from '../../bench/set-up';
import { createWarmPair, type KeyshiftPair } from '../../bench/warm-message';
import { createEnginePair } from '../../bench/whole-engine';

const nothing = {
  rsaKeygen: 0, rsaSign: 0, rsaVerify: 0, sign: 0, verify: 0, dh: 0, kemKeygen: 0, kemEncaps: 0, kemDecaps: 0, kekWrap: 0, kekUnwrap: 0, dskWrap: 0, dskUnwrap: 0, seal: 0, open: 0,
};

let alice: Party;
let bob: Party;
const folder = mkdtempSync(join(tmpdir(), 'keyshift-bench-test-'));
beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function reset(): void {
  alice.crypto.meter.reset();
  bob.crypto.meter.reset();
}

function text(size: number, turn: number): Uint8Array {
  return Buffer.from(`${turn} `.padEnd(size, 'abcdefghij'), 'latin1');
}

describe.each([
  ['seal + open', () => createWarmPair(alice, bob)],
  ['whole engine, database in memory', () => createEnginePair(alice, bob, { acknowledgeEvery: Infinity })],
  ['whole engine, durable database', () => createEnginePair(alice, bob, { file: (name) => join(folder, `${name}.db`), acknowledgeEvery: Infinity })],
])('what npm run bench measures: %s', (_, create) => {
  let pair: KeyshiftPair;
  beforeAll(() => {
    pair = create();
  });
  afterAll(() => pair.close());

  it.each([64, 1024])('what comes out is what went in, both ways (%i B)', (size) => {
    for (let turn = 0; turn < 6; turn += 1) {
      const plaintext = text(size, turn);
      expect(Buffer.from(pair.cross(turn % 2 === 0, plaintext)).equals(plaintext)).toBe(true);
    }
  });

  it('S1-43: a message is one seal here, one open there, and no other operation', () => {
    for (const forward of [true, false]) {
      const [from, to] = forward ? [alice, bob] : [bob, alice];
      reset();
      pair.cross(forward, text(1024, 1));
      expect(from.crypto.meter.read()).toEqual({ ...nothing, seal: 1 });
      expect(to.crypto.meter.read()).toEqual({ ...nothing, open: 1 });
    }
  });
});

it('S1-43: sixteen messages one way cost the whole engine one acknowledgement more, and no public-key operation', () => {
  const pair = createEnginePair(alice, bob);
  // The two messages of the start-up count too.
  for (let turn = 2; turn < 16; turn += 1) pair.cross(true, text(64, turn));
  reset();
  for (let turn = 0; turn < 32; turn += 1) pair.cross(true, text(64, turn));
  expect(alice.crypto.meter.read()).toEqual({ ...nothing, seal: 32, open: 2 });
  expect(bob.crypto.meter.read()).toEqual({ ...nothing, seal: 2, open: 32 });
  pair.close();
});

describe('what npm run bench measures: beginnings', () => {
  it('S1-06 S1-40: a new conversation with somebody known is no public-key operation', () => {
    const beginnings = createBeginnings(alice, alice, bob);
    reset();
    expect(Buffer.from(beginnings.newConversation(text(64, 1))).equals(text(64, 1))).toBe(true);
    expect(alice.crypto.meter.read()).toEqual({ ...nothing, dskWrap: 1, seal: 2 });
    expect(bob.crypto.meter.read()).toEqual({ ...nothing, dskUnwrap: 1, open: 2 });
    beginnings.close();
  });

  it('S1-39: the first contact is one signature and one encapsulation here; chain, signature and one decapsulation there', () => {
    const beginnings = createBeginnings(alice, alice, bob);
    reset();
    expect(Buffer.from(beginnings.firstContact(text(64, 2), bob.crypto)).equals(text(64, 2))).toBe(true);
    expect(alice.crypto.meter.read()).toMatchObject({ rsaSign: 0, sign: 1, kemEncaps: 1, kekWrap: 1, dskWrap: 1 });
    const there = bob.crypto.meter.read();
    expect(there).toMatchObject({ rsaSign: 0, kemDecaps: 1, kekUnwrap: 1, dskUnwrap: 1 });
    expect(there.rsaVerify).toBeGreaterThanOrEqual(3);
    beginnings.close();
  });
});

describe('how npm run bench measures', () => {
  it('takes the middle, and the middle of the rounds’ own ratios', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
    // A slow round that met both alike moves nothing.
    expect(ratio([20, 200, 22], [2, 20, 2])).toBe(10);
  });

  it('runs the subjects in turn, once unmeasured', async () => {
    const order: string[] = [];
    const subject = (name: string) => ({ name, count: 1, run: () => void order.push(name) });
    const times = await interleaved([subject('a'), subject('b')], 2);
    expect(order).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
    expect(times.map((each) => each.length)).toEqual([2, 2]);
  });
});
