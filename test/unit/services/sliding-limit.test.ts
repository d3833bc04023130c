import { expect, test } from 'vitest';
import { AskLimits } from '../../../electron/services/nearby-askers';
import { SlidingLimit } from '../../../electron/services/sliding-limit';
import { ManualClock } from '../../support/manual-clock';

test('so many within any stretch, however they fall, and how long to wait', async () => {
  const clock = new ManualClock();
  const limit = new SlidingLimit(clock, 3, 1_000);
  expect([limit.take(), limit.waitMs(), limit.idle]).toEqual([true, 0, false]);
  await clock.advance(400);
  expect([limit.take(), limit.take(), limit.take(), limit.waitMs()]).toEqual([true, true, false, 600]);
  clock.wall += 3_600_000; // what the wall says does not matter
  expect(limit.take()).toBe(false);
  await clock.advance(600);
  expect([limit.take(), limit.take(), limit.waitMs()]).toEqual([true, false, 400]);
  await clock.advance(1_000);
  expect([limit.waitMs(), limit.idle]).toEqual([0, true]);
});

test('sources that ask are remembered as long as it matters, and no more of them than fit', async () => {
  const clock = new ManualClock();
  const limits = new AskLimits(clock, 1_000);
  for (let source = 0; source < 256; source += 1) expect(limits.may(`${source}`)).toBe(true);
  expect([limits.may('one more'), limits.may('7')]).toEqual([false, true]);
  await clock.advance(1_001);
  expect(limits.may('one more')).toBe(true);
  for (let round = 0; round < 9; round += 1) limits.may('one more');
  expect(limits.may('one more')).toBe(false);
});
