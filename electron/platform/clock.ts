import { performance } from 'node:perf_hooks';
import type { Clock } from '../engine/ports';

/** The most `setTimeout` takes; anything longer would fire at once. */
const longestTimeout = 2 ** 31 - 1;

/** The real clock. Timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimer(milliseconds, run) {
    if (milliseconds <= longestTimeout) {
      const short = setTimeout(run, Math.max(0, milliseconds)).unref();
      return () => clearTimeout(short);
    }
    const due = performance.now() + milliseconds;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const left = due - performance.now();
      timer = left > longestTimeout ? setTimeout(arm, longestTimeout) : setTimeout(run, Math.max(0, left));
      timer.unref();
    };
    arm();
    return () => clearTimeout(timer);
  },
};
