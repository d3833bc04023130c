import type { InstanceId, PeerId } from '../ids';
import type { Position } from './records';

/**
 * What one confirmed session leaves behind so that the next of the same two devices costs no public-key operation but
 * X25519 (protocol.md §8, resumption). Not MK: who steals an entry must not open the recorded session that made it (A56).
 */
export interface ResumptionEntry {
  /** H("key-id" ‖ MK), 32 bytes: used once, new after every session. */
  readonly keyId: Uint8Array;
  /** RS = HKDF(MK, "resumption"), 32 bytes. */
  readonly secret: Uint8Array;
  readonly peerId: PeerId;
  readonly peerInstance: InstanceId;
  /** Hash of the instance credential the other device showed, 32 bytes. */
  readonly peerInstanceHash: Uint8Array;
  readonly ownInstanceHash: Uint8Array;
  /** The pin the session was confirmed under, 32 bytes. */
  readonly pinnedSpkiHash: Uint8Array;
  /** H(own chain as encoded), 32 bytes: a renewal of ours ends the entry. */
  readonly ownChainHash: Uint8Array;
  /** The other device's chain as it was verified. */
  readonly peerChain: Uint8Array;
  /** Unix milliseconds. */
  readonly madeAt: number;
  /** Seven days after the last full handshake: resumptions do not put it off. */
  readonly expiresAt: number;
  /** Where the session's directions stood at its end; as at its confirmation until then, or when there was no orderly end. */
  readonly sent: Position;
  readonly received: Position;
  /** Which device of the person has this entry, sealed for that person's devices: shown to another one of them (protocol.md §10.5). At most 64 bytes. */
  readonly hint?: Uint8Array;
  /** Taken over from another device of the own person: a session made from it was handed over. */
  readonly taken?: true;
}

/**
 * What of an entry travels when a session is handed over (seed 003, figure 2; S4-10): RS, made of MK, whom it is with and under which pin and
 * chain, its end, and where both directions stand. Never a record key: the keys of the session that goes on come from
 * MK', which holds both sides' fresh shares.
 */
export type SharedState = Omit<ResumptionEntry, 'ownInstanceHash' | 'ownChainHash' | 'hint' | 'taken'>;

/**
 * Keeps entries inside the encrypted database: at most one per pair of instances, at most `maxResumptions` in all, the
 * oldest go first. Entries given out are the caller's own copies: their secret is wiped after use.
 */
export interface ResumptionStore {
  byKeyId(keyId: Uint8Array): ResumptionEntry | undefined;
  /** One per device of this person, newest first. */
  ofPeer(peerId: PeerId): readonly ResumptionEntry[];
  /** Takes the place of the entry of the same pair of instances. */
  put(entry: ResumptionEntry): void;
  /** Where a session ended; nothing when its entry is gone. */
  setPositions(keyId: Uint8Array, sent: Position, received: Position): void;
  /** What the other side gave to show to its other devices; nothing when the entry is gone. */
  setHint(keyId: Uint8Array, hint: Uint8Array): void;
  remove(keyId: Uint8Array): void;
  removePeer(peerId: PeerId): void;
  removeAll(): void;
  /** Those whose time is over, and those made under another chain of our own. */
  removeUnusable(now: number, ownChainHash: Uint8Array): void;
}

export const resumptionMs = 7 * 24 * 3_600_000;
export const maxResumptions = 4_096;
