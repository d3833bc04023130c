import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';

type IdentityKeys = Pick<Handlers['identity'], 'rotate' | 'keyHistory' | 'forgetOldKeys' | 'confirmSole' | 'recover'>;

function soon(): never {
  throw new KeyshiftError('internal', 'This is not built yet.');
}

/** The own identity keys: new ones, old ones, taking the identity back. */
export function identityKeysService(): IdentityKeys {
  return { rotate: soon, keyHistory: soon, forgetOldKeys: soon, confirmSole: soon, recover: soon };
}
