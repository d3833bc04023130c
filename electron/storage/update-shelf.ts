import { createHash, type Hash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, type FileHandle, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyshiftError } from '../../shared/errors';
import { patiently } from '../platform/patience';
import type { PackageFile, UpdateShelf } from '../services/ports/updates';
import { fileMode, replaceFile, syncDirectory } from './durable-file';
import { fileErrorCode, mapFileError } from './file-error';

const rememberedName = 'remembered.json';
const updateFileName = 'latest.keyshift-update';
/** Bytes of either; more was not written by us. */
const longestSmall = 256 * 1024;
const readSize = 1024 * 1024;

/** Systems that do not know a flag have none, whatever the types say. */
const noFollow: number = constants.O_NOFOLLOW ?? 0;

/** Newer versions of the app in a folder of their own, which nobody but this user may write to. */
export function updateShelf(folder: string): UpdateShelf & { readonly pathOf: (file: PackageFile) => string } {
  const partOf = ({ sha256 }: PackageFile): string => join(folder, `${sha256.slice(0, 32)}.part`);
  const pathOf = ({ name }: PackageFile): string => join(folder, name);
  const within = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      await ready(folder);
      return await work();
    } catch (error) {
      throw mapFileError(error, folder);
    }
  };
  const small = (name: string): Promise<Uint8Array | undefined> =>
    within(async () => {
      const bytes = await ifThere(() => withFile(join(folder, name), constants.O_RDONLY, (file) => readUpTo(file, longestSmall + 1)));
      return bytes !== undefined && bytes.length <= longestSmall ? bytes : undefined;
    });
  const keep = (name: string, bytes: Uint8Array): Promise<void> => within(async () => replaceFile(join(folder, name), join(folder, `${name}.tmp`), bytes));

  return {
    pathOf,
    remembered: async () => jsonOf(await small(rememberedName)),
    remember: (what) => keep(rememberedName, new TextEncoder().encode(JSON.stringify(what))),
    updateFile: () => small(updateFileName),
    keepUpdateFile: (bytes) => keep(updateFileName, bytes),
    here: (file) => within(async () => (await sizeOf(pathOf(file))) ?? (await sizeOf(partOf(file))) ?? 0),
    take: (file, from, pieces, told) =>
      within(async () => {
        const part = partOf(file);
        // A whole one that turned out wrong is gone by now; a whole one that is right is not fetched again.
        const written = await withFile(part, constants.O_RDWR | constants.O_CREAT, async (handle) => {
          await handle.truncate(from);
          const hash = createHash('sha256');
          await hashInto(hash, handle, from);
          let size = from;
          for await (const piece of pieces) {
            if (size + piece.length > file.size) return 'wrong';
            await handle.write(piece, 0, piece.length, size);
            hash.update(piece);
            size += piece.length;
            told(size);
          }
          await handle.sync();
          if (size < file.size) return 'part';
          return hash.digest('hex') === file.sha256 ? 'whole' : 'wrong';
        });
        if (written === 'wrong') {
          await rm(part, { force: true });
          throw new KeyshiftError('updates.altered', 'What came is not the package that was signed.');
        }
        if (written === 'whole') {
          await patiently(() => rename(part, pathOf(file)));
          syncDirectory(folder);
        }
        return written;
      }),
    isRight: (file) =>
      within(async () => {
        const right = await ifFile(() => withFile(pathOf(file), constants.O_RDONLY, async (handle) => {
          if ((await handle.stat()).size !== file.size) return false;
          const hash = createHash('sha256');
          await hashInto(hash, handle, file.size);
          return hash.digest('hex') === file.sha256;
        }));
        if (right !== true) await rm(pathOf(file), { recursive: true, force: true });
        return right === true;
      }),
    clear: (except) =>
      within(async () => {
        const kept = new Set([rememberedName, ...(except === undefined ? [] : [updateFileName, pathOf(except).slice(folder.length + 1), partOf(except).slice(folder.length + 1)])]);
        for (const name of await readdir(folder)) if (!kept.has(name)) await rm(join(folder, name), { recursive: true, force: true });
      }),
  };
}

/** Ours, a real folder, and closed to others. */
async function ready(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const found = await lstat(folder);
  const own = process.getuid?.();
  if (!found.isDirectory() || (own !== undefined && found.uid !== own)) {
    throw new KeyshiftError('profile.unreadable', `The folder for newer versions, ${folder}, is not a folder of your own. Move it away.`);
  }
  if (process.platform !== 'win32' && (found.mode & 0o077) !== 0) await chmod(folder, 0o700);
}

/** Opens what is a file and nothing else: no link, no pipe. */
async function withFile<T>(path: string, flags: number, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, flags | noFollow, fileMode);
  try {
    if (!(await file.stat()).isFile()) throw Object.assign(new Error('not a file'), { code: 'EEXIST' });
    return await work(file);
  } finally {
    await file.close();
  }
}

async function hashInto(hash: Hash, file: FileHandle, length: number): Promise<void> {
  const buffer = Buffer.alloc(Math.min(readSize, Math.max(length, 1)));
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, length - at), at);
    if (bytesRead === 0) return;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

async function readUpTo(file: FileHandle, most: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(most);
  let filled = 0;
  while (filled < most) {
    const { bytesRead } = await file.read(buffer, filled, most - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return new Uint8Array(buffer.subarray(0, filled));
}

async function sizeOf(path: string): Promise<number | undefined> {
  const found = await ifThere(() => lstat(path));
  return found?.isFile() === true ? found.size : undefined;
}

async function ifThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (fileErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Undefined also for a link or whatever else stands there in place of a file. */
async function ifFile<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ifThere(work);
  } catch (error) {
    if (['ELOOP', 'EEXIST', 'EISDIR', 'ENXIO'].includes(fileErrorCode(error) ?? '')) return undefined;
    throw error;
  }
}

function jsonOf(bytes: Uint8Array | undefined): unknown {
  try {
    return bytes === undefined ? undefined : JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
