import { eraseOldKeys, type OwnKey } from '../engine/certificates/rotation';
import type { Crypto } from '../engine/crypto/crypto';
import { startDurably } from '../engine/dialog/start-token';
import type { Clock, LocalRecord } from '../engine/ports';
import type { OpenProfile } from './open-profile';
import { noteGone } from './devices/gone-devices';
import { isSame } from './moving-pins';
import { loadRecord } from './retiring';
import { wipeRecord } from './wipe-record';

/** Makes another record of the own one, which is wiped afterwards; undefined for nothing to do. */
export type OwnChange = (record: LocalRecord) => Promise<LocalRecord | undefined>;

/** What follows from another record: `also` runs in the transaction, `after` when it is done. */
export interface Following {
  readonly also?: ((next: LocalRecord) => void) | undefined;
  readonly after?: ((next: LocalRecord) => void) | undefined;
}

interface RecordParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
}

/**
 * With what the profile needs of the disk to be opened again, in the transaction that makes this necessary: one that found no room after it would
 * be told as refused though it is done, and would leave the vault locked. Gives the start token for that opening (protocol.md §7).
 */
export function nextStart({ crypto, clock }: RecordParts, profile: OpenProfile, change: () => void = () => undefined): Uint8Array {
  return profile.commit(() => {
    change();
    return startDurably(crypto, profile.local, profile.stores.dialogs, clock.now());
  });
}

/** Makes durable what another record follows from; the profile is to be opened again with it, under the token this gives. Undefined when nothing changed. */
export async function changeOwnRecord(parts: RecordParts, profile: OpenProfile, change: OwnChange, { also, after }: Following = {}): Promise<Uint8Array | undefined> {
  const { crypto } = parts;
  const { local } = profile.vault.stores;
  const record = loadRecord(local);
  let next: LocalRecord | undefined;
  try {
    next = await change(record);
    const changed = next;
    if (changed === undefined) return undefined;
    const token = nextStart(parts, profile, () => {
      local.save(changed);
      noteGone(crypto, profile.vault.stores, record.instanceList, changed.instanceList);
      // With another exchange key alone sessions go on as they would.
      if (!isSame(changed.instanceList, record.instanceList) || changed.unconfirmed !== record.unconfirmed) profile.resumptions.forgetAll();
      also?.(changed);
    });
    after?.(changed);
    return token;
  } finally {
    wipeRecord(crypto, record);
    if (next !== undefined) wipeRecord(crypto, next);
  }
}

/** Erases private halves of old identity keys, from the database and from memory; true when there were such. `also` runs in the transaction. */
export function eraseOldHalves(crypto: Crypto, profile: OpenProfile, isGone: (key: OwnKey) => boolean, also: () => void = () => undefined): boolean {
  const { local } = profile.vault.stores;
  const record = loadRecord(local);
  try {
    const next = eraseOldKeys(record, (key) => !isGone(key));
    profile.commit(() => {
      if (next !== record) local.save(next);
      also();
    });
    if (next === record) return false;
    profile.local.dropOldKeys(new Set(next.identityKeys.filter(({ privateKey }) => privateKey === undefined).map(({ epoch }) => epoch)));
    return true;
  } finally {
    wipeRecord(crypto, record);
  }
}
