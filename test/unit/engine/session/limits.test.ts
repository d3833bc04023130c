import { describe, expect, it } from 'vitest';
import { DecapsulationBudget } from '../../../../electron/engine/session/decapsulation-budget';
import { Gate } from '../../../../electron/engine/session/gate';
import { defaultLimits } from '../../../../electron/engine/session/limits';
import { Rejections } from '../../../../electron/engine/session/rejections';
import { ReplayFilter } from '../../../../electron/engine/session/replay-filter';
import { sourceOf } from '../../../../electron/engine/session/source';
import { TokenBucket } from '../../../../electron/engine/session/token-bucket';
import type { Logger } from '../../../../electron/engine/ports';
import { ManualClock } from '../../../support/manual-clock';

describe('Gate', () => {
  const never = (): void => {};

  it('S3-32 A54: one source gets eight places, and the ninth only when one of them has been silent for a second', () => {
    const gate = new Gate(defaultLimits);
    const evicted: number[] = [];
    for (let at = 0; at < 8; at += 1) expect(gate.admit('a', 0, () => evicted.push(at))).toBeDefined();
    expect(gate.admit('a', 999, never)).toBeUndefined();
    expect(evicted).toEqual([]);
    expect(gate.admit('a', 1_000, never)).toBeDefined();
    expect(evicted).toEqual([0]);
    expect(gate.halfOpen).toBe(8);
  });

  it('S3-32: who has spoken is never put out', () => {
    const gate = new Gate(defaultLimits);
    for (let at = 0; at < 8; at += 1) gate.admit('a', 0, () => expect.unreachable())?.spoke();
    expect(gate.admit('a', 9_000, never)).toBeUndefined();
    expect(gate.admit('b', 9_000, never)).toBeDefined();
  });

  it('S3-32: strangers leave a share to known sources', () => {
    const gate = new Gate(defaultLimits, (source) => source === 'friend');
    gate.remember('seen');
    let strangers = 0;
    for (let at = 0; at < defaultLimits.halfOpen; at += 1) {
      const ticket = gate.admit(`stranger ${at}`, 0, never);
      ticket?.spoke();
      if (ticket) strangers += 1;
    }
    expect(strangers).toBe(defaultLimits.halfOpen - defaultLimits.halfOpenKept);
    expect(gate.admit('friend', 0, never)).toBeDefined();
    expect(gate.admit('seen', 0, never)).toBeDefined();
    expect(gate.admit('nobody', 0, never)).toBeUndefined();
    for (let at = 0; at < 100; at += 1) {
      gate.remember(`seen ${at}`);
      gate.admit(`seen ${at}`, 0, never);
    }
    expect(gate.halfOpen).toBe(defaultLimits.halfOpen);
  });

  it('S3-32: a place given back is free; giving it back twice frees one only', () => {
    const gate = new Gate(defaultLimits);
    const ticket = gate.admit('a', 0, never);
    gate.admit('a', 0, never);
    ticket?.release();
    ticket?.release();
    expect(gate.halfOpen).toBe(1);
  });

  it('S3-32: a stranger who proved to be somebody we know leaves a stranger’s place, once, and what goes counts no more', () => {
    const gate = new Gate({ ...defaultLimits, halfOpen: 3, halfOpenKept: 1, halfOpenPerSource: 2 });
    const [first, second] = [gate.admit('a', 0, never), gate.admit('a', 0, never)];
    expect(gate.admit('b', 0, never)).toBeUndefined();
    first?.proven();
    first?.proven();
    const third = gate.admit('b', 0, never);
    expect(third).toBeDefined();
    expect(gate.admit('c', 0, never)).toBeUndefined();
    for (const ticket of [first, second, third]) ticket?.release();
    second?.proven();
    // As at the beginning: two of one source, and strangers have two of three.
    expect([gate.admit('a', 0, never), gate.admit('a', 0, never), gate.admit('b', 0, never)].map((ticket) => ticket !== undefined)).toEqual([true, true, false]);
  });
});

