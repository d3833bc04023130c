import type { Clock, Logger } from '../engine/ports';
import { describeError } from '../platform/describe-error';

/** What `later-services.ts` and others read with a first call, and nobody waits for. */
const rest: readonly (() => Promise<unknown>)[] = [
  () => import('../services/authorities-service'),
  () => import('../services/endorsements-service'),
  () => import('../services/verification-service'),
  () => import('../services/contact-keys-service'),
  () => import('../services/keys-service'),
  () => import('../services/contact-devices-service'),
  () => import('../services/files-service'),
  () => import('../services/own-name-service'),
  () => import('../services/message-changes-service'),
  () => import('../services/search-service'),
  () => import('../services/envelopes-service'),
  () => import('../storage/envelope-files'),
  () => import('../services/invitation-files'),
  () => import('../services/nearby-service'),
  () => import('../services/contact-changes-service'),
  () => import('../services/identity-papers'),
  () => import('../storage/private-files'),
  () => import('../storage/migrations/newest.json'),
  () => import('./exporting'),
  () => import('./backing-up'),
  () => import('../services/diagnostics-report'),
  () => import('../services/files/cleaning/clean'),
  () => import('../platform/qr-picture'),
  () => import('../network/socks-dial'),
  // When a mailbox, people on the same network or a router are first met, which may be after days.
  () => import('../network/mailbox/registration-text'),
  () => import('../network/mailbox/nats-mailbox'),
  () => import('../network/mdns/lan-network'),
  () => import('../network/router/keep-mapped'),
];

/** Milliseconds behind the start, by when its screen stands, if it has one, and its first messages have gone. */
const restAfter = 10_000;
/** Milliseconds between two pieces. */
const apart = 100;

/**
 * Reads, one piece after the other, what no start needs. Not left to the first call, for which the files of another version may lie there: an app or a peer that runs
 * for days is updated beside itself. What cannot be read is told in the log, and tried again by that call; the others are read all the same. `own`: what only this program has.
 */
export function readRest(clock: Pick<Clock, 'setTimer'>, logger: Pick<Logger, 'warn'>, own: readonly (() => Promise<unknown>)[] = []): void {
  readInTurn(clock, logger, [...rest, ...own]);
}

/** The same of these alone. */
export function readInTurn(clock: Pick<Clock, 'setTimer'>, logger: Pick<Logger, 'warn'>, pieces: readonly (() => Promise<unknown>)[]): void {
  let at = 0;
  const next = (): void => {
    const read = pieces[at];
    at += 1;
    if (read === undefined) return;
    read()
      .catch((error: unknown) => logger.warn('program.unread', { piece: at, ...describeError(error) }))
      .finally(() => clock.setTimer(apart, next));
  };
  clock.setTimer(restAfter, next);
}
