import type { ShiftReason } from '../../../shared/model/keys';
import type { KekStore } from '../exchange/kek-store';
import type { DialogId, DskId, InstanceId, KekId, PeerId } from '../ids';
import type { Transactions } from '../ports';
import type { PolicyStore } from './policy-store';
import type { RecoveryStore } from './recovery-store';
import type { SharedStore } from './shared-store';
import type { ShiftStore } from './shift-store';

/** A conversation handle is unique only within a pair of people (S1-05, A40): both together are the key. */
export interface DialogKey {
  readonly peerId: PeerId;
  readonly dialogId: DialogId;
}

/** One direction of a dialog: what one device sends in it, in order (protocol.md §1). */
export interface StreamKey extends DialogKey {
  readonly instanceId: InstanceId;
}

export interface DialogRow extends DialogKey {
  readonly openedBy: 'you' | 'peer';
  readonly state: 'open' | 'failed' | 'closed';
  /** Name of the rule that failed it. */
  readonly failure?: string;
  readonly createdAt: number;
  /** Whose key exchange keys this dialog uses: set by the message that opened it (S1-17). */
  readonly kekCreator?: InstanceId;
  /** The peer was shown this dialog: `opened` went to the sink. */
  readonly announced: boolean;
  /** An authenticated word about the failure is still to be sent. */
  readonly failureDue: boolean;
}

/** What this device sends in one dialog. The session key itself lives in memory only (protocol.md §6). */
export interface SendingRow extends StreamKey {
  /** Next sequence to give out, from 1. */
  readonly nextSequence: number;
  /** Next sequence to be sealed: behind `nextSequence` while the peer's exchange credential is unknown. */
  readonly nextSealed: number;
  /** Everything up to here has reached the other person. */
  readonly acknowledged: number;
  /** Running transcript digest d_n of the last sequence given out, 32 bytes (protocol.md §7). */
  readonly digest: Uint8Array;
  /** Highest acknowledged sequence whose digest was compared, and how that ended. */
  readonly comparedUpTo: number;
  readonly comparedEqual: boolean;
  /** Last control counter used. */
  readonly control: number;
  /** Epoch of the session key in use; 0 before the first. */
  readonly epoch: number;
  /** When that key was made, and what was sealed with it so far. */
  readonly epochSince: number;
  readonly epochMessages: number;
  readonly epochBytes: number;
}

/** One session key of this device's stream: the durable history of its shifts, without the key. */
export interface SendingKeyRow extends StreamKey {
  readonly epoch: number;
  readonly dskId: DskId;
  readonly check: Uint8Array;
  readonly firstSequence: number;
  readonly reason: ShiftReason;
  readonly createdAt: number;
}

export interface OutboxRow extends StreamKey {
  readonly sequence: number;
  /** c ‖ content, unpadded: what is sealed again under the same sequence if it must be. */
  readonly content: Uint8Array;
  /** Digest d_n of this sequence, 32 bytes. */
  readonly digest: Uint8Array;
  readonly sentAt: number;
  /** The canonical bytes, absent while the peer's exchange credential is unknown. */
  readonly sealed?: {
    readonly bytes: Uint8Array;
    readonly keyEpoch: number;
    readonly kekId: KekId;
    /** End of the exchange credential it was sealed to, Unix milliseconds. */
    readonly until: number;
  };
}

export interface PendingRow extends DialogKey {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  /** Place in the outbox: rises with every row. */
  readonly cursor: number;
}

/** What is known of another device's stream: the replay state, which is no cache (S1-47). */
export interface ReceivingRow extends StreamKey {
  /** Everything up to here was delivered, in order, once. */
  readonly cumulative: number;
  /** Running transcript digest at `cumulative`, 32 bytes. */
  readonly digest: Uint8Array;
  /** Highest control counter accepted. */
  readonly controlFloor: number;
  /** Session key epoch of that control message. */
  readonly controlEpoch: number;
  /** The sender's own time, made non-decreasing and clamped to receipt. */
  readonly latestTime: number;
  readonly acknowledgementDue: boolean;
  /** Up to here this person read, as far as the other one is told; absent: nothing is told. */
  readonly readUpTo?: number;
  /** Key exchange key epochs seen in this stream with the sequences they covered. */
  readonly kekRanges: readonly KekRange[];
}

export interface KekRange {
  readonly creator: InstanceId;
  readonly epoch: number;
  readonly lowest: number;
  readonly highest: number;
}

/** One session key of another device's stream, without the key. */
export interface ReceivingKeyRow extends StreamKey {
  readonly epoch: number;
  readonly dskId: DskId;
  readonly check: Uint8Array;
  readonly firstSequence: number;
  readonly compromise: boolean;
  /** It takes over sequences of earlier ones without distrust of them. */
  readonly again?: boolean;
  /** Highest sequence that came under it; 0 while only control messages did. */
  readonly highest: number;
  readonly messages: number;
  readonly bytes: number;
  /** First and latest sender time under this key, each clamped to receipt. */
  readonly firstTime: number;
  readonly lastTime: number;
  readonly receivedAt: number;
  /** False once its range is complete: it can open nothing new. */
  readonly live: boolean;
}

