import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';

function soon(): never {
  throw new KeyshiftError('internal', 'This is not built yet.');
}

/** The identity keys of a contact, and what to do when nothing vouches for one. */
export function contactKeysService(): Pick<Handlers['contacts'], 'keyHistory' | 'keyTrouble' | 'acceptKey'> {
  return { keyHistory: soon, keyTrouble: soon, acceptKey: soon };
}
