import type { ExchangeCredential } from '../certificates/credential';
import type { InstanceId } from '../ids';
import type { KekRow } from './kek-store';

/**
 * When a key exchange key is replaced (protocol.md §5). Its creator replaces it after seven days and when an exchange
 * credential of either side has changed since it was made; the other side stops answering under it in time if the
 * creator does not. So no key is ever wrapped to two exchange credentials of one person, and a stolen exchange key
 * opens its own window only (S1-31, S1-48, A20).
 */
const day = 24 * 3600 * 1000;

/** Intended life of a key exchange key, in milliseconds. */
export const kekLifeMs = 7 * day;

/** How long after its end a received key is still answered under: its creator is given the first turn to replace it. */
const answeredAfterMs = day;

/** A key from further ahead than this was made under a clock that has been set back since. */
const aheadMs = day;

/** The exchange credentials in use: this person's own, and the one of the other side that is wrapped to. */
export interface Between {
  readonly own: Pick<ExchangeCredential, 'hash'>;
  readonly peer: Pick<ExchangeCredential, 'hash' | 'notBefore'>;
}

/** Wall-clock times in Unix milliseconds between which a key is sent under. */
export interface Life {
  readonly from: number;
  readonly until: number;
}

/** For how long something may be sent under a key: one of our own by what it says, a received one by what we know of its age, and a day longer to answer. */
export function lifeOf(row: KekRow, own: InstanceId): Life {
  if (row.creatingInstance === own) return { from: row.notBefore - aheadMs, until: row.notAfter };
  // The creator's clock is not ours: what it says cannot make a key live longer than one of ours.
  return { from: -Infinity, until: Math.min(row.notAfter, row.createdAt + kekLifeMs) + answeredAfterMs };
}

/**
 * Whether a key was made between these credentials. For a received one the creator's own clock says it: it wrote the
 * start of the key as well as the start of its credential.
 */
function isMadeBetween(row: KekRow, own: InstanceId, between: Between): boolean {
  if (row.creatingInstance !== own) return row.notBefore >= between.peer.notBefore;
  return same(row.ownExchange, between.own.hash) && same(row.peerExchange, between.peer.hash);
}

/** Whether something may still be sent under this key. Says nothing about its epoch's floor. */
export function isInUse(row: KekRow, own: InstanceId, between: Between, now: number): boolean {
  const { from, until } = lifeOf(row, own);
  return !row.deleted && now >= from && now < until && isMadeBetween(row, own, between);
}

/** Hashes of public credentials: no constant time wanted. */
function same(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0;
}
