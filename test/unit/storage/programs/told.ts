import { KeyshiftError } from '../../../../shared/errors';

/** What a program of these tests says about an error: the code, or the unexpected message. */
export function codeOf(error: unknown): string {
  return error instanceof KeyshiftError ? error.code : `unexpected: ${String(error)}`;
}
