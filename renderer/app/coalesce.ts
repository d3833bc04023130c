/**
 * Runs `task` once for a burst of calls: at once if idle, and once more after the running one
 * if something was asked for meanwhile, also where that one failed. Never two at a time.
 */
export function coalesce(task: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let isBusy = false;
  let again = false;
  const run = async (): Promise<void> => {
    isBusy = true;
    try {
      do {
        again = false;
        try {
          await task();
        } catch (thrown) {
          if (!again) throw thrown;
        }
      } while (again);
    } finally {
      // In the same turn as the last look at `again`: what is asked for in between would never be done.
      isBusy = false;
    }
  };
  return () => {
    if (isBusy && running !== undefined) again = true;
    else running = run();
    return running;
  };
}
