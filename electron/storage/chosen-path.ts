import { KeyshiftError } from '../../shared/errors';
import { fileErrorCode } from './file-error';

export function unusable(message: string): KeyshiftError {
  return new KeyshiftError('path.unusable', message);
}

/** What a failed file operation means where the path was the user's choice. Errors: path.unusable, disk.full, disk.failed. */
export function mapPathError(error: unknown): unknown {
  const code = fileErrorCode(error);
  if (code === undefined) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') return new KeyshiftError('disk.full', 'There is no room left where the file should go. Nothing was changed.');
  if (code === 'EIO') return new KeyshiftError('disk.failed', 'The disk with the file failed. Nothing was changed.');
  return unusable(`The file cannot be used there (${code}).`);
}

export function assertPath(path: string): void {
  if (path === '' || path.includes('\0')) throw unusable('This is no path of a file.');
}
