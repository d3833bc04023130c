import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/** What an archive of ours may hold; more is not ours. */
const mostEntries = 20_000;
const mostBytes = 4 * 1024 * 1024 * 1024;
const block = 512;
const longestName = 1024;

/**
 * Of the file system as it is. Electron's own `fs` takes every file called `app.asar` for a folder, and what is unpacked here holds one: the main process hands
 * over what Electron calls `original-fs`.
 */
export type RealFiles = Pick<typeof import('node:fs/promises'), 'mkdir' | 'open' | 'rename' | 'rm'>;

/** The archive is none, or holds what ours never do: links, devices, paths that lead out. */
export class ArchiveError extends Error {}

/**
 * Unpacks a tar archive of files and folders below one folder of this name, as `npm run package` makes it (GNU format), into `target`. New files only. Takes the
 * unpacked bytes as they come; `finish` says that they have ended.
 */
export class Untar {
  readonly #folder: string;
  readonly #target: string;
  readonly #files: RealFiles;
  #held: Buffer = Buffer.alloc(0);
  #file: FileHandle | undefined;
  /** Bytes of the current entry that are still to come, and how many fill its last block. */
  #left = 0;
  #padding = 0;
  /** Of a GNU long name, while it is being read. */
  #longName: Buffer[] | undefined;
  #nextName: string | undefined;
  #entries = 0;
  #bytes = 0;
  #ended = false;

  constructor(folder: string, target: string, files: RealFiles) {
    this.#folder = folder;
    this.#target = target;
    this.#files = files;
  }

  async take(bytes: Uint8Array): Promise<void> {
    this.#held = this.#held.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#held, bytes]);
    for (;;) {
      if (this.#ended) {
        this.#held = Buffer.alloc(0);
        return;
      }
      if (this.#left > 0) {
        const part = this.#held.subarray(0, this.#left);
        if (part.length === 0) return;
        if (this.#longName) this.#longName.push(Buffer.from(part));
        else await this.#file?.writeFile(part);
        this.#left -= part.length;
        this.#held = this.#held.subarray(part.length);
        if (this.#left === 0) await this.#entryEnds();
        continue;
      }
      if (this.#held.length < this.#padding) return;
      this.#held = this.#held.subarray(this.#padding);
      this.#padding = 0;
      if (this.#held.length < block) return;
      const head = this.#held.subarray(0, block);
      this.#held = this.#held.subarray(block);
      await this.#begin(head);
    }
  }

  /** Throws where it did not end as an archive does. */
  async finish(): Promise<void> {
    await this.close();
    if (!this.#ended || this.#entries === 0) throw new ArchiveError('the archive is cut off');
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #begin(head: Buffer): Promise<void> {
    if (head.every((byte) => byte === 0)) {
      this.#ended = true;
      return;
    }
    this.#entries += 1;
    if (this.#entries > mostEntries || sumOf(head) !== octal(head, 148, 8)) throw new ArchiveError('not an archive');
    const size = octal(head, 124, 12);
    const kind = String.fromCharCode(head[156] ?? 0);
    this.#left = size;
    this.#padding = (block - (size % block)) % block;
    this.#bytes += size;
    if (this.#bytes > mostBytes) throw new ArchiveError('the archive is too large');
    if (kind === 'L') {
      if (size === 0 || size > longestName) throw new ArchiveError('a name is too long');
      this.#longName = [];
      return;
    }
    const path = this.#pathOf(this.#nextName ?? textIn(head, 0, 100));
    this.#nextName = undefined;
    if (kind === '5' && size === 0) return void (await this.#files.mkdir(path, { recursive: true, mode: 0o755 }));
    if (kind !== '0' && kind !== '\0') throw new ArchiveError('the archive holds something else than files and folders');
    this.#file = await this.#files.open(path, 'wx', (octal(head, 100, 8) & 0o111) === 0 ? 0o644 : 0o755);
    if (size === 0) await this.close();
  }

  async #entryEnds(): Promise<void> {
    if (this.#longName) {
      this.#nextName = Buffer.concat(this.#longName).toString('utf8').replace(/\0+$/, '');
      this.#longName = undefined;
      return;
    }
    await this.close();
  }

  #pathOf(name: string): string {
    const parts = name.replace(/\/$/, '').split('/');
    if (parts[0] !== this.#folder || parts.some((part) => part === '' || part === '.' || part === '..' || /[\0\\:]/.test(part))) throw new ArchiveError('a path leads out of the folder');
    return join(this.#target, ...parts.slice(1));
  }
}

function textIn(head: Buffer, from: number, length: number): string {
  const field = head.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString('utf8');
}

function octal(head: Buffer, from: number, length: number): number {
  const text = textIn(head, from, length).trim();
  if (!/^[0-7]{1,11}$/.test(text)) throw new ArchiveError('not an archive');
  return Number.parseInt(text, 8);
}

/** The sum of the head's bytes, its own field taken as blanks. */
function sumOf(head: Buffer): number {
  let sum = 0;
  for (const [at, byte] of head.entries()) sum += at >= 148 && at < 156 ? 32 : byte;
  return sum;
}
