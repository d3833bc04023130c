import type { InstanceId } from '../../engine/ids';
import type { StoredRecord } from './session-repository';

/** Records of sessions that this device keeps for the own other ones; what a backup leaves out, since none may come back. */
export interface HostedRecordStore {
  find(name: string): StoredRecord | undefined;
  /** Takes the place of the one there is. Gives the revision: higher than any given out before. */
  put(name: string, record: Uint8Array, writer: InstanceId, at: number): number;
  /** What all of one device’s writing takes. */
  usage(): ReadonlyMap<InstanceId, { readonly count: number; readonly bytes: number }>;
  /** Last written before or after, Unix milliseconds; or by a device that is none of these. */
  removeOutside(from: number, to: number, writers: readonly InstanceId[]): void;
}
