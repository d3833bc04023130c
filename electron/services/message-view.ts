import { inOneForm } from '../../shared/model/emoji';
import type { Message, Reaction, WaitingFor } from '../../shared/model/message';
import type { PeerId } from '../engine/ids';
import { fileOf } from './files/transfer-view';
import type { MessageRow, Stores } from './ports';

/** What keeps an own message from its reader at this moment. */
export type WaitingRule = (peerId: PeerId, row: Pick<MessageRow, 'conversationId' | 'direction' | 'state' | 'way' | 'movedTo'>) => WaitingFor | undefined;

/** What belongs to a message and stands in other tables. */
export interface Beside {
  readonly reactions?: readonly Reaction[];
  readonly file?: Message['file'];
}

/** Stored messages as a door may see them, in the same order. */
export function messageViews(stores: Pick<Stores, 'reactions' | 'transfers'>, rows: readonly MessageRow[], waiting: (row: MessageRow) => WaitingFor | undefined): Message[] {
  const reactions = stores.reactions.ofAll(rows.map(({ messageId }) => messageId));
  const files = stores.transfers.ofAll(rows.flatMap(({ transferId }) => transferId ?? []));
  return rows.map((row) => {
    const put = reactions.get(row.messageId);
    const file = row.transferId === undefined ? undefined : files.get(row.transferId);
    return messageView(row, waiting(row), {
      ...(put !== undefined && { reactions: shownReactions(put) }),
      ...(file !== undefined && { file: fileOf(file) }),
    });
  });
}

/** As each wrote them they are stored, and told on; what looks the same is shown once of each person. */
function shownReactions(put: readonly Reaction[]): Reaction[] {
  const once = new Map(put.map(({ by, emoji }) => [`${by} ${inOneForm(emoji)}`, { by, emoji: inOneForm(emoji) }]));
  return [...once.values()];
}

/** A stored message as a door may see it. */
function messageView(row: MessageRow, waitingFor: WaitingFor | undefined, beside: Beside = {}): Message {
  return {
    messageId: row.messageId,
    conversationId: row.conversationId,
    direction: row.direction,
    instanceId: row.instanceId,
    sequence: row.sequence,
    kind: row.kind,
    text: row.text,
    ...(row.editedAt === undefined ? {} : { editedAt: row.editedAt }),
    ...(beside.reactions === undefined ? {} : { reactions: [...beside.reactions] }),
    ...(row.disappearsAt === undefined ? {} : { disappearsAt: row.disappearsAt }),
    ...(beside.file === undefined ? {} : { file: beside.file }),
    ...(row.replyTo === undefined ? {} : { replyTo: row.replyTo }),
    sentAt: row.sentAt,
    ...(row.receivedAt === undefined ? {} : { receivedAt: row.receivedAt }),
    state: row.state,
    ...(waitingFor === undefined ? {} : { waitingFor }),
    ...(row.way === undefined ? {} : { way: row.way }),
    ...(row.movedTo === undefined ? {} : { movedTo: row.movedTo }),
    ...(row.maybeRepeat === true ? { maybeRepeat: true } : {}),
    keyEpoch: row.keyEpoch,
  };
}
