import { mkdirSync } from 'node:fs';
import { open, readdir, rm, statfs, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { HeldFile, HeldFiles } from '../services/ports/files';
import { fileMode, syncDirectory } from './durable-file';
import { fileErrorCode, mapFileError } from './file-error';
import { profileFiles } from './profile-directory';

const isName = /^[0-9a-f]{32}$/;

/** In a folder of the profile, which is made with the first of them. Names that are not of here are nobody's and stay. */
export function heldFiles(profile: string): HeldFiles {
  const directory = join(profile, profileFiles.files);
  const beingMade = new Set<string>();
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw mapFileError(error, profile);
    }
  };
  const pathOf = (name: string): string => {
    if (!isName.test(name)) throw new Error('not the name of a held file');
    return join(directory, name);
  };
  const held = (file: FileHandle, onClose: () => void = () => undefined): HeldFile => {
    let closed = false;
    return {
      read: (at, length) => guarded(() => readAt(file, at, length)),
      write: (at, bytes) => guarded(() => writeAt(file, at, bytes)),
      sync: () => guarded(() => file.datasync()),
      async close() {
        if (closed) return;
        closed = true;
        onClose();
        await file.close().catch(() => undefined);
      },
    };
  };
  return {
    names: () =>
      guarded(async () => {
        const names = await readdir(directory).catch((error: unknown) => {
          if (fileErrorCode(error) === 'ENOENT') return [];
          throw error;
        });
        return names.filter((name) => isName.test(name) && !beingMade.has(name));
      }),
    create: (name) =>
      guarded(async () => {
        const path = pathOf(name);
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        beingMade.add(name);
        try {
          const file = await open(path, 'wx+', fileMode);
          try {
            syncDirectory(directory);
          } catch (error) {
            await file.close().catch(() => undefined);
            await rm(path, { force: true }).catch(() => undefined); // swept at the next start
            throw error;
          }
          return held(file, () => beingMade.delete(name));
        } catch (error) {
          beingMade.delete(name);
          throw error;
        }
      }),
    open: (name) =>
      guarded(async () => {
        try {
          return held(await open(pathOf(name), 'r+'));
        } catch (error) {
          if (fileErrorCode(error) === 'ENOENT') return undefined;
          throw error;
        }
      }),
    remove: (name) => guarded(() => rm(pathOf(name), { force: true })),
    room: () =>
      guarded(async () => {
        const { bavail, bsize } = await statfs(profile);
        return bavail * bsize;
      }),
  };
}

/** Fewer bytes where the file ends. */
export async function readAt(file: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, at + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

async function writeAt(file: FileHandle, at: number, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) written += (await file.write(bytes, written, bytes.length - written, at + written)).bytesWritten;
}
