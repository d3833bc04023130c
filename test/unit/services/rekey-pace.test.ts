import { expect, it } from 'vitest';
import { Secret } from '../../../electron/engine/crypto/secret';
import type { Crypto } from '../../../electron/engine/crypto/crypto';
import type { PeerId } from '../../../electron/engine/ids';
import { RefusedDials } from '../../../electron/services/refused-dials';
import { RekeyPace } from '../../../electron/services/rekey-pace';
import { ManualClock } from '../../support/manual-clock';

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

it('what shows which dial was refused is overwritten when it shows that no more, and what comes behind the end is not kept', async () => {
  const clock = new ManualClock();
  const dials = new RefusedDials({} as Crypto, clock); // no tag is compared here
  const secret = (): Secret<'pair'> => new Secret('pair', new Uint8Array(32).fill(1));
  const [bo, cy] = ['b', 'c'].map((letter) => letter.repeat(52) as PeerId);
  if (bo === undefined || cy === undefined) throw new Error('nobody');
  const [ours, theirs, later, late] = [secret(), secret(), secret(), secret()];
  dials.ofUs(bo, ours);
  dials.ofThem(cy, new Uint8Array(32), theirs);
  await clock.advance(5 * minute);
  dials.ofThem(bo, new Uint8Array(32), later);
  await clock.advance(5 * minute - 1);
  expect([ours, theirs, later].map(({ wiped }) => wiped)).toEqual([false, false, false]);
  await clock.advance(1);
  expect([ours, theirs, later].map(({ wiped }) => wiped)).toEqual([true, true, false]);
  expect(dials.shownTo(bo)).toBeUndefined();
  await clock.advance(5 * minute);
  expect([later.wiped, clock.waiting]).toEqual([true, 0]);
  dials.close();
  dials.ofUs(bo, late);
  expect([late.wiped, clock.waiting]).toEqual([true, 0]);
});

it('A77: somebody who makes keys without end is followed at once ten times an hour, then once an interval', () => {
  const pace = new RekeyPace();
  for (let turn = 0; turn < 10; turn += 1) {
    pace.asked(turn);
    pace.settled(turn);
    expect(pace.wait(turn)).toBe(0);
  }
  pace.asked(10);
  pace.settled(10);
  expect(pace.wait(10)).toBe(60_000);
  pace.asked(3_600_020);
  pace.settled(3_600_020);
  expect(pace.wait(3_600_020)).toBe(0);
});
