import { KeyshiftError } from '../../shared/errors';
import type { Handlers } from '../../shared/contract/contract';

function soon(): never {
  throw new KeyshiftError('internal', 'This is not built yet.');
}

/** The whole profile in one file, and back. */
export function backupService(): Pick<Handlers['backup'], 'create' | 'restore' | 'cancel'> {
  return { create: soon, restore: soon, cancel: soon };
}
