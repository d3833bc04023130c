import type { InstanceId } from '../../engine/ids';
import type { Address } from '../../engine/ports';

/** Another device of the own person. The signed list in the own record decides whether it counts; this says how to reach it. */
export interface DeviceRow {
  readonly instanceId: InstanceId;
  /** Its credential, verified before it was stored: name, signing key, KEM key. */
  readonly credential: Uint8Array;
  /** When its newest card was made, by its own clock, Unix milliseconds; 0 before the first. */
  readonly cardTime: number;
  /** At most eight, best first. */
  readonly addresses: readonly Address[];
  /** When this device first heard of it, Unix milliseconds. */
  readonly addedAt: number;
  /** When there was last a session with it. */
  readonly lastSeenAt?: number;
  /** It was let in here and has not shown yet that it holds what it was given. */
  readonly awaited?: true;
}

export interface DeviceStore {
  find(instanceId: InstanceId): DeviceRow | undefined;
  list(): readonly DeviceRow[];
  put(row: DeviceRow): void;
  setSeen(instanceId: InstanceId, at: number): void;
  remove(instanceId: InstanceId): void;
}
