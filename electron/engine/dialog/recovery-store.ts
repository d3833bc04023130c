import type { InstanceId, PeerId } from '../ids';
import type { DialogKey, SendingRow, StreamKey } from './dialog-store';

/** What this device has of one stream of another device, told to that device when they meet. */
export interface StandingRow extends DialogKey {
  /** Delivered in order up to here, with the transcript digest there. */
  readonly cumulative: number;
  readonly digest: Uint8Array;
  /** Highest sequence that is here, delivered or waiting. */
  readonly highest: number;
  /** Highest control counter accepted. */
  readonly control: number;
  readonly failed: boolean;
}

/** One place of an own stream as the outbox remembers it. */
export interface KeptRow extends StreamKey {
  readonly sequence: number;
  /** c ‖ content; empty once it was erased. */
  readonly content: Uint8Array;
  readonly digest: Uint8Array;
  readonly sentAt: number;
  /** The other person has it: no sealed bytes are kept. */
  readonly acknowledged: boolean;
  /** Sealed bytes stand ready. */
  readonly sealed: boolean;
  /** Its writer took it back, or it disappeared: to be forgotten once the other person has it. */
  readonly erased: boolean;
}

/** Places of a stream that are lost for both people. */
export interface GapRow extends StreamKey {
  readonly first: number;
  readonly last: number;
  /** When this device learned of it, Unix milliseconds. */
  readonly at: number;
}

export interface RetirementRow {
  readonly at: number;
  readonly retired: InstanceId;
  readonly successor: InstanceId;
  readonly reason: string;
  /** Whose word it was. */
  readonly toldBy: PeerId;
}

/** What survives the worst: part of the dialog store, in the same transactions (protocol.md §7). */
export interface RecoveryStore {
  /** Start tokens this device made, newest last; at most `keep` are remembered. */
  addOwnToken(instanceId: InstanceId, token: Uint8Array, keep: number): void;
  isOwnToken(instanceId: InstanceId, token: Uint8Array): boolean;
  /** Undefined before the first. */
  ownTokens(instanceId: InstanceId): { readonly oldest: Uint8Array; readonly newest: Uint8Array } | undefined;

  addRetirement(row: RetirementRow): void;
  /** Newest first. */
  retirements(): readonly RetirementRow[];

  /** Every stream of this other device. */
  standings(peerId: PeerId, instanceId: InstanceId): readonly StandingRow[];
  /** Every stream of this own device; of one person's dialogs, if one is given. */
  sendings(instanceId: InstanceId, peerId?: PeerId): readonly SendingRow[];

  /** Rows in [first, last], lowest first; places without a row are left out. */
  keptOutbox(key: StreamKey, first: number, last: number): readonly KeptRow[];
  /** Rows from `first` on that the other person may not have, lowest first. */
  openOutbox(key: StreamKey, first: number): readonly KeptRow[];
  /** Highest sequence the other person ever acknowledged; 0 for none. */
  highestAcknowledged(key: StreamKey): number;
  /** How many from `first` on the other person may not have. */
  countOpen(key: StreamKey, first: number): number;
  /** Acknowledged ones whose content is kept wait to be sealed again. */
  reopenOutbox(key: StreamKey, first: number, last: number): void;
  removeOutbox(key: StreamKey, sequence: number): void;
  /** Of what was removed from the outbox nothing stays behind: names of both people stand in what it was sealed with. */
  sweepOutbox(): void;
  /** Forgets c and content of an acknowledged row; its digest stays. */
  eraseOutbox(key: StreamKey, sequence: number): void;
  setOutboxDigest(key: StreamKey, sequence: number, digest: Uint8Array): void;

  /** One that reaches further takes the place of what began at the same sequence. */
  putGap(row: GapRow): void;
  /** Of both directions, lowest first within a stream. */
  gaps(key: DialogKey): readonly GapRow[];

  /** An acknowledgement is due for every stream of everybody: this device is a new one to them. */
  tellEverybody(): void;
  /**
   * An own device is no more: keys that nobody answered are forgotten, the others stay only by their names, dialogs are
   * no longer bound to it, and what is left in its outbox never goes out.
   */
  retireOwn(instanceId: InstanceId): void;
}
