import { expect, it } from 'vitest';
import { RekeyPace } from '../../../electron/services/rekey-pace';

const minute = 60_000;

/** The interval after each of these questions, in minutes. */
function intervals(outcomes: readonly ('answered' | 'refused' | 'silent')[]): number[] {
  const pace = new RekeyPace();
  let now = 1_000;
  return outcomes.map((outcome) => {
    pace.asked(now);
    pace.ended(outcome);
    const wait = pace.wait(now);
    now += wait;
    expect(pace.wait(now)).toBe(0);
    return wait / minute;
  });
}

it('A77: who refuses is asked ever more seldom, down to once in six hours, until they answer', () => {
  expect(intervals(['refused', 'refused', 'refused', 'refused', 'answered', 'refused'])).toEqual([1, 2, 4, 8, 1, 1]);
  expect(intervals(Array.from({ length: 40 }, () => 'refused')).at(-1)).toBe(360);
});

it('S5-01: who was not there is asked within two minutes of coming back, however long they were away', () => {
  expect(intervals(Array.from({ length: 100 }, () => 'silent')).slice(-2)).toEqual([2, 2]);
  expect(intervals(['refused', 'refused', 'refused', 'silent', 'silent'])).toEqual([1, 2, 4, 4, 4]);
});
