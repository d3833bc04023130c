import { type BackupChunks, chunkBytes } from '../engine/backup/container';
import { type BackupManifest, encodeEnd, encodeManifest, encodePage } from '../engine/backup/items';
import type { Crypto } from '../engine/crypto/crypto';
import type { Run } from './runs';
import type { BackupTarget, Snapshot } from './ports/backup';

export interface WritingParts {
  readonly crypto: Crypto;
  readonly chunks: BackupChunks;
  readonly target: BackupTarget;
  readonly run: Run;
}

/** Everything of the snapshot into the file, a chunk at a time. Gives how many bytes that were. Errors: backup.cancelled, those of the disk, vault.locked. */
export async function writeSnapshot(parts: WritingParts, manifest: BackupManifest, snapshot: Snapshot): Promise<number> {
  const { run } = parts;
  const out = new ChunkWriter(parts);
  try {
    await run.step(0, snapshot.bytes);
    await out.add(encodeManifest(manifest));
    let rows = 0;
    for (const { page, begins, share } of snapshot.pages()) {
      await out.add(encodePage(page, begins));
      rows += page.rows.length;
      await run.step(share * snapshot.bytes, snapshot.bytes);
    }
    await out.add(encodeEnd(rows));
    return await out.end();
  } finally {
    out.wipe();
  }
}

/** Cuts what comes into chunks. Whatever was in clear is overwritten. */
class ChunkWriter {
  readonly #parts: WritingParts;
  readonly #chunk = new Uint8Array(chunkBytes);
  #filled = 0;
  #written = 0;

  constructor(parts: WritingParts) {
    this.#parts = parts;
  }

  async add(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.length; ) {
        // Only when more follows: the last chunk is never empty.
        if (this.#filled === chunkBytes) await this.#write(false);
        const taken = Math.min(bytes.length - at, chunkBytes - this.#filled);
        this.#chunk.set(bytes.subarray(at, at + taken), this.#filled);
        this.#filled += taken;
        at += taken;
      }
    } finally {
      this.#parts.crypto.wipe(bytes);
    }
  }

  /** What was to go with more that does not come any more. */
  wipe(): void {
    this.#parts.crypto.wipe(this.#chunk);
  }

  async end(): Promise<number> {
    await this.#write(true);
    return this.#written;
  }

  async #write(last: boolean): Promise<void> {
    const { crypto, chunks, target } = this.#parts;
    const plaintext = this.#chunk.subarray(0, this.#filled);
    const sealed = chunks.seal(plaintext, last);
    crypto.wipe(plaintext);
    this.#filled = 0;
    this.#written += sealed.length;
    await target.write(sealed);
  }
}
