import { KeyshiftError } from '../../shared/errors';

/** Whatever was thrown, as an error the window has words for. */
export function toFailure(thrown: unknown): KeyshiftError {
  if (thrown instanceof KeyshiftError) return thrown;
  return new KeyshiftError('internal', thrown instanceof Error ? thrown.message : 'unknown failure');
}
