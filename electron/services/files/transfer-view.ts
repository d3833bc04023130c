import type { Message } from '../../../shared/model/message';
import type { Transfer } from '../../../shared/model/transfer';
import { chunkCount } from '../../engine/files/chunk';
import type { TransferRow } from '../ports/transfers';
import { bytesOf } from './serving';

/** A transfer as a door may see it. `running`: how far it is where pieces move right now. */
export function transferView(row: TransferRow, running: { readonly done: number; readonly rate?: number } | undefined, isMissing = false): Transfer {
  const { transferId, conversationId, messageId, direction, name, size, mediaType, shown, addedAt } = row;
  const isHere = isHeld(row);
  const state = stateOf(row, running !== undefined);
  return {
    transferId,
    conversationId,
    messageId,
    direction,
    name,
    size,
    mediaType,
    shown,
    done: state === 'done' ? size : (running?.done ?? bytesOf(row, direction === 'in' || row.wanted ? row.have : row.given)),
    state,
    ...(state === 'failed' && row.failure !== undefined && { failure: row.failure }),
    ...(state === 'cancelled' && row.cancelledBy !== undefined && { cancelledBy: row.cancelledBy }),
    ...(state === 'waiting' && isMissing && { missing: true }),
    ...(state === 'running' && running?.rate !== undefined && { rate: running.rate }),
    held: isHere,
    addedAt,
  };
}

export function isHeld(row: TransferRow): boolean {
  return row.file !== undefined && row.have >= chunkCount(row.size);
}

function stateOf(row: TransferRow, running: boolean): Transfer['state'] {
  // Fetched from another own device: how it stands with the other person is another matter.
  if (row.direction === 'out' && row.wanted) return running ? 'running' : 'waiting';
  if (row.ended !== undefined && !row.wanted) return row.ended;
  if (row.paused) return 'paused';
  if (running) return 'running';
  if (row.direction === 'in') return row.wanted ? 'waiting' : 'offered';
  return row.given > 0 ? 'waiting' : 'offered';
}

/** What a message says of the file it brings. */
export function fileOf(row: TransferRow): NonNullable<Message['file']> {
  return { transferId: row.transferId, name: row.name, size: row.size, mediaType: row.mediaType };
}
