/** What is read of a file while it is looked at: small parts, mostly one after the other. */
export interface Readable {
  readonly size: number;
  /** Fewer where it ends. */
  read(at: number, length: number): Promise<Uint8Array>;
}

/** A part of the file as it stands, or bytes instead of one. */
export type Piece = { readonly from: number; readonly to: number } | { readonly bytes: Uint8Array };

const windowBytes = 64 * 1024;
/** No picture has as many; a file made of them would fill the memory. */
export const mostPieces = 65_536;

/** It is no picture that anybody made to be looked at. */
export class TooManyPieces extends Error {}

/** Reads in windows, so that headers of a few bytes each do not ask the disk each. */
export class Window implements Readable {
  readonly size: number;
  readonly #source: Readable;
  #at = 0;
  #bytes = new Uint8Array(0);

  constructor(source: Readable) {
    this.#source = source;
    this.size = source.size;
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    const has = (): boolean => at >= this.#at && at + length <= this.#at + this.#bytes.length;
    if (!has()) {
      this.#bytes = Uint8Array.from(await this.#source.read(at, Math.min(Math.max(length, windowBytes), Math.max(0, this.size - at))));
      this.#at = at;
    }
    return this.#bytes.subarray(at - this.#at, at - this.#at + length);
  }
}

/** What is kept of a file, in order; parts that touch become one. */
export class Kept {
  readonly pieces: Piece[] = [];

  range(from: number, to: number): void {
    if (from >= to) return;
    const last = this.pieces.at(-1);
    if (last !== undefined && 'from' in last && last.to === from) this.pieces[this.pieces.length - 1] = { from: last.from, to };
    else this.#push({ from, to });
  }

  bytes(bytes: Uint8Array): void {
    this.#push({ bytes });
  }

  add({ pieces }: Kept): void {
    for (const piece of pieces) {
      if ('from' in piece) this.range(piece.from, piece.to);
      else this.bytes(piece.bytes);
    }
  }

  #push(piece: Piece): void {
    if (this.pieces.length >= mostPieces) throw new TooManyPieces('more pieces than a picture has');
    this.pieces.push(piece);
  }

  /** Nothing is taken out after all. */
  all(size: number): void {
    this.pieces.length = 0;
    this.range(0, size);
  }

  get size(): number {
    return this.pieces.reduce((sum, piece) => sum + lengthOf(piece), 0);
  }

  /** Nothing was taken out. */
  isWhole(size: number): boolean {
    const [only, ...more] = this.pieces;
    return only !== undefined && more.length === 0 && 'from' in only && only.from === 0 && only.to === size;
  }
}

export function lengthOf(piece: Piece): number {
  return 'from' in piece ? piece.to - piece.from : piece.bytes.length;
}

export function ascii(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, to));
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
