import type { Transfer } from '../../../shared/model/transfer';
import type { PeerId } from '../../engine/ids';

/** One file of a message, both ways. */
export interface TransferRow {
  readonly transferId: string;
  /** The message that brings it: they go together. */
  readonly messageId: string;
  readonly conversationId: string;
  readonly peerId: PeerId;
  readonly direction: 'in' | 'out';
  /** Made safe. */
  readonly name: string;
  readonly size: number;
  /** SHA-256, 32 bytes. */
  readonly hash: Uint8Array;
  readonly mediaType: string;
  /** What its pieces are sealed with, 32 bytes. */
  readonly key: Uint8Array;
  readonly shown: Transfer['shown'];
  /** Name of what is here of it. */
  readonly file?: string;
  /** Pieces that are safely here, from the first on. */
  readonly have: number;
  /** Pieces the other side has, as far as it said. */
  readonly given: number;
  /** It is to be fetched to this device. */
  readonly wanted: boolean;
  readonly paused: boolean;
  /** How it ended, with an error code where it failed. */
  readonly ended?: 'done' | 'cancelled' | 'failed';
  readonly failure?: string;
  /** Whose doing a cancelled one was; absent where that is not known, as of what an older program told. */
  readonly cancelledBy?: NonNullable<Transfer['cancelledBy']>;
  /** The other side knows how it ended here. */
  readonly settled: boolean;
  readonly addedAt: number;
}

/** What of it changes. */
export type TransferChange = Partial<Pick<TransferRow, 'shown' | 'have' | 'given' | 'wanted' | 'paused' | 'settled'>> & {
  readonly file?: string | undefined;
  readonly ended?: TransferRow['ended'] | undefined;
  readonly failure?: string | undefined;
  readonly cancelledBy?: TransferRow['cancelledBy'] | undefined;
};

/** What a file is under until it is whole. */
export interface PartOnDisk {
  /** Absolute. */
  readonly path: string;
  /** Which file that is, as the system counts them; empty: it is about to be made. */
  readonly id: string;
}

/** Is told of a file before there is one, and again when it is known which one it is. What it throws leaves no file behind. */
export type PartNote = (part: PartOnDisk) => void;

/** Rows go with their messages, and when those become `deleted`; what lay on disk is then in `left`. */
export interface TransferStore {
  /** A file is being saved in clear: noted before anything stands in it, so that it goes at the next start if this one ends too early. */
  beginSave(part: PartOnDisk): void;
  endSave(part: Pick<PartOnDisk, 'path'>): void;
  unfinishedSaves(): readonly PartOnDisk[];
  byId(transferId: string): TransferRow | undefined;
  ofMessage(messageId: string): TransferRow | undefined;
  /** Those of these ids that are known. */
  ofAll(transferIds: readonly string[]): ReadonlyMap<string, TransferRow>;
  /** Newest first, those behind `before`: at most so many. */
  page(conversationId: string | undefined, before: Pick<TransferRow, 'addedAt' | 'transferId'> | undefined, limit: number): readonly TransferRow[];
  /** Those to be fetched here, oldest first. */
  wanted(): readonly TransferRow[];
  /** How they ended this person must still be told. */
  unsettled(peerId: PeerId): readonly TransferRow[];
  /** What was taken of this person since then without a yes: how many, and their bytes together, whatever became of them. */
  takenSince(peerId: PeerId, time: number): { readonly count: number; readonly bytes: number };
  /** One more; what was taken before `forget` is not counted any more. */
  taken(peerId: PeerId, size: number, time: number, forget: number): void;
  /** Also notes it with its message. */
  add(row: TransferRow): void;
  set(transferId: string, change: TransferChange): void;
  /** Its message is said again elsewhere. */
  move(transferId: string, messageId: string, conversationId: string): void;
  /** Names of files that no row needs any more. */
  left(): readonly string[];
  forgetLeft(file: string): void;
  /** Of all rows, names of what is here, with their transfers. */
  files(): ReadonlyMap<string, string>;
}
