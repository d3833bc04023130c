import { recoverBackup, type RecoveredBackup, recoverLocalRecord } from '../engine/certificates/recovery';
import type { Crypto } from '../engine/crypto/crypto';
import type { InstanceId } from '../engine/ids';
import type { LocalRecord } from '../engine/ports';
import { assertNotTooOften, currentKey, mostPerDay } from './own-keys';

const hourMs = 60 * 60 * 1000;

export interface RecoveringWith {
  readonly keep?: ReadonlySet<InstanceId>;
  readonly isBehind?: boolean;
}

/**
 * The record that the recovery key (Ed25519 seed, 32 bytes) names the key of. Only earlier recoveries count against it: whoever takes an identity
 * back must not have to wait because somebody else made keys. `keep`: which other devices go on; the rest is suspended. `isBehind`: contacts may know later keys than this record does. Errors: recovery.none, recovery.wrong-code, keys.too-often with retryAt.
 */
export async function recovered(crypto: Crypto, record: LocalRecord, seed: Uint8Array, now: number, { keep, isBehind = record.unconfirmed === true }: RecoveringWith = {}): Promise<LocalRecord> {
  assertNotTooOften({ identityKeys: record.identityKeys.filter(({ recovery }) => recovery !== undefined) }, now);
  return recoverLocalRecord(crypto, record, seed, now, isBehind ? { epoch: latestPossible(record, now) } : {}, keep);
}

/** As `recovered`, of a backup that does not hold the identity key. Errors: recovery.none, recovery.wrong-code, keys.too-often with retryAt. */
export async function recoveredBackup(crypto: Crypto, record: LocalRecord, seed: Uint8Array, now: number): Promise<RecoveredBackup> {
  assertNotTooOften({ identityKeys: record.identityKeys.filter(({ recovery }) => recovery !== undefined) }, now);
  return recoverBackup(crypto, record, seed, now, { epoch: latestPossible(record, now) });
}

/**
 * A record that came from a file may be behind: contacts may hold keys of this person that it never heard of, and take no recovery for a new one
 * that has an epoch they know of already. So many could have been made since its newest one.
 */
function latestPossible(record: LocalRecord, now: number): number {
  const { epoch, createdAt } = currentKey(record);
  // By renewing and by recovering, each counted by itself: on one day, and then fewer than one an hour. Another copy of the same file, put to use
  // an hour later, comes after this one.
  return epoch + 2 * mostPerDay + Math.max(0, Math.ceil((now - createdAt) / hourMs));
}
