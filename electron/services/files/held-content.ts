import { KeyshiftError } from '../../../shared/errors';
import type { Transfer } from '../../../shared/model/transfer';
import type { Crypto } from '../../engine/crypto/crypto';
import type { Secret } from '../../engine/crypto/secret';
import { chunkBytes, chunkCount, chunkLength, openChunk, sealedChunkBytes } from '../../engine/files/chunk';
import { fromHex } from '../../engine/wire/encoding';
import type { HeldFile, HeldFiles } from '../ports/files';
import type { TransferRow } from '../ports/transfers';

/** Pieces opened in one go: about a millisecond. */
export const chunksAtOnce = 4;

/** A file that is here, to be read in clear: any part of it, never more than a few pieces in memory. To be closed. */
export interface HeldContent extends Pick<Transfer, 'transferId' | 'name' | 'size' | 'mediaType' | 'shown'> {
  /** Bytes from `from` on, as many as there are of `length`; at most 256 KiB at once. Errors: file.altered, disk.failed. */
  read(from: number, length: number): Promise<Uint8Array>;
  /** Everything from `from` to before `to`, in pieces. */
  stream(from?: number, to?: number): AsyncGenerator<Uint8Array>;
  close(): Promise<void>;
}

/** The pieces of one file as they lie sealed. */
export class SealedContent {
  readonly #parts: { readonly crypto: Crypto; readonly row: Pick<TransferRow, 'transferId' | 'size'>; readonly file: HeldFile };
  readonly #key: Secret<'file'>;
  readonly #transferId: Uint8Array;

  constructor(crypto: Crypto, row: Pick<TransferRow, 'transferId' | 'size' | 'key'>, file: HeldFile) {
    this.#parts = { crypto, row, file };
    this.#key = crypto.secret('file', row.key.slice());
    this.#transferId = fromHex(row.transferId);
  }

  get file(): HeldFile {
    return this.#parts.file;
  }

  /** `sealed` of this piece in clear, or undefined where it is none. */
  opened(index: number, sealed: Uint8Array): Uint8Array | undefined {
    if (this.#key.wiped) return undefined;
    const { crypto, row } = this.#parts;
    return openChunk(crypto, this.#key, { transferId: this.#transferId, size: row.size, index }, sealed);
  }

  /** Pieces from `from` on, at most `count`, sealed; each as it stands on disk. */
  async sealed(from: number, count: number): Promise<Uint8Array[]> {
    const { row, file } = this.#parts;
    const upTo = Math.min(from + count, chunkCount(row.size));
    const bytes = await file.read(from * sealedChunkBytes, (upTo - from) * sealedChunkBytes);
    return Array.from({ length: upTo - from }, (_, at) => bytes.subarray(at * sealedChunkBytes, at * sealedChunkBytes + chunkLength(row.size, from + at) + sealedChunkBytes - chunkBytes));
  }

  /** The same in clear. Errors: file.altered for a piece that is not what was written; vault.locked once it is closed. */
  async clear(from: number, count: number): Promise<Uint8Array[]> {
    const pieces = await this.sealed(from, count).catch((error: unknown) => {
      throw this.#key.wiped ? closed() : error;
    });
    if (this.#key.wiped) throw closed();
    return pieces.map((piece, at) => {
      const plaintext = this.opened(from + at, piece);
      if (plaintext === undefined) throw new KeyshiftError('file.altered', 'What is stored of this file was changed or damaged.');
      return plaintext;
    });
  }

  async close(): Promise<void> {
    this.#key.wipe();
    await this.#parts.file.close();
  }
}

function closed(): KeyshiftError {
  return new KeyshiftError('vault.locked', 'The vault was locked meanwhile.');
}

/** Undefined: it is not here. */
export async function openHeld(crypto: Crypto, held: HeldFiles, row: TransferRow): Promise<HeldContent | undefined> {
  const file = row.file === undefined || row.have < chunkCount(row.size) ? undefined : await held.open(row.file);
  if (file === undefined) return undefined;
  const sealed = new SealedContent(crypto, row, file);
  const { transferId, name, size, mediaType, shown } = row;
  const read = async (from: number, length: number): Promise<Uint8Array> => {
    const start = Math.max(0, Math.min(from, size));
    const end = Math.max(start, Math.min(size, from + Math.min(length, chunksAtOnce * chunkBytes)));
    if (start === end) return new Uint8Array(0);
    const first = Math.floor(start / chunkBytes);
    const pieces = await sealed.clear(first, Math.ceil(end / chunkBytes) - first);
    const out = new Uint8Array(end - start);
    pieces.forEach((piece, at) => {
      const pieceAt = (first + at) * chunkBytes;
      const cut = piece.subarray(Math.max(0, start - pieceAt), Math.min(piece.length, end - pieceAt));
      out.set(cut, Math.max(0, pieceAt - start));
      crypto.wipe(piece);
    });
    return out;
  };
  return {
    transferId,
    name,
    size,
    mediaType,
    shown,
    read,
    async *stream(from = 0, to = size) {
      const end = Math.min(to, size);
      for (let at = from; at < end; ) {
        // To the end of a piece, so that none is opened twice.
        const upTo = Math.min(end, (Math.floor(at / chunkBytes) + chunksAtOnce) * chunkBytes);
        yield await read(at, upTo - at);
        at = upTo;
      }
    },
    close: () => sealed.close(),
  };
}
