import { KeyshiftError } from '../../../shared/errors';
import type { Crypto } from '../../engine/crypto/crypto';
import { chunkBytes, chunkCount, chunkLength, fileKeyBytes, maxFileBytes, sealChunk, sealedChunkBytes, sealedSize } from '../../engine/files/chunk';
import { toHex } from '../../engine/wire/encoding';
import type { ChosenSource, HeldFile, HeldFiles } from '../ports/files';
import type { TransferRow } from '../ports/transfers';
import { chunksAtOnce } from './held-content';
import { headBytes, shownAs } from './shown-as';

/** Left free on the disk, in bytes: for the database, and for everything else of this person. */
export const reserveBytes = 64 * 1024 * 1024;

/** What a file is once it is in the profile. Its content stays open, so that nobody takes it for a leftover, until its row is written. */
export interface Copied extends Pick<TransferRow, 'transferId' | 'size' | 'hash' | 'key' | 'shown' | 'have'> {
  readonly file: string;
  readonly content: HeldFile;
}

export interface CopyingParts {
  readonly crypto: Crypto;
  readonly held: HeldFiles;
  readonly transferId: string;
  /** Told between pieces; what it throws ends the copying. */
  readonly goesOn: (doneBytes: number) => void;
}

/**
 * Takes a file into the profile, sealed under a fresh key: what is read is what is sent, whatever becomes of the original. Leaves nothing when it
 * fails. Errors: file.too-large, file.changed when somebody writes into it meanwhile, disk.full, disk.failed, path.unusable.
 */
export async function copyIn({ crypto, held, transferId, goesOn }: CopyingParts, source: Pick<ChosenSource, 'size' | 'read' | 'isUnchanged'>): Promise<Copied> {
  const { size } = source;
  if (size > maxFileBytes) throw new KeyshiftError('file.too-large', 'That file is larger than can be sent.', { limit: maxFileBytes });
  const needed = sealedSize(size) + reserveBytes;
  if ((await held.room()) < needed) throw new KeyshiftError('disk.full', 'There is no room for a copy of this file. Nothing was changed.', { limit: needed });
  const name = toHex(crypto.random(16));
  const id = Uint8Array.from(Buffer.from(transferId, 'hex'));
  const hash = crypto.hasher();
  const content = await held.create(name);
  const key = crypto.random(fileKeyBytes);
  const secret = crypto.secret('file', key.slice());
  let head = new Uint8Array(0);
  try {
    const count = chunkCount(size);
    for (let index = 0; index < count; index += chunksAtOnce) {
      goesOn(index * chunkBytes);
      const length = Math.min(chunksAtOnce * chunkBytes, size - index * chunkBytes);
      const plaintext = await source.read(index * chunkBytes, length);
      if (plaintext.length !== length) throw changed();
      if (index === 0) head = plaintext.slice(0, headBytes);
      hash.update(plaintext);
      const pieces = Math.min(chunksAtOnce, count - index);
      const sealed = new Uint8Array(sealedSize(length));
      for (let at = 0; at < pieces; at += 1) {
        const from = at * chunkBytes;
        const piece = plaintext.subarray(from, from + chunkLength(size, index + at));
        sealed.set(sealChunk(crypto, secret, { transferId: id, size, index: index + at }, piece), at * sealedChunkBytes);
      }
      crypto.wipe(plaintext);
      await content.write(index * sealedChunkBytes, sealed);
    }
    // Of one that was written into meanwhile a part of each would be sent, and of a picture what was taken out may stand elsewhere now.
    if ((await source.isUnchanged?.()) === false) throw changed();
    await content.sync();
    return { transferId, size, hash: hash.digest(), key, shown: shownAs(head), have: count, file: name, content };
  } catch (error) {
    await content.close();
    await held.remove(name).catch(() => undefined); // swept at the next start
    throw error;
  } finally {
    secret.wipe();
  }
}

function changed(): KeyshiftError {
  return new KeyshiftError('file.changed', 'That file changed while it was read. Nothing of it was sent. Choose it again once nothing writes to it any more.');
}
