import { describe, expect, it } from 'vitest';
import { atEndOfArrivals } from '../../../electron/services/end-of-arrivals';

/** How many turns of the event loop have passed when `run` is called, for these counts as the turns find them. */
async function turnsUntilRun(counts: readonly number[], enough: number): Promise<number> {
  let turn = 0;
  const ended = new Promise<number>((resolve) => {
    atEndOfArrivals(() => counts[turn] ?? counts.at(-1) ?? 0, enough, () => resolve(turn));
  });
  // Behind each look of the one under test, which asked for its turn first.
  const next = (): void => {
    turn += 1;
    if (turn < 100) setImmediate(next);
  };
  setImmediate(next);
  return ended;
}

describe('what shares a transaction', () => {
  it('a single one waits for nothing', async () => {
    expect(await turnsUntilRun([1], 256)).toBe(0);
  });

  it('more is waited for while turns bring more, and no turn longer', async () => {
    expect(await turnsUntilRun([57, 114, 171, 171], 256)).toBe(3);
    expect(await turnsUntilRun([57, 57], 256)).toBe(1);
  });

  it('enough is enough, and a stream without an end is cut', async () => {
    expect(await turnsUntilRun([57, 300, 400], 256)).toBe(1);
    expect(await turnsUntilRun(Array.from({ length: 50 }, (_, at) => at + 2), 256)).toBe(7);
  });
});
