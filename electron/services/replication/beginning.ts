import type { ReplicaStore } from '../ports/replica';
import type { FactLog } from './fact-log';

/** Facts written in one transaction: a few milliseconds. */
const sliceFacts = 128;

/**
 * Writes everything that was there before the log into it, a slice in each turn of the event loop. What is in the log already stays, so
 * that it may be begun again after a crash. Calls `done` at the end; gives what stops it. `failed`: the disk would not.
 */
export function writeAll(log: FactLog, store: ReplicaStore, commit: (work: () => void) => void, done: () => void, failed: (error: unknown) => void): () => void {
  const all = everything(log);
  let stopped = false;
  const slice = (): void => {
    if (stopped) return;
    let ended = false;
    try {
      commit(() => {
        for (let count = 0; count < sliceFacts; count += 1) {
          const next = all.next();
          if (next.done) {
            ended = true;
            return;
          }
          const { kind, key, value, merges } = next.value;
          // What several devices say side by side outlives a log that ended, and is compared with what stands now.
          if (merges || store.of(kind, key).length === 0) log.say(kind, key, value);
        }
      });
      // It writes that all was said.
      if (ended) return done();
    } catch (error) {
      return failed(error);
    }
    setImmediate(slice);
  };
  setImmediate(slice);
  return () => {
    stopped = true;
  };
}

function* everything(log: FactLog): Generator<{ readonly kind: string; readonly key: string; readonly value: Uint8Array; readonly merges: boolean }> {
  for (const { kind, merges = false, read, all } of log.kinds) for (const { key, value } of all()) yield { kind, key, value, merges: merges && read === undefined };
}
