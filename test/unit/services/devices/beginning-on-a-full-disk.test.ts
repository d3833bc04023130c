import { describe, expect, it } from 'vitest';
import { writeAll } from '../../../../electron/services/replication/beginning';

describe('everything there is, said to the first other own device', () => {
  it('a disk that is full at the very end is one that failed, and ends nothing', async () => {
    const failed: unknown[] = [];
    const uncaught: unknown[] = [];
    const before = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => void uncaught.push(error));
    const log = { kinds: [], say: () => undefined } as unknown as Parameters<typeof writeAll>[0];
    const store = { of: () => [] } as unknown as Parameters<typeof writeAll>[1];
    const full = (): never => {
      throw new Error('full');
    };
    writeAll(log, store, (work) => work(), full, (error) => void failed.push(error));
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.removeAllListeners('uncaughtException');
    for (const each of before) process.on('uncaughtException', each);
    expect([failed.length, uncaught]).toEqual([1, []]);
  });
});
