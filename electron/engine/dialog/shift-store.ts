import type { DialogId, InstanceId, PeerId } from '../ids';
import type { DialogKey, StreamKey } from './dialog-store';

/**
 * Session keys of a stream that take over sequences earlier ones were used for (protocol.md §6): after a compromise,
 * because nobody is to believe those; `again`, because their messages cannot be opened any more. Every key says so until
 * the peer has acknowledged all that the earlier ones were used for: a lost message takes nothing with it.
 */
export interface Takeover {
  readonly kind: 'compromise' | 'again';
  /** Why the first such key is made. */
  readonly reason: 'compromise' | 'pair' | 'devices';
  /** Highest sequence that may have been locked before. */
  readonly upTo: number;
  /** The first such key was made. */
  readonly made: boolean;
}

/** Why messages could not be opened: shown to the person, never told to the sender. */
export type RefusalKind = 'key-destroyed' | 'key-refused' | 'too-many-keys' | 'key-broken';

export interface Refusal {
  readonly kind: RefusalKind;
  /** The device that sent them. */
  readonly instanceId: InstanceId;
  /** Absent when they belong to no dialog known here. */
  readonly dialogId?: DialogId;
  /** Different messages; a repeat of one counts once. */
  readonly count: number;
  /** When the first of them came. */
  readonly since: number;
}

/** Outbox messages of one dialog sealed to an exchange credential that ends at `until`. */
export interface SealedTo extends DialogKey {
  readonly until: number;
  /** The first of them. */
  readonly sequence: number;
}

/** Durable state of shifted and taken-over keys; part of the dialog store, in the same transactions. */
export interface ShiftStore {
  takeover(key: StreamKey): Takeover | undefined;
  putTakeover(key: StreamKey, takeover: Takeover): void;
  removeTakeover(key: StreamKey): void;

  /** Takes the sealed bytes from every message of the stream from `from` on: they wait to be sealed again. Gives how many. */
  unsealOutbox(key: StreamKey, from: number): number;
  /** What waited at the peer and is not among `still` waits there no more: it is pending again. Gives how many. */
  releaseOutbox(key: StreamKey, still: readonly number[]): number;
  /** What is sealed to exchange credentials that end before `until`. */
  sealedBefore(peerId: PeerId, until: number): readonly SealedTo[];
  /** Removes everything of the stream that came early. */
  dropHeld(key: StreamKey): void;

  /** Of the peer, in the dialogs known here and outside of them. */
  refusals(peerId: PeerId): readonly Refusal[];
  /** One message more, unless it is counted already. */
  addRefusal(peerId: PeerId, refusal: Omit<Refusal, 'count'>, sequence: number): void;
  clearRefusals(peerId: PeerId, dialogId: DialogId | undefined, instanceId: InstanceId): void;
}
