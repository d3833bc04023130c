import { type BackupChunks, backupHeadBytes, garbled, sealedChunkBytes } from '../engine/backup/container';
import { type BackupManifest, ItemReader } from '../engine/backup/items';
import type { Crypto } from '../engine/crypto/crypto';
import { WireError } from '../engine/wire/wire-error';
import type { Run } from './runs';
import type { BackupSource, VaultInTheMaking } from './ports/backup';

export interface ReadingParts {
  readonly crypto: Crypto;
  readonly chunks: BackupChunks;
  readonly source: BackupSource;
  readonly run: Run;
}

/**
 * Everything of the file, whose head was read, into the vault that `begin` makes once it is known what comes. The caller discards the vault
 * when this fails. Errors: backup.wrong-passphrase, backup.garbled, backup.cancelled, those of `begin` and of the disk.
 */
export async function readInto(parts: ReadingParts, begin: (manifest: BackupManifest) => Promise<VaultInTheMaking>): Promise<BackupManifest> {
  const { crypto, chunks, source, run } = parts;
  const items = new ItemReader();
  let making: VaultInTheMaking | undefined;
  for (let left = source.size - backupHeadBytes; left > 0; ) {
    const length = Math.min(left, sealedChunkBytes);
    const sealed = await source.read(length);
    // It shrank under the hand: the rest opens under nothing, as if it had been cut off before.
    const plaintext = chunks.open(sealed, length === left);
    try {
      const pages = understood(() => items.take(plaintext));
      if (making === undefined && items.manifest !== undefined) making = await begin(items.manifest);
      making?.put(pages);
    } finally {
      crypto.wipe(plaintext);
    }
    left -= length;
    await run.step(source.size - left, source.size);
  }
  understood(() => items.end());
  if (items.manifest === undefined) throw garbled();
  return items.manifest;
}

/** Errors: backup.garbled, for what only somebody with the passphrase can have made. */
function understood<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof WireError ? garbled() : error;
  }
}
