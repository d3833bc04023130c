import type { Handlers } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';

const notBuilt = (): never => {
  throw new KeyshiftError('internal', 'This is not built yet.');
};

/** The mailbox of the own person. */
export function mailboxService(): Handlers['mailbox'] {
  return { status: () => ({ state: 'off', deviceKey: '', taken: 0 }), register: notBuilt, leave: notBuilt };
}
