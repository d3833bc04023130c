import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';

function soon(): never {
  throw new KeyshiftError('internal', 'This is not built yet.');
}

/** What organisations say of the own key. */
export function endorsementsService(): Pick<Handlers['identity'], 'exportRequest' | 'importEndorsement' | 'removeEndorsements'> {
  return { exportRequest: soon, importEndorsement: soon, removeEndorsements: soon };
}
