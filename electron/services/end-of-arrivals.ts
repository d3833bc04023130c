/** Turns of the event loop that are waited for at the most: under a steady stream the last one would never come. */
const mostTurns = 8;

/**
 * Calls `run` at the end of this turn of the event loop, or of a later one: as long as a turn brings more of what `count`
 * counts, so that it shares a transaction, and until there are `enough` of it. A single one waits for nothing. No timer:
 * a turn that finds nothing to do takes microseconds.
 */
export function atEndOfArrivals(count: () => number, enough: number, run: () => void): void {
  let turns = 0;
  let before = 1;
  const look = (): void => {
    const now = count();
    turns += 1;
    if (now <= before || now >= enough || turns >= mostTurns) return run();
    before = now;
    setImmediate(look);
  };
  setImmediate(look);
}
