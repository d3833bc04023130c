import { afterEach, expect, it, vi } from 'vitest';
import { WindowUpdates } from '../../../electron/main/window-updates';
import { ManualClock } from '../../support/manual-clock';

const path = '../../../electron/main/update-desk';
afterEach(() => vi.doUnmock(path));

it('22: where it could not be looked whether anybody wants newer versions, of a full disk say, it is looked again in an hour, and not after the end', async () => {
  const clock = new ManualClock();
  const failed: unknown[] = [];
  let opened = 0;
  let full = true;
  const openUpdateDesk = async (): Promise<unknown> => {
    opened += 1;
    if (full) throw new Error('disk full');
    return { handlers: {}, close: async () => undefined };
  };
  vi.doMock(path, () => ({ openUpdateDesk }));
  const parts = { failed: (error: unknown) => failed.push(error) } as unknown as ConstructorParameters<typeof WindowUpdates>[0];
  const updates = new WindowUpdates(parts, clock);
  await clock.advance(61_000);
  await vi.waitUntil(() => failed.length === 1);
  await clock.advance(61 * 60_000);
  await vi.waitUntil(() => failed.length === 2);
  full = false;
  await clock.advance(61 * 60_000);
  await vi.waitUntil(() => opened === 3);
  await clock.advance(24 * 60 * 60_000);
  expect([opened, failed.length]).toEqual([3, 2]);

  full = true;
  const other = new WindowUpdates(parts, clock);
  await clock.advance(61_000);
  await vi.waitUntil(() => failed.length === 3);
  await Promise.all([other.close(), updates.close()]);
  await clock.advance(24 * 60 * 60_000);
  expect(opened).toBe(4);
});
