import type { KeyGeneration, KeyStatus, ShiftPolicy, ShiftReason } from '../../../shared/model/keys';
import type { IdentityCertificate } from '../certificates/identity-certificate';
import type { ExchangeCredential } from '../certificates/credential';
import type { VerifiedChain } from '../certificates/chain';
import type { DialogId, InstanceId, PeerId } from '../ids';
import type { Content, MessageRef } from './content';
import type { DialogKey } from './dialog-store';
import type { SharedDialogs } from './shared-dialogs';
import type { RefusalKind } from './shift-store';
import type { ShortMessage } from './short-form';
import type { Standing } from './standing';

/** What a service knows of the person at the other end, asked anew for every message (S1-44). */
export interface RemoteParty {
  readonly peerId: PeerId;
  readonly identity: IdentityCertificate;
  /** The exchange credential to wrap to. */
  readonly exchange: ExchangeCredential;
  readonly blocked: boolean;
  readonly mayMessage: boolean;
  readonly mayOpen: boolean;
  /** Their identity key is in doubt: what comes is judged as ever, nothing is sealed or sent until that is settled. */
  readonly held?: boolean;
}

/** One device of a person, with the exchange key it showed. */
export type DeviceOf = Pick<VerifiedChain, 'instance' | 'exchange'>;

/** A message that now stands in the outbox. */
export interface Sent {
  readonly sequence: number;
  readonly instanceId: InstanceId;
  /** Epoch of the session key it was sealed with; 0 while it waits to be sealed. */
  readonly keyEpoch: number;
  readonly sentAt: number;
}

/** Canonical bytes to hand to a session, a mailbox or a file. */
export interface Outbound {
  readonly dialogId: DialogId;
  /** 0 for a control message. */
  readonly sequence: number;
  readonly bytes: Uint8Array;
  /** Pass the last one as `after` to go on; 0 for a control message. */
  readonly cursor: number;
}

/**
 * What became of one received message. `rejected` is uniform: the reason is for logs and tests and is never told to
 * the sender. `duplicate` was delivered or buffered before; `held` waits for an earlier one; `wanted` came in the short
 * form with headers that are not in the caches: nothing was looked at, ask for `headers`, hdr1[16] ‖ hdr2[16].
 */
export type ReceiveOutcome =
  | { readonly kind: 'delivered'; readonly dialogId: DialogId; readonly count: number }
  | { readonly kind: 'held'; readonly dialogId: DialogId }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'control'; readonly dialogId: DialogId }
  | { readonly kind: 'wanted'; readonly headers: Uint8Array }
  | { readonly kind: 'rejected'; readonly reason: string };

/** Why a dialog failed: the rule's name; the window has words for each. */
export type FailureReason =
  | 'key-rollback'
  | 'key-conflict'
  | 'key-reused'
  | 'kek-rollback'
  | 'kek-conflict'
  | 'too-many-shifts'
  | 'key-too-old'
  | 'worn-out'
  | 'told-by-peer';

