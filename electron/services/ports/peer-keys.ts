import type { KeyOrigin } from '../../../shared/model/identity';
import type { LinkPurpose } from '../../engine/certificates/key-link';
import type { PeerId } from '../../engine/ids';

/** One identity key of another person that is, or was, pinned. */
export interface PeerKeyRow {
  readonly peerId: PeerId;
  /** SHA-256 of its SPKI, 32 bytes. */
  readonly spkiHash: Uint8Array;
  readonly epoch: number;
  /** When it was first believed here, Unix milliseconds. */
  readonly since: number;
  readonly origin: KeyOrigin;
  /** Compared by this person while it was the key in use. */
  readonly checked: boolean;
  /** Until when messages under it are still taken after a later one took its place, Unix milliseconds; absent: not at all. */
  readonly acceptedUntil?: number;
  /** How the key before led to it, as encoded; absent for the first, and where a person decided. */
  readonly steps?: Uint8Array;
  /** SubjectPublicKeyInfo, DER, of a key that was left since it vouched for the next: its owner is asked under it, too (A73). Absent once the person or the recovery key decided. */
  readonly spki?: Uint8Array;
}

/** A key that may be a person's next one, or only says so. */
export interface KeyCandidateRow {
  readonly peerId: PeerId;
  readonly spkiHash: Uint8Array;
  readonly epoch: number;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** What speaks for it; `nothing`: somebody showed it in this person's name. */
  readonly vouched: 'old-key' | 'recovery' | 'person' | 'nothing';
  readonly purpose: LinkPurpose;
  /** Epoch of the newest recovery statement on the way to it, or known before. */
  readonly recovered?: number;
  /** How the pinned key leads to it: steps as they came; empty where nothing does. */
  readonly elements: Uint8Array;
  /** Chain of a device under it that was verified, as encoded. */
  readonly chain?: Uint8Array;
  /** Unix milliseconds. */
  readonly seenAt: number;
}

/** The certificate of a contact's key ended long ago, and the contact was met with it (protocol.md §2). */
export interface KeyLapseRow {
  readonly peerId: PeerId;
  /** Of the key it is about, 32 bytes: of no other is anything said. */
  readonly spkiHash: Uint8Array;
  /** Until when the user lets it count, Unix milliseconds; absent before a yes. */
  readonly until?: number;
}

/** `unknown-key`: somebody showed a key in this person's name that nothing speaks for. `frozen`: one key vouches for two. */
export interface KeyTroubleRow {
  readonly peerId: PeerId;
  readonly kind: 'unknown-key' | 'frozen';
  readonly since: number;
}

/** What is believed of other people's identity keys beside the pin itself, which is the peer store's. */
export interface PeerKeyStore {
  /** Keys that are or were pinned, newest first. Empty for somebody whose first key still is the one. */
  history(peerId: PeerId): readonly PeerKeyRow[];
  putKey(row: PeerKeyRow): void;
  /** Forgets the earliest ones of a person who had very many. */
  trimKeys(peerId: PeerId): void;
  /** Nobody is asked under keys before the pinned one any more: which one counts was decided. */
  settleKeys(peerId: PeerId): void;
  /** No key before the pinned one is accepted any more. */
  endGrace(peerId: PeerId): void;
  /** Newest sight first. */
  candidates(peerId: PeerId): readonly KeyCandidateRow[];
  /** Of everybody, those that something speaks for. */
  vouched(): readonly KeyCandidateRow[];
  putCandidate(row: KeyCandidateRow): void;
  removeCandidate(peerId: PeerId, spkiHash: Uint8Array): void;
  removeCandidates(peerId: PeerId): void;
  troubles(): readonly KeyTroubleRow[];
  setTrouble(peerId: PeerId, trouble: Omit<KeyTroubleRow, 'peerId'> | undefined): void;
  lapses(): readonly KeyLapseRow[];
  putLapse(row: KeyLapseRow): void;
  /** H(recovery key) and the epoch of the newest recovery, once known. */
  recovery(peerId: PeerId): { readonly keyHash?: Uint8Array; readonly epoch?: number };
  setRecovery(peerId: PeerId, recovery: { readonly keyHash?: Uint8Array; readonly epoch?: number }): void;
  /** 32 bytes, shared with this person since the newest session that was not resumed; the caller's own copy. */
  pairSecret(peerId: PeerId): Uint8Array | undefined;
  /** The three newest of everybody: of two sessions made at once each side may count another one as the newer. */
  pairSecrets(): readonly (readonly [PeerId, Uint8Array])[];
  addPairSecret(peerId: PeerId, secret: Uint8Array): void;
  /** Highest own epoch each person proved to know; 0 before a first proof. */
  proven(): ReadonlyMap<PeerId, number>;
  /** Only ever rises; gives whether it changed. */
  setProven(peerId: PeerId, epoch: number): boolean;
  /** Everything here of a person who is removed; `peers` takes its columns along. */
  forget(peerId: PeerId): void;
  /** Own keys up to this epoch are answered for to nobody any more; 0: all are. */
  forgottenEpoch(): number;
  setForgottenEpoch(epoch: number): void;
}