describe('decapsulation budget', () => {
  it('S3-32 A54: a source has a burst and a rate of its own; a flood from many sources stops at the common one', () => {
    const budget = new DecapsulationBudget(defaultLimits, 0);
    const taken = (source: string, now: number): number => {
      let count = 0;
      while (count < 10_000 && budget.take(source, false, now)) count += 1;
      return count;
    };
    expect(taken('a', 0)).toBe(defaultLimits.decapsulationsPerSource.burst);
    expect(taken('a', 1_000)).toBe(defaultLimits.decapsulationsPerSource.perSecond);
    let all = 0;
    for (let source = 0; source < 1_000; source += 1) all += taken(`flood ${source}`, 1_000);
    expect(all).toBeLessThanOrEqual(defaultLimits.decapsulations.burst);
    expect(taken('late', 1_000)).toBe(0);
  });

  it('S3-32: known sources have a share that strangers cannot use up', () => {
    const budget = new DecapsulationBudget(defaultLimits, 0);
    for (let at = 0; at < 500; at += 1) budget.take(`flood ${at}`, false, 0);
    expect(budget.take('stranger', false, 0)).toBe(false);
    expect(budget.take('friend', true, 0)).toBe(true);
  });

  it('refills by time and never beyond its burst, also when the clock stands or jumps', () => {
    const bucket = new TokenBucket({ perSecond: 2, burst: 3 }, 0);
    expect([bucket.take(0), bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([true, true, true, false]);
    expect(bucket.take(499)).toBe(false);
    expect(bucket.take(500)).toBe(true);
    expect(bucket.take(400)).toBe(false);
    const later = 1_000_000;
    expect([bucket.take(later), bucket.take(later), bucket.take(later), bucket.take(later)]).toEqual([true, true, true, false]);
  });
});

describe('source', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:0db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['Example.ORG', 'example.org'],
  ])('S3-32: %s counts as %s', (host, source) => {
    expect(sourceOf({ host, port: 1 })).toBe(source);
  });
});

describe('replay filter', () => {
  it('A42: knows what it saw, forgets the oldest beyond its bound', () => {
    const filter = new ReplayFilter();
    const hash = (at: number): Uint8Array => Uint8Array.of(at >> 8, at & 255);
    for (let at = 0; at < 2_049; at += 1) filter.add(hash(at));
    expect(filter.has(hash(0))).toBe(false);
    expect(filter.has(hash(1))).toBe(true);
    expect(filter.has(hash(2_048))).toBe(true);
    expect(filter.has(hash(2_049))).toBe(false);
  });
});

describe('rejections', () => {
  const recording = (): { readonly lines: string[]; readonly logger: Logger } => {
    const lines: string[] = [];
    const write = (event: string, facts?: object): void => void lines.push(`${event} ${JSON.stringify(facts)}`);
    return { lines, logger: { debug: write, info: write, warn: write, error: write } };
  };

  it('A54: one line per reason, source and minute', async () => {
    const clock = new ManualClock();
    const { lines, logger } = recording();
    const rejections = new Rejections(clock, logger);
    for (let at = 0; at < 1_000; at += 1) rejections.note('malformed', 'a');
    rejections.note('timeout', 'a');
    rejections.note('malformed', 'b');
    expect(lines).toHaveLength(3);
    await clock.advance(60_000);
    rejections.note('malformed', 'a');
    expect(lines).toHaveLength(4);
  });

  it('A54: a flood from ever new sources writes a bounded number of lines', async () => {
    const clock = new ManualClock();
    const { lines, logger } = recording();
    const rejections = new Rejections(clock, logger);
    for (let at = 0; at < 20_000; at += 1) rejections.note('malformed', `source ${at}`);
    // One for each of the first 512 sources, and one for all others together.
    expect(lines).toHaveLength(512 + 1);
    expect(lines.at(-1)).toContain('"many"');
    await clock.advance(60_000);
    rejections.note('malformed', 'fresh');
    expect(lines.at(-1)).toContain('fresh');
  });
});