/** The services' side. Called inside the engine's transaction: what a handler writes stands or falls with it. */
export interface DialogSink {
  /** The peer opened a dialog with us. Comes once, before its first message. */
  opened(event: DialogKey & { readonly title: string }): void;
  /** `revision` and `by`, the device that said so: another title than the first; the higher number counts, of two the greater device. */
  titled(event: DialogKey & { readonly title: string; readonly revision?: number; readonly by?: InstanceId }): void;
  /** A numbered message that nobody sees as one, a title or a link, of either side. Comes with each, the other person's and one's own. */
  unseen(event: DialogKey & { readonly instanceId: InstanceId; readonly sequence: number }): void;
  /** The other person is done with this dialog: nothing is sent or taken there any more. */
  closed(event: DialogKey): void;
  /** The peer goes on here where the dialog `continues` stopped: its word, whether or not there is such a dialog. */
  continued(event: DialogKey & { readonly continues: DialogId }): void;
  /** In order, exactly once per stream. Titles and links never come this way. */
  delivered(
    event: DialogKey & {
      readonly instanceId: InstanceId;
      readonly sequence: number;
      readonly content: Content;
      /** It was first sent by a device that is no more, as this message of its stream: to be shown once. */
      readonly original?: MessageRef & { readonly sentAt: number };
      /** This device never heard what the other own devices have had: it may have been shown there long ago. */
      readonly maybeRepeat?: true;
      /** What the sender's clock said: shown, never trusted. */
      readonly sentAt: number;
      readonly receivedAt: number;
      readonly keyEpoch: number;
    },
  ): void;
  /** Everything up to `upTo` of this device's stream is in the other person's hands; before `from` it was known to be. `gap`: later ones are there and something between is missing, so send `pending` from the start again. */
  acknowledged(event: DialogKey & { readonly instanceId: InstanceId; readonly from: number; readonly upTo: number; readonly gap: boolean }): void;
  /** The other person read up to here of this device's stream, by its own word. Comes again and again. */
  read(event: DialogKey & { readonly instanceId: InstanceId; readonly upTo: number }): void;
  shifted(
    event: DialogKey & {
      readonly who: 'you' | 'peer';
      /** The device whose stream has the new key. */
      readonly instanceId: InstanceId;
      readonly from: number;
      readonly to: number;
      /** For the peer only `first`, `peer` (its own routine decision) and `compromise` can be told apart. */
      readonly reason: ShiftReason;
      readonly at: number;
    },
  ): void;
  /** A message that waited was sealed. */
  sealed(event: DialogKey & { readonly instanceId: InstanceId; readonly sequence: number; readonly keyEpoch: number }): void;
  failed(event: DialogKey & { readonly reason: FailureReason }): void;
  /** What is written in this dialog waits for so long, because this device's stream had as many new keys in an hour as the other side allows. */
  resting(event: DialogKey & { readonly milliseconds: number }): void;
  /** Messages to this peer that were handed over before have other bytes now: hand over all unacknowledged ones again. */
  resealed(event: { readonly peerId: PeerId }): void;
  /**
   * The first message of a stream could not be opened for want of its key; `kind` undefined: one could again. Without a
   * dialog where it belongs to none known here.
   */
  problem(event: { readonly peerId: PeerId; readonly dialogId?: DialogId; readonly instanceId: InstanceId; readonly kind: RefusalKind | undefined }): void;
  /** These places of a stream are lost for both people. */
  gap(event: DialogKey & { readonly instanceId: InstanceId; readonly first: number; readonly last: number }): void;
  /** A message of the device this one was goes again as this one's; titles, too. */
  takenOver(event: DialogKey & { readonly from: MessageRef; readonly instanceId: InstanceId; readonly sequence: number; readonly keyEpoch: number }): void;
  /** From here on this device sends in this dialog as a new one. */
  renewed(event: DialogKey & { readonly from: number; readonly at: number }): void;
  /** This device was rolled back or copied. Nothing is sent any more until it has become a new one. */
  rolledBack(event: { readonly peerId: PeerId; readonly reason: RollbackReason }): void;
}

/** Numbered messages under one key begin at this sequence of its stream. */
interface FromSequence {
  readonly firstSequence: number;
}

interface OfDevice {
  readonly instanceId: InstanceId;
}

/** Without what services keep: the history, and what of the numbered messages a person sees. */
export type DialogKeyStatus = Omit<KeyStatus, 'history' | 'sending' | 'receiving' | 'transcript'> & {
  readonly sending: (NonNullable<KeyStatus['sending']> & FromSequence) | null;
  readonly receiving: readonly (KeyStatus['receiving'][number] & FromSequence & OfDevice)[];
  readonly transcript: Omit<KeyStatus['transcript'], 'shown' | 'messageId'> & Partial<OfDevice>;
};

export interface DialogTimeline {
  /** Oldest first, at most the 200 newest of each side. */
  readonly generations: readonly (Omit<KeyGeneration, 'forgotten'> & OfDevice)[];
  /** When the oldest key exchange key was made that this device created for the pair and still has; undefined for none. */
  readonly exchangeKeySince: number | undefined;
}
/** How it showed: a start this device does not know; a sequence or counter it never gave out; another history. */
export type RollbackReason = 'start-token' | 'exchange-key' | 'sequence' | 'digest' | 'device-list';


/** `compromise`: somebody else may have a key. `devices`: a device of either person counts no more, also one that a restored backup replaced; nobody else need have seen anything. */
export type DistrustReason = 'compromise' | 'devices';

/**
 * Dialogs of one person's device with everybody else (seeds 000 and 001). Synchronous; every call that writes runs in
 * a transaction of the store and joins the caller's. If that one is rolled back the engine notices at its next call.
 */
