import { eachAlone, type Report } from './each-alone';

/** Milliseconds after which nothing is waited for any more: a window that is hidden paints no frames. */
const patience = 100;

/** Runs something once, under a name: what is asked for again under it meanwhile takes its place. */
export type Behind = (name: string, run: () => void) => void;

/** Behind the frame that shows what was just changed: what this leads to, calls and their answers, does not keep it from being painted. */
export function behindFrame(report?: Report): Behind {
  const waiting = new Map<string, () => void>();
  const runAll = (): void => {
    const all = [...waiting.values()];
    waiting.clear();
    eachAlone(all, report);
  };
  return (name, run) => {
    const isFirst = waiting.size === 0;
    waiting.set(name, run);
    if (!isFirst) return;
    const timer = setTimeout(end, patience);
    // The task behind a frame's callbacks comes when it is painted.
    const frame = requestAnimationFrame(() => void setTimeout(end, 0));
    function end(): void {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      runAll();
    }
  };
}

/** Right away: for whoever draws no frames. */
export const atOnce: Behind = (_name, run) => run();
