import { statSync } from 'node:fs';
import { KeyshiftError } from '../../shared/errors';

/** `ENOENT`, `ENOSPC` … of a failed file operation; undefined for anything else. */
export function fileErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const { code } = error;
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}

/** What its owner hears of a file system without rights; EPERM of FAT, which has those it was connected with. */
const noRights: ReadonlySet<string> = new Set(['EPERM', 'EINVAL', 'ENOSYS', 'ENOTSUP']);
/** What a file system that flushes files alone says of a folder; EBADF where it would have to be open for writing, which a folder cannot be. */
const noFlush: ReadonlySet<string> = new Set(['EINVAL', 'ENOSYS', 'ENOTSUP', 'EBADF']);

/** Of rights that a folder's owner asked to change: the file system knows none. */
export function knowsNoRights(error: unknown): boolean {
  return noRights.has(fileErrorCode(error) ?? '');
}

/** Of a folder that was just opened and is to be flushed: the file system knows no such thing. */
export function flushesNoFolders(error: unknown): boolean {
  return noFlush.has(fileErrorCode(error) ?? '');
}

/** Behind what is said of a disk that fails: what is safe, and what to do. */
export const untouched = 'Nothing was overwritten. Check that the disk is connected and may be written to, then try again.';

/** A profile folder that cannot be used, with what the user can do about it. */
export function profileUnreadable(directory: string): KeyshiftError {
  return new KeyshiftError(
    'profile.unreadable',
    `The profile folder ${directory} cannot be read and written. Give your user account both rights on it, or choose another folder.`,
  );
}

/** What a failed file operation in the profile means for the user; anything that is none passes unchanged. */
export function mapFileError(error: unknown, directory: string): unknown {
  const code = fileErrorCode(error);
  switch (code) {
    case undefined:
      return error;
    case 'ENOSPC':
    case 'EDQUOT':
      return new KeyshiftError('disk.full', 'The disk is full. Nothing was lost; free some space and try again.');
    case 'EFBIG':
      return new KeyshiftError('disk.too-large', 'The disk of the profile takes no file of this size: one formatted with FAT takes 4 GB at most. Nothing was changed.');
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EISDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return profileUnreadable(directory);
    default:
      return new KeyshiftError('disk.failed', `The disk failed while a file of the profile was used (${code}). ${untouched}`);
  }
}

/** Throws where a file that is open was deleted or moved away. Errors: profile.gone. */
export function assertNamed(path: string): void {
  if (isNamed(path)) return;
  throw gone(path);
}

/** Error: profile.gone. */
export function gone(path: string): KeyshiftError {
  return new KeyshiftError('profile.gone', `The file ${path} was deleted or moved while it was in use. Nothing written since is kept. End the program, and put it back in its place.`);
}

function isNamed(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A disk that does not answer is another matter, and says so where it is written to.
    return true;
  }
}

/** Runs file operations of one profile and maps what they throw. */
export function withFileErrors<T>(directory: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw mapFileError(error, directory);
  }
}
