import { KeyshiftError } from '../../shared/errors';

/** What kept a profile shut that was made a moment ago, said so that nobody makes it a second time: it is whole, and opens with its passphrase. */
export function madeButShut(error: unknown): unknown {
  if (!(error instanceof KeyshiftError) || !error.code.startsWith('disk.')) return error;
  return new KeyshiftError(error.code, 'The profile was made and is whole, but the disk did not take what opening it writes. Make room or mend the disk, then unlock the profile with its passphrase.', error.facts);
}
