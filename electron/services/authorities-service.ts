import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';

function soon(): never {
  throw new KeyshiftError('internal', 'This is not built yet.');
}

/** Organisations whose word about names and keys is shown. */
export function authoritiesService(): Pick<Handlers['authorities'], 'list' | 'import' | 'importRevocations' | 'remove'> {
  return { list: soon, import: soon, importRevocations: soon, remove: soon };
}
