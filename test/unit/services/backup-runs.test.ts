import { beforeEach, describe, expect, it } from 'vitest';
import { type BackupRun, BackupRuns } from '../../../electron/services/backup-runs';
import { EventHub } from '../../../electron/services/event-hub';
import type { AppEvent } from '../../../shared/contract/contract';
import { ManualClock } from '../../support/manual-clock';
import { testNow } from '../../support/session-kit';

const nobody = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

describe('the progress of a backup', () => {
  let clock: ManualClock;
  let runs: BackupRuns;
  let told: AppEvent[];

  beforeEach(() => {
    clock = new ManualClock(testNow);
    told = [];
    const events = new EventHub(nobody);
    events.on((event) => void told.push(event));
    runs = new BackupRuns(clock, events);
  });

  it('S5-25: is told at most five times a second and at the end, and never goes back', async () => {
    await runs.only(async (run) => {
      for (let at = 0; at <= 100; at += 1) {
        await run.step(at === 50 ? 3 : at * 10, 1_000);
        await clock.advance(10);
      }
    });
    expect(told.filter((event) => event.type === 'backup.progress' && event.state === 'running')).toHaveLength(6);
    expect(told.at(-1)).toEqual({ type: 'backup.progress', done: 1_000, total: 1_000, state: 'finished' });
    const done = told.flatMap((event) => (event.type === 'backup.progress' ? [event.done] : []));
    expect(done).toEqual([...done].sort((a, b) => a - b));
  });

  it('S5-25: gives everything else a turn after some milliseconds of work', async () => {
    const order: string[] = [];
    await runs.only(async (run: BackupRun) => {
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
    await expect(runs.only(() => Promise.reject(new Error('no file')))).rejects.toThrow('no file');
    expect(told).toEqual([]);
    await expect(runs.only(async (run) => {
      await run.step(1, 10);
      throw new Error('disk');
    })).rejects.toThrow('disk');
    await expect(runs.only(async (run) => {
      await run.step(1, 10);
      runs.cancel();
      await run.step(2, 10);
    })).rejects.toThrow(expect.objectContaining({ code: 'backup.cancelled' }));
    expect(told.map((event) => (event.type === 'backup.progress' ? [event.state, event.done] : []))).toEqual([['running', 1], ['failed', 1], ['running', 1], ['cancelled', 2]]);
    expect(await runs.only(async () => 'free')).toBe('free');
  });
});
