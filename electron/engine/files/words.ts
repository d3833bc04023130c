import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';
import { chunkBytes, chunkCount, maxFileBytes, sealedChunkBytes, transferIdBytes } from './chunk';

/**
 * What two devices say to each other about files (protocol.md §15): `type u8 ‖ transfer[16] ‖ fields`. Whoever wants a file asks for a few pieces
 * at a time, so it is never sent more than it can take.
 */
export type FileWord = { readonly transferId: Uint8Array } & (
  /** Pieces from `from` (everything before is here) to before `upTo`; takes the place of what was asked for before. Equal: nothing more. */
  | { readonly kind: 'want'; readonly from: number; readonly upTo: number }
  | { readonly kind: 'chunk'; readonly index: number; readonly sealed: Uint8Array }
  /** Answer to `want`. */
  | { readonly kind: 'no'; readonly reason: NoReason }
  /** It can be fetched here now. */
  | { readonly kind: 'ready' }
  /** Said by whoever it was for, until `noted` comes. */
  | { readonly kind: 'over'; readonly reason: OverReason }
  | { readonly kind: 'noted' }
);
export type NoReason = (typeof noReasons)[number];
export type OverReason = (typeof overReasons)[number];

const types = { want: 1, chunk: 2, no: 3, ready: 4, over: 5, noted: 6 } as const;
/** By place, from 1. */
const noReasons = ['not-here', 'paused', 'cancelled'] as const;
const overReasons = ['done', 'cancelled', 'not-permitted', 'altered', 'too-large'] as const;
const mostChunks = chunkCount(maxFileBytes);

export function encodeFileWord(word: FileWord): Uint8Array {
  const writer = new Writer(32 + (word.kind === 'chunk' ? word.sealed.length : 0)).u8(types[word.kind]).fixed(word.transferId);
  switch (word.kind) {
    case 'want':
      return writer.u32(word.from).u32(word.upTo).finish();
    case 'chunk':
      return writer.u32(word.index).fixed(word.sealed).finish();
    case 'no':
      return writer.u8(noReasons.indexOf(word.reason) + 1).finish();
    case 'over':
      return writer.u8(overReasons.indexOf(word.reason) + 1).finish();
    case 'ready':
    case 'noted':
      return writer.finish();
  }
}

/** Undefined for a type of a later version. `sealed` is a view. Throws `WireError`. */
export function parseFileWord(bytes: Uint8Array): FileWord | undefined {
  const reader = new Reader(bytes);
  const type = reader.u8();
  const transferId = reader.fixed(transferIdBytes).slice();
  const word = parseFields(reader, type, transferId);
  if (word) reader.end();
  return word;
}

function parseFields(reader: Reader, type: number, transferId: Uint8Array): FileWord | undefined {
  switch (type) {
    case types.want: {
      const from = reader.u32();
      const upTo = reader.u32();
      if (from > upTo || upTo > mostChunks) throw new WireError('no range of pieces');
      return { kind: 'want', transferId, from, upTo };
    }
    case types.chunk: {
      const index = reader.u32();
      const { remaining } = reader;
      // A tag and at least a byte under it.
      if (index >= mostChunks || remaining <= sealedChunkBytes - chunkBytes || remaining > sealedChunkBytes) throw new WireError('no piece of a file');
      return { kind: 'chunk', transferId, index, sealed: reader.fixed(remaining) };
    }
    case types.no:
      return { kind: 'no', transferId, reason: reasonOf(reader, noReasons) };
    case types.ready:
      return { kind: 'ready', transferId };
    case types.over:
      return { kind: 'over', transferId, reason: reasonOf(reader, overReasons) };
    case types.noted:
      return { kind: 'noted', transferId };
    default:
      return undefined;
  }
}

function reasonOf<R extends string>(reader: Reader, reasons: readonly R[]): R {
  const reason = reasons[reader.u8() - 1];
  if (reason === undefined) throw new WireError('no such reason');
  return reason;
}
