import type { InstanceId } from '../../engine/ids';
import type { LedgerLine } from '../../engine/sharing/ledger';
import type { SharingKey } from '../../engine/sharing/sharing-keys';

/** A key shared with other devices of the own person: with all of them, or given to or by one. */
export type HeldKey = { readonly key: SharingKey } & ({ readonly kind: 'person' } | { readonly kind: 'to' | 'from'; readonly instanceId: InstanceId });

/** A session that is being handed over, as this device sees it. */
export interface LedgerRow {
  readonly keyId: Uint8Array;
  /** `holder`: this device has it, lends it or lent it. The others: it is about to be taken from there, and not used yet. */
  readonly part: 'holder' | 'from-owner' | 'from-repository';
  readonly line: LedgerLine;
}

/** Inside the encrypted database; what a backup leaves out. */
export interface SharingStore {
  keys(): readonly HeldKey[];
  /** Does nothing for one that is there. */
  putKey(held: HeldKey): void;
  /** Those made under a lower version of the device list. */
  removeKeysBefore(listVersion: number): void;
  ledger(keyId: Uint8Array): LedgerRow | undefined;
  /** What is about to be taken. */
  pending(): readonly LedgerRow[];
  /** What this device has, lends or lent. */
  holding(): readonly LedgerRow[];
  putLedger(row: LedgerRow): void;
  removeLedger(keyId: Uint8Array): void;
  removeExpired(now: number): void;
}
