import { eraseOldKeys, type OwnKey } from '../engine/certificates/rotation';
import type { Crypto } from '../engine/crypto/crypto';
import type { LocalRecord } from '../engine/ports';
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

/** Makes durable what another record follows from; the profile is to be opened again with it. False when nothing changed. */
export async function changeOwnRecord(crypto: Crypto, profile: OpenProfile, change: OwnChange, { also, after }: Following = {}): Promise<boolean> {
  const { local } = profile.vault.stores;
  const record = loadRecord(local);
  let next: LocalRecord | undefined;
  try {
    next = await change(record);
    const changed = next;
    if (changed === undefined) return false;
    profile.commit(() => {
      local.save(changed);
      noteGone(crypto, profile.vault.stores, record.instanceList, changed.instanceList);
      // With another exchange key alone sessions go on as they would.
      if (!isSame(changed.instanceList, record.instanceList) || changed.unconfirmed !== record.unconfirmed) profile.resumptions.forgetAll();
      also?.(changed);
    });
    after?.(changed);
    return true;
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
