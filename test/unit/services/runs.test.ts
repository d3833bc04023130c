import { beforeEach, describe, expect, it } from 'vitest';
import { type Run, type RunProgress, Runs } from '../../../electron/services/runs';
import { ManualClock } from '../../support/manual-clock';
import { testNow } from '../../support/session-kit';

describe('the progress of a backup or an export', () => {
  let clock: ManualClock;
  let runs: Runs;
  let told: RunProgress[];
  const tell = (progress: RunProgress) => void told.push(progress);

  beforeEach(() => {
    clock = new ManualClock(testNow);
    told = [];
    runs = new Runs(clock, { busy: ['backup.busy', 'busy'], cancelled: ['backup.cancelled', 'cancelled'] });
  });

  it('S5-25: is told at most five times a second and at the end, and never goes back', async () => {
    await runs.only(tell, async (run) => {
      for (let at = 0; at <= 100; at += 1) {
        await run.step(at === 50 ? 3 : at * 10, 1_000);
        await clock.advance(10);
      }
    });
    expect(told.filter((event) => event.state === 'running')).toHaveLength(6);
    expect(told.at(-1)).toEqual({ done: 1_000, total: 1_000, state: 'finished' });
    const done = told.map(({ done }) => done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
  });

  it('S5-25: gives everything else a turn after some milliseconds of work', async () => {
    const order: string[] = [];
    await runs.only(tell, async (run: Run) => {
      setImmediate(() => order.push('somebody else'));
      await run.step(1, 10);
      order.push('short');
      await clock.advance(10);
      await run.step(2, 10);
      order.push('long');
    });
    expect(order.indexOf('somebody else')).toBeLessThan(order.indexOf('long'));
  });

  it('S5-25: says how it ended; nothing of what never began, and the next one is free', async () => {
    await expect(runs.only(tell, () => Promise.reject(new Error('no file')))).rejects.toThrow('no file');
    expect(told).toEqual([]);
    await expect(runs.only(tell, async (run) => {
      await run.step(1, 10);
      throw new Error('disk');
    })).rejects.toThrow('disk');
    await expect(runs.only(tell, async (run) => {
      await run.step(1, 10);
      runs.cancel();
      await run.step(2, 10);
    })).rejects.toThrow(expect.objectContaining({ code: 'backup.cancelled' }));
    expect(told.map(({ state, done }) => [state, done])).toEqual([['running', 1], ['failed', 1], ['running', 1], ['cancelled', 2]]);
    expect(await runs.only(tell, async () => 'free')).toBe('free');
  });
});
