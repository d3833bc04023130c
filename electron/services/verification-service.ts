import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';

function soon(): never {
  throw new KeyshiftError('internal', 'This is not built yet.');
}

/** Two people compare their keys. */
export function verificationService(): Pick<Handlers['contacts'], 'verify' | 'safetyCode'> {
  return { verify: soon, safetyCode: soon };
}
