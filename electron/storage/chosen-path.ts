import { basename, dirname } from 'node:path';
import { KeyshiftError } from '../../shared/errors';
import { syncDirectory } from './durable-file';
import { fileErrorCode } from './file-error';

/** Error: path.unusable. */
export function unusable(message: string): KeyshiftError {
  return new KeyshiftError('path.unusable', message);
}

/** Error: path.taken, which says that nothing was done to what is there. */
export function taken(message: string): KeyshiftError {
  return new KeyshiftError('path.taken', `${message} It was left as it is.`);
}

/** What a failed file operation means where the path was the user's choice. Errors: path.unusable, disk.full, disk.too-large, disk.failed. */
export function mapPathError(error: unknown): unknown {
  const code = fileErrorCode(error);
  if (code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new KeyshiftError('disk.full', 'There is no room left where the file should go. Nothing was changed.');
  if (code === 'EFBIG') return new KeyshiftError('disk.too-large', 'The disk takes no file of this size: one formatted with FAT takes 4 GB at most. Nothing was changed; choose another place.');
  if (code === 'EIO') return new KeyshiftError('disk.failed', 'The disk with the file failed. Nothing was changed.');
  if (code === 'EILSEQ' || (code === 'EINVAL' && hasOddName(error))) return unusable(`${unnamed} Nothing was changed.`);
  return unusable(`${reasons[code] ?? `The file cannot be used there (${code}).`} Nothing was changed.`);
}

/** Waits until the disk has the name of a file that stands whole under it. Error: disk.unconfirmed. */
export function confirmName(path: string): void {
  try {
    syncDirectory(dirname(path));
  } catch (error) {
    if (fileErrorCode(error) === undefined) throw error;
    throw new KeyshiftError('disk.unconfirmed', 'The file was written whole, but the disk did not confirm its name. See whether it is there, and save it once more before you rely on it.');
  }
}

const unnamed = 'The disk takes no such name. Choose one without \\ / : * ? " < > |, and with no dot or space at its end, or another place.';

/** FAT and what Windows shares take fewer names than Linux has, and say EINVAL of the others, as systems do of much else. */
function hasOddName(error: unknown): boolean {
  const paths = error instanceof Error ? [Reflect.get(error, 'path'), Reflect.get(error, 'dest')] : [];
  // eslint-disable-next-line no-control-regex -- these are among what FAT does not take
  return paths.some((path) => typeof path === 'string' && /[\\:*?"<>|\u0001-\u001F]|[. ]$/.test(basename(path)));
}

/** What a person can do something about; anything else is named as the system names it. */
const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'There is no file or folder of this name. Check the path.',
  ENOTDIR: 'A part of this path is a file and no folder. Check the path.',
  EISDIR: 'This is a folder. Choose a file.',
  EACCES: 'Your account may not use this file or folder. Give it the right to, or choose another place.',
  EPERM: 'Your account may not use this file or folder. Give it the right to, or choose another place.',
  EBUSY: 'Another program has this file open. Close it there, or choose another place.',
  EROFS: 'This disk can only be read. Choose another place.',
  ENAMETOOLONG: 'This name is too long for the disk. Choose a shorter one.',
  ELOOP: 'This path leads in a circle. Choose another place.',
  ENXIO: 'This is not a file. Choose one.',
  ENODEV: 'This is not a file. Choose one.',
};

/** Errors: path.unusable for no name, or one with a zero byte in it. */
export function assertPath(path: string): void {
  if (path === '' || path.includes('\0')) throw unusable('This is no path of a file.');
}
