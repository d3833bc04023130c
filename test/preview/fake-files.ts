import type { Handlers } from '../../shared/contract/contract';
import type { ErrorCode } from '../../shared/errors';
import type { Transfer } from '../../shared/model/transfer';
import type { World } from './fake-world';

/** Files on their way, by their ids. */
export function fileHandlers(world: World, { refuse }: { refuse: (code: ErrorCode) => never }): Handlers['files'] {
  const change = (transferId: string, by: Partial<Transfer>): null => {
    const known = world.transfers.find((one) => one.transferId === transferId) ?? refuse('transfer.unknown');
    world.transfers = world.transfers.map((one) => (one === known ? { ...known, ...by } : one));
    return null;
  };
  return {
    send: () => refuse('path.required'),
    accept: ({ transferId }) => change(transferId, { state: 'running' }),
    pause: ({ transferId }) => change(transferId, { state: 'paused' }),
    resume: ({ transferId }) => change(transferId, { state: 'running' }),
    cancel: ({ transferId }) => change(transferId, { state: 'cancelled' }),
    save: () => ({ path: world.identity.chosenFile ?? refuse('path.required') }),
    list: (input) => world.transfers.filter((one) => input?.conversationId === undefined || one.conversationId === input.conversationId),
    forget: ({ transferId }) => change(transferId, { held: false }),
  };
}
