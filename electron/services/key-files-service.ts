import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';

function soon(): never {
  throw new KeyshiftError('internal', 'This is not built yet.');
}

/** The identity key as a file, in and out, and the recovery kit. */
export function keyFilesService(): Pick<Handlers['identity'], 'exportPrivate' | 'importPrivate' | 'saveRecoveryKit' | 'forgetRecoveryKey'> {
  return { exportPrivate: soon, importPrivate: soon, saveRecoveryKit: soon, forgetRecoveryKey: soon };
}
