import { mostFilesAtOnce } from '../../shared/files-at-once';
import type { AppEvent, Handlers } from '../../shared/contract/contract';
import type { ErrorCode } from '../../shared/errors';
import type { Message } from '../../shared/model/message';
import type { TokenFile, Transfer } from '../../shared/model/transfer';
import { idOf, ownInstance } from './ids';
import type { World } from './world';

interface Tools {
  readonly refuse: (code: ErrorCode) => never;
  readonly emit: (event: AppEvent) => void;
}

/** Files on their way, by their ids. */
export function fileHandlers(world: World, { refuse, emit }: Tools): Handlers['files'] {
  const change = (transferId: string, by: Partial<Transfer>): null => {
    const known = world.transfers.find((one) => one.transferId === transferId) ?? refuse('transfer.unknown');
    const changed = { ...known, ...by };
    world.transfers = world.transfers.map((one) => (one === known ? changed : one));
    emit({ type: 'transfer.progress', ...changed });
    return null;
  };
  return {
    send: ({ conversationId, token, from, text = '', replyTo }) => {
      const known = world.transfers.find((one) => one.transferId === from);
      if (known?.held === false) refuse('transfer.not-here');
      const chosen = known ?? world.chosen.find((one) => one.token === token) ?? refuse('path.unusable');
      world.chosen = world.chosen.filter((one) => one !== chosen);
      const { name, size, shown } = chosen;
      const list = world.messages.get(conversationId) ?? [];
      const ids = { transferId: idOf(`transfer ${token ?? `${from} again`}`), messageId: idOf(`message ${token ?? `${from} again`}`) };
      const file = { transferId: ids.transferId, name, size, mediaType: 'application/octet-stream' };
      const message: Message = {
        messageId: ids.messageId, conversationId, direction: 'out', instanceId: ownInstance, sequence: list.filter((one) => one.direction === 'out').length + 1,
        kind: 'file', text, file, sentAt: world.now(), state: 'sent', keyEpoch: 1, ...(replyTo === undefined ? {} : { replyTo }),
      };
      world.messages.set(conversationId, [...list, message]);
      world.transfers = [makeTransfer({ ...file, ...ids, conversationId, shown, direction: 'out', state: 'offered', held: true, addedAt: world.now() }), ...world.transfers];
      return ids;
    },
    accept: ({ transferId }) => change(transferId, { state: 'running', done: 0 }),
    pause: ({ transferId }) => change(transferId, { state: 'paused' }),
    resume: ({ transferId }) => change(transferId, { state: 'running' }),
    cancel: ({ transferId }) => change(transferId, { state: 'cancelled', cancelledBy: 'me' }),
    save: () => ({ path: world.identity.chosenFile ?? refuse('path.required') }),
    list: ({ conversationId, before, limit = 100, transferIds } = {}) => {
      const all = world.transfers.filter((one) => (conversationId === undefined || one.conversationId === conversationId) && transferIds?.includes(one.transferId) !== false);
      const from = before === undefined ? 0 : all.findIndex((one) => one.transferId === before) + 1;
      if (before !== undefined && from === 0) refuse('transfer.unknown');
      return transferIds === undefined ? all.slice(from, from + limit) : all;
    },
    forget: ({ transferId }) => change(transferId, { held: false }),
  };
}

/** Files dropped on the window, or pasted: those that are empty are left out, and those beyond as many as are taken at once. */
export function takenFiles(world: World, files: readonly File[]): TokenFile[] {
  const taken = files.slice(0, mostFilesAtOnce).flatMap(({ name, size, type }): TokenFile[] => (size === 0 ? [] : [{ token: idOf(`${name} ${world.chosen.length}`), name, size, ...(type.startsWith('image/') ? { shown: 'image', cleanable: true } : { shown: 'file' }) }]));
  world.chosen = [...world.chosen, ...taken];
  return taken;
}

export function makeTransfer(given: Partial<Transfer> & Pick<Transfer, 'transferId' | 'conversationId' | 'messageId' | 'name'>): Transfer {
  const size = given.size ?? 1_400_000;
  return { direction: 'in', size, mediaType: 'application/octet-stream', shown: 'file', done: 0, state: 'done', held: true, addedAt: 0, ...given };
}
