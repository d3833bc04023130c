import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { KeyshiftError } from '../../shared/errors';
import type { ChosenUpdate } from '../services/ports/updates';
import { assertPath, mapPathError, unusable } from './chosen-path';
import { fileErrorCode } from './file-error';

const updateFileName = 'latest.keyshift-update';
/** Bytes; a longer file is a package. */
const longest = 64 * 1024;

/**
 * What the person chose: the update file, with its package beside it, or the package, with the update file beside it. Each is opened once, and read from there.
 * Errors: path.unusable, updates.garbled, disk.failed.
 */
export async function chosenUpdate(path: string): Promise<ChosenUpdate> {
  assertPath(path);
  const chosen = resolve(path);
  const folder = dirname(chosen);
  try {
    const { size } = await stat(chosen);
    const isPackage = size > longest || /\.(deb|rpm|AppImage|exe|dmg|gz)$/.test(chosen);
    const bytes = await readSmall(isPackage ? join(folder, updateFileName) : chosen);
    if (bytes === undefined) throw new KeyshiftError('updates.garbled', isPackage ? `There is no ${updateFileName} beside the package.` : 'This is no update file.');
    return {
      updateFile: bytes,
      open: async (name) => {
        try {
          const { file, size: length } = await openFile(join(folder, name));
          return { size: length, pieces: piecesOf(file), close: () => file.close() };
        } catch (error) {
          if (fileErrorCode(error) === 'ENOENT') throw new KeyshiftError('updates.no-package', `There is no ${name} beside the update file.`);
          throw mapPathError(error);
        }
      },
    };
  } catch (error) {
    throw mapPathError(error);
  }
}

async function readSmall(path: string): Promise<Uint8Array | undefined> {
  let file: FileHandle;
  try {
    ({ file } = await openFile(path));
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const buffer = Buffer.alloc(longest + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return bytesRead > longest ? undefined : new Uint8Array(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** Without blocking: a pipe would wait for a writer. Whatever it throws, nothing stays open. */
async function openFile(path: string): Promise<{ readonly file: FileHandle; readonly size: number }> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = await file.stat();
    if (!found.isFile()) throw unusable('This is not a file. Nothing was changed; choose a file.');
    return { file, size: found.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function* piecesOf(file: FileHandle): AsyncGenerator<Uint8Array> {
  for (let at = 0; ; ) {
    const buffer = Buffer.alloc(1024 * 1024);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield new Uint8Array(buffer.subarray(0, bytesRead));
  }
}