export interface DialogEngine {
  /**
   * A new dialog, durable at once, also while the peer is not yet known. Its title travels as sequence 1, the dialog it
   * continues as sequence 2.
   */
  open(peerId: PeerId, options: { readonly title: string; readonly continues?: DialogId }): DialogId;
  /**
   * Gives the content its place in the stream and puts it into the outbox; sealed at once when the peer is known.
   * Errors: conversation.unknown, conversation.failed, contact.blocked, message.too-long.
   */
  send(dialog: DialogKey, content: Content): Sent;
  /** Seals what waited for this peer's exchange credential; gives how many. Does nothing while it is unknown. */
  sealWaiting(peerId: PeerId): number;
  /** Sealed messages the peer has not acknowledged, in the order they were sent, at most `limit` after `after`. */
  pending(peerId: PeerId, options: { readonly after?: number; readonly limit: number }): readonly Outbound[];
  /**
   * Control messages due to this peer (acknowledgements, failures, gaps), made now and no longer due then. `to`: only
   * what concerns the streams of that device, locked to the exchange key it showed.
   */
  acknowledgements(peerId: PeerId, to?: DeviceOf): readonly Outbound[];
  /** Read up to here, of this device's stream: told with the next acknowledgement. Nothing where that is no news. */
  read(dialog: DialogKey, instanceId: InstanceId, upTo: number): void;
  /** Control messages of these dialogs were not understood: whatever they said is due again, as it is now. */
  repeatControls(peerId: PeerId, dialogs: readonly DialogId[]): void;
  /** All of a batch in one transaction. `source` is the verified chain of the device that sent them. */
  receive(source: VerifiedChain, batch: readonly (Uint8Array | ShortMessage)[]): readonly ReceiveOutcome[];
  /** A new session key for what this device sends in the dialog. Errors: keys.too-often with retryAt, conversation.*. */
  shift(dialog: DialogKey, reason: 'hand'): { readonly from: number; readonly to: number };
  /**
   * A new key exchange key of this device for the pair. `compromised`: nothing locked with earlier ones is accepted any
   * more, every session key of the pair is replaced, and what is not acknowledged is sealed again. Errors:
   * conversation.*, contact.blocked, contact.pending, keys.too-often with retryAt.
   */
  shiftPair(dialog: DialogKey, options: { readonly compromised: boolean }): { readonly epoch: number };
  /**
   * What was agreed with this person may be known to others, because their identity key was or a device counts no more: as `shiftPair` with
   * `compromised`, and as often as that happens, also while their key is in doubt. Nothing where there is nobody, or nobody who may be sent to.
   */
  distrust(peerId: PeerId, reason: DistrustReason): void;
  /** Erases what is past its time; once after opening. */
  tidy(): void;
  status(dialog: DialogKey): DialogKeyStatus;
  /** Changes what is named, keeps the rest. Errors: conversation.unknown, conversation.failed, conversation.closed. */
  setPolicy(dialog: DialogKey, change: Partial<ShiftPolicy>): void;
  timeline(dialog: DialogKey): DialogTimeline;
  /** The instance list of this person, or one's own, names other devices: the next message of each dialog takes a new key where the policy says so. */
  devicesChanged(peerId: PeerId): void;
  /** Milliseconds after which `sealWaiting` locks again what a device of this person lacks and another one has; undefined: nobody lacks anything, or can be sent to. */
  patience(peerId: PeerId): number | undefined;
  /** Whether what is written there waits, because this device's stream had as many new keys in an hour as the other side allows. */
  isResting(dialog: DialogKey): boolean;
  /** What to tell that device first in a session with it. `list`: the newest list of its person, if not the one it showed. */
  standing(peerId: PeerId, instanceId: InstanceId, list?: Uint8Array): readonly Standing[];
  /**
   * What that device told first. `rolled-back`: this one must become a new device before it sends anything; it is told
   * to the sink, and from now on nothing is sealed, pending or acknowledged. `more`: another part follows. `connection`: the object that stands for
   * the one it came on, `source` when left out; of one device many may show the same chain.
   */
  meet(source: VerifiedChain, standing: Standing, connection?: object): 'met' | 'more' | 'rolled-back';
  /** Holds everything back: the device list says that this device is no more. */
  hold(): void;
  /** Takes over what the device this one was had not delivered. Once, in the transaction that makes the new device durable. */
  succeed(retired: InstanceId): void;
  /** Devices of this person that are no longer: their key exchange keys are not used any more. */
  forgetDevices(peerId: PeerId, instances: readonly InstanceId[]): void;
  /** This person is done with the dialog: nothing more is sent or taken, what was said there is erased, and the other side is told. */
  close(dialog: DialogKey): void;
  /** Deletes the pair's key exchange keys and forgets every session key of its dialogs (A19). */
  block(peerId: PeerId): void;
  /** What own devices tell each other of dialogs. */
  readonly shared: SharedDialogs;
  /** Wipes every key in memory; the engine is of no use afterwards. */
  wipe(): void;
}