/** A message that came too early and waits in order (encrypted at rest with the whole database). */
export interface HeldRow extends StreamKey {
  readonly sequence: number;
  /** c ‖ content. */
  readonly content: Uint8Array;
  readonly sentAt: number;
  readonly receivedAt: number;
  readonly keyEpoch: number;
}

/**
 * The dialog engine's durable state. Synchronous; `transaction` joins an outer one, so that a service's message row
 * and the engine's outbox row stand or fall together.
 */
export interface DialogStore extends KekStore, PolicyStore, RecoveryStore, SharedStore, ShiftStore, Transactions {
  /** A counter inside the transaction: it falls back when that transaction, or an outer one, is rolled back. */
  generation(): number;
  /** Raises it by one and gives the new value. */
  advance(): number;

  findDialog(key: DialogKey): DialogRow | undefined;
  putDialog(row: DialogRow): void;
  dialogsOf(peerId: PeerId): readonly DialogRow[];

  /** Dialogs that must never come back (A22, A37). */
  isBuried(key: DialogKey): boolean;
  bury(key: DialogKey, reason: string, at: number): void;
  /** It was buried on the word of somebody who had none. */
  unbury(key: DialogKey): void;
  /** Dialogs of the same peer that failed with their first message, too, without the `keep` newest ones. */
  stillborn(beside: DialogKey, keep: number): readonly DialogKey[];
  /** Everything of a dialog that failed with its first message, its tombstone too. */
  forgetStillborn(key: DialogKey): void;

  findSending(key: StreamKey): SendingRow | undefined;
  putSending(row: SendingRow): void;
  addSendingKey(row: SendingKeyRow): void;
  /** Newest first. */
  newestSendingKeys(key: StreamKey, limit: number): readonly SendingKeyRow[];

  /** Copies what it is given: the bytes stand in memory that is used again. So does `sealOutbox`. */
  addOutbox(row: OutboxRow): void;
  /** Stores the canonical bytes of a row that waited, or new ones of a row that must be locked again; it goes out from now on. */
  sealOutbox(key: StreamKey, sequence: number, sealed: NonNullable<OutboxRow['sealed']>): void;
  findOutbox(key: StreamKey, sequence: number): OutboxRow | undefined;
  /** Rows without bytes, in the order they were added; none of the dialogs `except`. */
  waiting(peerId: PeerId, limit: number, except?: readonly DialogId[]): readonly OutboxRow[];
  /** Sealed rows not yet in the other person's hands, in the order they were added. */
  pending(peerId: PeerId, after: number, limit: number): readonly PendingRow[];
  /**
   * The peer has everything up to `upTo`: sealed bytes go, content stays so that it can be asked for again. Gives the
   * ids of the key exchange keys those rows were sealed with.
   */
  acknowledge(key: StreamKey, upTo: number): readonly KekId[];
  /** These came early and wait at the peer: kept, no longer pending. */
  holdOutbox(key: StreamKey, sequences: readonly number[]): void;
  /** Ends everything unsent of a failed dialog: kept, no longer pending. */
  stopOutbox(key: DialogKey): void;
  /** Nothing that was said in this dialog is kept: of what waits to be sent, or for an earlier one. */
  eraseContents(key: DialogKey): void;
  /** What `stopOutbox` held of this stream goes again, in order. */
  resumeOutbox(key: StreamKey): void;

  findReceiving(key: StreamKey): ReceivingRow | undefined;
  receivings(key: DialogKey): readonly ReceivingRow[];
  putReceiving(row: ReceivingRow): void;
  /** Streams of this peer with an acknowledgement due. */
  acknowledgementsDue(peerId: PeerId): readonly StreamKey[];
  /** Dialogs of this peer whose failure is still to be told. */
  failuresDue(peerId: PeerId): readonly DialogKey[];

  /** All that are live and the `dead` newest others, oldest epoch first. */
  receivingKeys(key: StreamKey, dead: number): readonly ReceivingKeyRow[];
  /** Newest first. */
  newestReceivingKeys(key: StreamKey, limit: number): readonly ReceivingKeyRow[];
  /** True when some epoch of this stream has this id. */
  knowsSessionKey(key: StreamKey, dskId: DskId): boolean;
  putReceivingKey(row: ReceivingKeyRow): void;
  /** Of that stream's keys that can open nothing new, and of its shifts, only the `keep` newest stay. */
  trimKeys(key: StreamKey, keep: number): void;
  /** Every stream of this peer, either direction, that used a session key with this commitment (A29). */
  streamsWithCheck(peerId: PeerId, check: Uint8Array): readonly StreamKey[];

  addHeld(row: HeldRow): void;
  /** Lowest sequence first. */
  held(key: StreamKey): readonly HeldRow[];
  removeHeld(key: StreamKey, sequence: number): void;

  /** Newest start token heard of another device (protocol.md §7), 16 bytes. */
  startToken(peerId: PeerId, instanceId: InstanceId): Uint8Array | undefined;
  putStartToken(peerId: PeerId, instanceId: InstanceId, token: Uint8Array): void;
}
