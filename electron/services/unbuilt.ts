import { KeyshiftError } from '../../shared/errors';

/** Stands where a call of the contract is not made yet. */
export function unbuilt(): never {
  throw new KeyshiftError('call.unknown', 'This version of Keyshift does not do that yet.');
}
