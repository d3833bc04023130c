import { KeyshiftError } from '../../../shared/errors';
import { WireError } from '../wire/wire-error';

/** What every certificate, credential, list, chain or card that is not exactly right ends in. `why` names the rule. */
export function unacceptable(why: string): KeyshiftError {
  return new KeyshiftError('key.unacceptable', `This key is not acceptable: ${why}.`);
}

/** Runs a parser over untrusted bytes: malformed input becomes `key.unacceptable`, anything else is a mistake of ours. */
export function parsing<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof WireError) throw unacceptable(error.message);
    throw error;
  }
}
