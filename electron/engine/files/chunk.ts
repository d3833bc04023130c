import type { Crypto, SymmetricKey } from '../crypto/crypto';

/**
 * A file as it travels and as it lies on disk (protocol.md §15): pieces of 64 KiB, each sealed for itself under the one key of its transfer.
 * Both are the same bytes, so that what was taken is passed on without being opened.
 */
export const chunkBytes = 65_536;
const tagBytes = 16;
export const sealedChunkBytes = chunkBytes + tagBytes;
export const fileKeyBytes = 32;
export const transferIdBytes = 16;

/** The largest file that is sent or taken, in bytes: 64 GiB. */
export const maxFileBytes = 64 * 1024 ** 3;

/** Pieces of a file of so many bytes, the last one perhaps shorter. */
export function chunkCount(size: number): number {
  return Math.ceil(size / chunkBytes);
}

/** How many bytes of the file are in this piece. */
export function chunkLength(size: number, index: number): number {
  return Math.max(0, Math.min(chunkBytes, size - index * chunkBytes));
}

/** Bytes of a whole file as it lies sealed. */
export function sealedSize(size: number): number {
  return size + chunkCount(size) * tagBytes;
}

export interface ChunkPlace {
  /** 16 bytes. */
  readonly transferId: Uint8Array;
  /** Of the whole file, in bytes. */
  readonly size: number;
  /** From 0. */
  readonly index: number;
}

/**
 * AEAD with nonce = zeros[15] ‖ last u8 ‖ index u64 and the transfer as associated data: a piece that is missing, moved, repeated, from another
 * file, or behind the last one opens nowhere. A key seals one content once.
 */
export function sealChunk(crypto: Crypto, key: SymmetricKey, place: ChunkPlace, plaintext: Uint8Array): Uint8Array {
  return crypto.seal('file-chunk', key, nonceOf(place), place.transferId, plaintext);
}

/** Undefined for anything but this very piece of this file. */
export function openChunk(crypto: Crypto, key: SymmetricKey, place: ChunkPlace, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length !== chunkLength(place.size, place.index) + tagBytes) return undefined;
  return crypto.open('file-chunk', key, nonceOf(place), place.transferId, sealed);
}

function nonceOf({ size, index }: ChunkPlace): Uint8Array {
  const nonce = new Uint8Array(24);
  const view = new DataView(nonce.buffer);
  view.setUint8(15, index === chunkCount(size) - 1 ? 1 : 0);
  view.setBigUint64(16, BigInt(index));
  return nonce;
}
