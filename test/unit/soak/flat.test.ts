import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge } from '../../soak/flat';
import { PackedClock } from '../../soak/packed-clock';
import { seeded } from '../../support/seeded';

const series = (values: readonly number[], allowance = 10) => judge({ what: 'heap', unit: 'bytes', allowance, values });
const noise = (seed: number, points: number, slope: number, width: number): number[] => {
  const next = seeded(seed);
  return Array.from({ length: points }, (_, at) => 100 + slope * at + width * (next() - 0.5));
};

describe('what counts as flat', () => {
  it('is noise of any width, an allowance of growth, and whatever happens while everything is used for the first time', () => {
    for (let seed = 1; seed <= 50; seed += 1) expect(series(noise(seed, 28, 0, 9)).flat, `seed ${seed}`).toBe(true);
    expect(series(noise(1, 28, 0.2, 1)).flat).toBe(true);
    expect(series([0, 20, 40, 60, 80, 100, 120, ...noise(1, 21, 0, 5)]).flat).toBe(true);
  });

  it('is no growth beyond the allowance, however noisy, and no steps', () => {
    for (let seed = 1; seed <= 50; seed += 1) expect(series(noise(seed, 28, 2, 9)).flat, `seed ${seed}`).toBe(false);
    expect(series(Array.from({ length: 28 }, (_, at) => 100 + 20 * Math.floor(at / 5))).flat).toBe(false);
  });

  it('is nothing that a few points say', () => {
    expect(() => series([1, 2, 3, 4, 5, 6])).toThrow('say nothing');
  });
});

describe('the packed clock', () => {
  it('runs what is due in the order it is due, never twice, never what was called off; a sleeper’s when it wakes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(500), fc.boolean(), fc.boolean()), { maxLength: 40 }), (timers) => {
        const clock = new PackedClock(0);
        const [one, other] = [clock.device(), clock.device()];
        const ran: string[] = [];
        for (const [at, [after, isOther, cancelled]] of timers.entries()) {
          const cancel = (isOther ? other : one).setTimer(after, () => void ran.push(`${after} ${at}`));
          if (cancelled) cancel();
        }
        other.asleep = true;
        const due = (mine: boolean): string[] => timers.flatMap(([after, isOther, cancelled], at) => (isOther !== mine && !cancelled ? [{ after, at }] : [])).sort((a, b) => a.after - b.after || a.at - b.at).map(({ after, at }) => `${after} ${at}`);
        clock.advance(1_000);
        expect(ran).toEqual(due(true));
        other.wake();
        clock.advance(0);
        expect(ran).toEqual([...due(true), ...due(false)]);
        expect([one.armed, other.armed]).toEqual([0, 0]);
      }),
    );
  });
});
