import type { VerifiedChain } from '../certificates/chain';
import type { InstanceId, PeerId } from '../ids';
import type { DialogKey, StreamKey } from './dialog-store';

/** A message of a contact that this device has accepted: with its bytes another own device judges it for itself. */
export interface AcceptedMessage extends StreamKey {
  /** Its sequence; of a control message what it concerns, of which only the newest word matters. */
  readonly place: number | ControlPlace;
  /** Canonical bytes: a view of memory that is used again. */
  readonly bytes: Uint8Array;
  readonly source: VerifiedChain;
}

/** Places lost in the sender's stream, or how far another own device's stream has come. */
export type ControlPlace = 'gap' | InstanceId;

/**
 * What the other own devices have to hear of dialogs (protocol.md §10). Called inside the engine's transaction, like the
 * sink, and never for what another own device has told.
 */
export interface DialogNews {
  /** Whether repeats can be told from news: `waits` while not everything was heard once, `unsure` when that was given up. */
  readonly judgement: 'sure' | 'unsure' | 'waits';
  /** There is a dialog, whoever opened it. */
  opened(dialog: DialogKey): void;
  accepted(message: AcceptedMessage): void;
  /** This much of another person's stream is here now. */
  moved(stream: StreamKey): void;
  /** This device's own stream is longer now. */
  sent(stream: StreamKey): void;
  /** Key exchange keys of this creator below a higher epoch than before are refused. */
  raised(peerId: PeerId, creator: InstanceId): void;
  failed(dialog: DialogKey): void;
}
