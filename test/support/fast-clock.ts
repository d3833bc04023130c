import type { Clock } from '../../electron/engine/ports';

/** A clock that runs `times` as fast as the real one, for parts that wait for seconds on real sockets. */
export function fastClock(times: number): Clock {
  const start = Date.now();
  const since = performance.now();
  const passed = () => (performance.now() - since) * times;
  return {
    now: () => Math.floor(start + passed()),
    monotonic: passed,
    setTimer(milliseconds, run) {
      // The longest that `setTimeout` takes; no test runs that long.
      const timer = setTimeout(run, Math.min(2 ** 31 - 1, Math.max(0, milliseconds / times)));
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
