import { createHash, randomBytes } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { copyFile, type FileHandle, link, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { KeyshiftError } from '../../shared/errors';
import type { InstalledUpdate, PackageFile, UpdateInstaller } from '../services/ports/updates';
import { mapPathError, taken } from './chosen-path';
import { syncDirectory } from './durable-file';
import { ArchiveError, type RealFiles, Untar } from './untar';

export interface Installation {
  readonly format: PackageFile['format'];
  /** The AppImage itself, or the folder this copy was unpacked to. */
  readonly place: string;
}

/**
 * Puts a package in the place of this copy. What is used is what was compared: where we write, the bytes are hashed while they are written, and get their name only
 * when the hash is right; where root reads the file later, the line to type compares it once more.
 */
export function updateInstaller({ format, place }: Installation, pathOf: (file: PackageFile) => string, files: RealFiles = { mkdir, open, rename, rm }): UpdateInstaller {
  switch (format) {
    case 'deb':
      return byCommand((path) => `sudo apt-get install ${path}`, pathOf);
    case 'rpm':
      return byCommand((path) => `sudo rpm --upgrade --verbose ${path}`, pathOf);
    case 'AppImage':
      return { way: 'replace', install: (file) => withPathErrors(() => replaceImage(pathOf(file), file, place)) };
    case 'tar.gz':
      return { way: 'beside', install: (file) => withPathErrors(() => unpackBeside(pathOf(file), file, place, files)) };
    default:
      return { way: 'by-hand', install: (file) => withPathErrors(() => checked(pathOf(file), file, async () => {}).then(() => ({ path: pathOf(file) }))) };
  }
}

/** The app never asks for root. A person who does reads what is done, and the file is compared right before. */
function byCommand(line: (path: string) => string, pathOf: (file: PackageFile) => string): UpdateInstaller {
  return {
    way: 'command',
    install: (file) =>
      withPathErrors(async () => {
        const path = pathOf(file);
        await assertClosed(dirname(path));
        await checked(path, file, async () => {});
        return { path, command: `echo ${quoted(`${file.sha256}  ${path}`)} | sha256sum --check --strict --quiet && ${line(quoted(path))}` };
      }),
  };
}

/** What is compared and then read once more by root must be the same file: nobody else may put another one in its place in between. Windows has no such line. Errors: updates.shelf-open. */
async function assertClosed(folder: string): Promise<void> {
  if (((await lstat(folder)).mode & 0o022) !== 0) throw new KeyshiftError('updates.shelf-open', `Other accounts may write to ${folder}, as its disk keeps no rights, and could exchange the package before it is installed. Nothing was changed.`);
}

/** For a shell: nothing in it means anything. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** Milliseconds after which what an installation left half made is nobody's work any more. */
const abandonedMs = 60 * 60_000;

/** A name that nothing has, beside `path`. What a former installation left of that kind, of this version or another, cut off by a power cut say, is taken away first: each would stay, as large as the app. */
async function partBeside(path: string, kind: string, remove: (part: string) => Promise<void>): Promise<string> {
  const folder = dirname(path);
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(`.${kind}`) || !/\.[0-9a-f]{16}\.part$/.test(name)) continue;
    const found = await lstat(join(folder, name)).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > abandonedMs) await remove(join(folder, name)).catch(() => undefined);
  }
  return join(folder, `.${basename(path).slice(0, 60)}.${randomBytes(8).toString('hex')}.part`);
}

/** The old one stays under another name until the new one has started. */
async function replaceImage(source: string, file: PackageFile, image: string): Promise<InstalledUpdate> {
  const part = await partBeside(image, `${basename(image).slice(0, 60)}.`, (left) => rm(left, { force: true }));
  const target = await open(part, 'wx', 0o755);
  try {
    try {
      await checked(source, file, (piece) => target.writeFile(piece));
      await target.chmod(0o755);
      await target.sync();
    } finally {
      await target.close();
    }
    const before = previousOf(image);
    await rm(before, { force: true });
    // A second name; where the disk knows none, a copy.
    await link(image, before).catch(() => copyFile(image, before, constants.COPYFILE_EXCL));
    await rename(part, image);
    syncDirectory(dirname(image));
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  return { path: image };
}

const previousOf = (image: string): string => `${image}.before`;

/** When the new one runs: the old one is not needed any more. Never throws. */
export async function dropPrevious({ format, place }: Installation): Promise<void> {
  if (format !== 'AppImage') return;
  await rm(previousOf(place), { force: true }).catch(() => undefined);
}

/** A folder beside the one this copy runs from, which stays. */
async function unpackBeside(source: string, file: PackageFile, folder: string, files: RealFiles): Promise<InstalledUpdate> {
  const name = file.name.replace(/\.tar\.gz$/, '');
  const target = join(dirname(folder), name);
  if (existsSync(target)) throw taken(`There is something under ${target} already.`);
  // Nothing is unpacked that was not compared, and what is unpacked is compared once more on the way.
  await checked(source, file, async () => {});
  const part = await partBeside(target, `${name.replace(/[-_]\d.*$/, '')}-`, (left) => files.rm(left, { recursive: true, force: true }));
  try {
    const archive = new Untar(name, part, files);
    const unzip = createGunzip();
    const unpacked = unzip.pipe(new PassThrough());
    unzip.on('error', (error) => unpacked.destroy(error));
    const taking = (async () => {
      for await (const piece of unpacked) if (piece instanceof Uint8Array) await archive.take(piece);
    })();
    // A stream that is destroyed does not always answer for what it was still given: whoever waits for that hears of the archive instead.
    const broken = taking.then(() => new Promise<never>(() => {}));
    broken.catch(() => unzip.destroy());
    try {
      await checked(source, file, (piece) => Promise.race([written(unzip, piece), broken]));
      unzip.end();
      await taking;
      await archive.finish();
    } catch (error) {
      unzip.destroy();
      unpacked.destroy();
      await taking.catch(() => undefined);
      await archive.close();
      throw error;
    }
    await files.rename(part, target);
    syncDirectory(dirname(target));
  } catch (error) {
    await files.rm(part, { recursive: true, force: true });
    throw error instanceof ArchiveError || isZipError(error) ? new KeyshiftError('updates.altered', 'The package is no archive of Keyshift.') : error;
  }
  return { path: target };
}

function isZipError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_');
}

function written(stream: NodeJS.WritableStream, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => stream.write(piece, (error) => (error ? reject(error) : resolve())));
}

/** Gives every byte of the package on while it is hashed, all from one opened file. Throws at the end where size or hash differ. */
async function checked(path: string, { size, sha256 }: PackageFile, use: (piece: Uint8Array) => Promise<void>): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw altered();
  const file: FileHandle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const hash = createHash('sha256');
    const buffer = Buffer.alloc(1024 * 1024);
    let at = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      if (at > size) throw altered();
      const piece = Buffer.from(buffer.subarray(0, bytesRead));
      hash.update(piece);
      await use(piece);
    }
    if (at !== size || hash.digest('hex') !== sha256) throw altered();
  } finally {
    await file.close();
  }
}

const altered = (): KeyshiftError => new KeyshiftError('updates.altered', 'The package is not the one that was checked.');

async function withPathErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw mapPathError(error);
  }
}
