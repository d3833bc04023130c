import { KeyshiftError } from '../../shared/errors';

/** A failed write as the two things a person can do something about. */
export function toDiskError(error: unknown): KeyshiftError {
  if (error instanceof KeyshiftError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new KeyshiftError('disk.full', 'The disk is full. Nothing was changed.')
    : new KeyshiftError('disk.failed', 'The disk could not be written to. Nothing was changed.');
}
