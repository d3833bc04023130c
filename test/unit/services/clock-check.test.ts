import { describe, expect, test } from 'vitest';
import type { PeerId } from '../../../electron/engine/ids';
import { ClockCheck } from '../../../electron/services/clock-check';
import { ManualClock } from '../../support/manual-clock';

const minute = 60_000;
const person = (name: string): PeerId => name as PeerId;

describe('whether this clock is the one that is wrong', () => {
  const heard = (...offsets: readonly number[]): { check: ClockCheck; clock: ManualClock } => {
    const clock = new ManualClock();
    const check = new ClockCheck(clock);
    for (const [at, offset] of offsets.entries()) check.heard(person(`p${at}`), clock.now() - offset);
    return { check, clock };
  };

  test('the median of the people says by how much, either way', () => {
    expect(heard(9 * minute, 9 * minute, 9 * minute).check.ahead).toBe(9 * minute);
    expect(heard(-3 * minute, -4 * minute, -5 * minute).check.ahead).toBe(-4 * minute);
  });

  test('one who lies moves nothing, nor do two who disagree; below two minutes nothing is said', () => {
    expect(heard(0, 1_000, 10 * 365 * 86_400_000).check.ahead).toBeUndefined();
    expect(heard(0, 60 * minute).check.ahead).toBeUndefined();
    expect(heard(119_000, 119_000).check.ahead).toBeUndefined();
    expect(heard().check.ahead).toBeUndefined();
  });

  test('a clock that is set right counts at once, and time that passes changes nothing', async () => {
    const { check, clock } = heard(9 * minute, 9 * minute);
    await clock.advance(60 * minute);
    expect(check.ahead).toBe(9 * minute);
    clock.wall -= 9 * minute;
    expect(check.ahead).toBeUndefined();
  });

  test('a machine that slept, where what counts the time stood still, is told nothing wrong by what was said before', () => {
    const { check, clock } = heard(0, 0, 0);
    clock.wall += 8 * 60 * minute;
    expect(check.ahead).toBeUndefined();
    for (const name of ['p0', 'p1']) check.heard(person(name), clock.now() - 5 * minute);
    expect(check.ahead).toBe(5 * minute);
  });

  test('one alone proves nothing of this clock, and is told as theirs: from two minutes on, either way, as long as it holds', async () => {
    const { check, clock } = heard(9 * minute);
    expect([check.ahead, check.aheadOf(person('p0')), check.aheadOf(person('p1'))]).toEqual([undefined, 9 * minute, undefined]);
    check.heard(person('p1'), clock.now() + 3 * minute);
    expect([check.ahead, check.aheadOf(person('p0')), check.aheadOf(person('p1'))]).toEqual([undefined, 9 * minute, -3 * minute]);
    check.heard(person('p1'), clock.now() + 119_000);
    expect([check.ahead, check.aheadOf(person('p1'))]).toEqual([undefined, undefined]);
    await clock.advance(60 * minute);
    expect(check.aheadOf(person('p0'))).toBe(9 * minute);
    clock.wall -= 9 * minute;
    expect(check.aheadOf(person('p0'))).toBeUndefined();
  });

  test('what one of them said is told of them for a day: they may have set their clock since, and whoever is dialled in vain says it anew each time', async () => {
    const { check, clock } = heard(13 * 60 * minute);
    await clock.advance(24 * 60 * minute - 1);
    expect(check.aheadOf(person('p0'))).toBe(13 * 60 * minute);
    await clock.advance(1);
    expect(check.aheadOf(person('p0'))).toBeUndefined();
    check.heard(person('p0'), clock.now() - 13 * 60 * minute);
    expect(check.aheadOf(person('p0'))).toBe(13 * 60 * minute);
  });

  test('the last word of somebody counts; the oldest of many is forgotten', () => {
    const { check, clock } = heard(9 * minute);
    check.heard(person('p0'), clock.now());
    expect(check.ahead).toBeUndefined();
    for (let at = 0; at < 100; at += 1) check.heard(person(`other ${at}`), clock.now() - 5 * minute);
    expect(check.ahead).toBe(5 * minute);
  });
});
