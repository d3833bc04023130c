import type { ShiftPolicy } from '../../../shared/model/keys';
import type { DialogKey, StreamKey } from './dialog-store';

/** A session key of another device's stream that came with a message and was the highest so far (protocol.md §6). */
export interface PeerShiftRow extends StreamKey {
  readonly epoch: number;
  /** False for the stream's first key, which is no shift. */
  readonly counted: boolean;
  /** The sender's own time, as told: Unix milliseconds by a clock nobody here knows. */
  readonly sentAt: number;
  /** The same, where each shift of the stream adds what it says has gone by since the one before, and nothing when that is less than nothing. Milliseconds; only how far two are apart is looked at. */
  readonly senderTime: number;
  /** Never falls within a stream, whatever the wall clock did. */
  readonly receivedAt: number;
}

/** Policies and the peer's shifts; part of the dialog store, in the same transactions (S2-20). */
export interface PolicyStore {
  /** Undefined for the default. */
  policy(key: DialogKey): ShiftPolicy | undefined;
  putPolicy(key: DialogKey, policy: ShiftPolicy): void;
  /** The newest of the stream, counted or not. */
  newestPeerShift(key: StreamKey): PeerShiftRow | undefined;
  /** The `n`th newest counted one, from 1. */
  nthPeerShift(key: StreamKey, n: number): PeerShiftRow | undefined;
  addPeerShift(row: PeerShiftRow): void;
}
