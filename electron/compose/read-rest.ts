import type { Clock } from '../engine/ports';

/** What `later-services.ts` and others read with a first call, and nobody waits for. */
const rest: readonly (() => Promise<unknown>)[] = [
  () => import('../services/authorities-service'),
  () => import('../services/endorsements-service'),
  () => import('../services/verification-service'),
  () => import('../services/envelopes-service'),
  () => import('../storage/envelope-files'),
  () => import('../services/invitation-files'),
  () => import('../services/identity-papers'),
  () => import('../storage/private-files'),
  () => import('../storage/migrations/newest.json'),
  () => import('./exporting'),
  () => import('./backing-up'),
  () => import('../services/diagnostics-report'),
  () => import('../services/files/cleaning/clean'),
  () => import('../platform/qr-picture'),
];

/** Milliseconds behind the start, by when its screen stands, if it has one, and its first messages have gone. */
const restAfter = 10_000;
/** Milliseconds between two pieces. */
const apart = 100;

/**
 * Reads, one piece after the other, what no start needs. Not left to the first call, for which the files of another version may lie there: an app or a peer that runs
 * for days is updated beside itself. What cannot be read now is tried again by that call. `own`: what only this program has, or only this one is to read.
 */
export function readRest(clock: Pick<Clock, 'setTimer'>, own: readonly (() => Promise<unknown>)[]): void {
  const all = [...rest, ...own];
  let at = 0;
  const next = (): void => {
    const read = all[at];
    at += 1;
    if (read === undefined) return;
    read().then(() => clock.setTimer(apart, next), () => undefined);
  };
  clock.setTimer(restAfter, next);
}
