import { unacceptable } from './unacceptable';

const day = 24 * 60 * 60 * 1000;

/** Lifetimes in milliseconds (protocol.md §2). */
export const lifetimes = {
  identity: 90 * day,
  instance: 365 * day,
  exchange: 7 * day,
  /** How long a retired exchange key still opens, from the start of its successor. */
  exchangeGrace: 31 * day,
} as const;

/** How far past its end a credential is still taken without asking, and how far ahead a clock may run (protocol.md §2). */
export const validityTolerance = 30 * day;

export interface Validity {
  /** Unix milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Past half of its life something is made anew. */
export function isPastHalf({ notBefore, notAfter }: Validity, now: number): boolean {
  return now > notBefore + (notAfter - notBefore) / 2;
}

/** Begins more than a day from now: made while this clock was ahead, and of no use to others while theirs are right. */
export function beginsLater({ notBefore }: Pick<Validity, 'notBefore'>, now: number): boolean {
  return notBefore > now + day;
}

/** Whether something ended more than 30 days ago. */
export function isLapsed({ notAfter }: Pick<Validity, 'notAfter'>, now: number): boolean {
  return now > notAfter + validityTolerance;
}

/** Throws `key.unacceptable` for a credential that begins more than 30 days from now. */
export function assertBegun({ notBefore, notAfter }: Validity, now: number): void {
  if (notAfter < notBefore) throw unacceptable('it ends before it begins');
  if (now < notBefore - validityTolerance) throw unacceptable('it begins more than 30 days from now');
}

/** Throws `key.unacceptable` for a credential that begins or ended more than 30 days away. */
export function assertInForce(validity: Validity, now: number): void {
  assertBegun(validity, now);
  if (isLapsed(validity, now)) throw unacceptable('it ended more than 30 days ago');
}
