import type { PeerId } from '../../engine/ids';

/** A deposit of a contact under a key that is not known as theirs. */
export interface QuarantineRow {
  /** H(deposit), 32 bytes. */
  readonly hash: Uint8Array;
  readonly peerId: PeerId;
  /** H(SPKI) of the key it came under, 32 bytes. */
  readonly spkiHash: Uint8Array;
  readonly deposit: Uint8Array;
  readonly receivedAt: number;
}

export interface QuarantineStore {
  /** Oldest first. */
  of(peerId: PeerId): readonly QuarantineRow[];
  /** Everybody something waits of. */
  people(): readonly PeerId[];
  has(hash: Uint8Array): boolean;
  /** By the key they came under. */
  usage(peerId: PeerId): readonly { readonly spkiHash: Uint8Array; readonly count: number; readonly bytes: number }[];
  add(row: QuarantineRow): void;
  remove(hash: Uint8Array): void;
  removePeer(peerId: PeerId): void;
  /** Those that came before or after, Unix milliseconds; what somebody sent whose request is open stays. */
  removeOutside(from: number, to: number): void;
}
