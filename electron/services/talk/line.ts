import { previewOf, previewOfName } from '../message-preview';
import type { ConversationRow, MessageRow, Stores } from '../ports';
import type { Disappearing } from './disappearing';

/** Whether there may be messages whose time is over and that are still there, and which they are. */
export type WhatIsOver = Pick<Disappearing, 'isBehind' | 'isOver'>;

/** Messages read at once while what ended is passed over, and how often. Of more in a row the line says nothing until they are erased. */
const pageSize = 50;
const mostPages = 5;

/** What the line of a conversation says of its newest message: its text, or the name of its file. */
export function previewOfNewest({ transfers }: Pick<Stores, 'transfers'>, newest: MessageRow | undefined): string | undefined {
  if (newest === undefined) return undefined;
  const file = newest.transferId === undefined ? undefined : transfers.byId(newest.transferId);
  return previewOf(newest.text) || previewOfName(file?.name ?? '');
}

/**
 * The row as its line may show it: without the words of a message whose time is over and which is erased in a later slice, as the conversation shows it no
 * more either. Its place among others stays: when something was said last is no secret that ended.
 */
export function withoutEnded(stores: Pick<Stores, 'messages' | 'transfers'>, disappearing: WhatIsOver, row: ConversationRow): ConversationRow {
  if (!disappearing.isBehind || row.preview === undefined) return row;
  const [newest] = stores.messages.page(row.conversationId, undefined, 1);
  if (newest === undefined || !disappearing.isOver(newest)) return row;
  const { preview: _ended, ...rest } = row;
  const shown = newestShown(stores, disappearing, row.conversationId, newest);
  const preview = previewOfNewest(stores, shown);
  return { ...rest, newestOwn: shown?.direction === 'out' || undefined, ...(preview !== undefined && { preview }) };
}

/** What a line without words is about: the newest message of these conversations, which are shown as one, as far as it is shown. */
export function newestOf(stores: Pick<Stores, 'messages'>, disappearing: WhatIsOver, conversationIds: string | readonly string[]): MessageRow | undefined {
  const [newest] = stores.messages.page(conversationIds, undefined, 1);
  if (newest === undefined || !disappearing.isBehind || !disappearing.isOver(newest)) return newest;
  return newestShown(stores, disappearing, conversationIds, newest);
}

function newestShown({ messages }: Pick<Stores, 'messages'>, disappearing: WhatIsOver, conversationId: string | readonly string[], { messageId }: MessageRow): MessageRow | undefined {
  let before = messageId;
  for (let left = mostPages; left > 0; left -= 1) {
    const page = messages.page(conversationId, before, pageSize);
    const shown = page.filter((row) => !disappearing.isOver(row)).at(-1);
    const [oldest] = page;
    if (shown !== undefined || oldest === undefined || page.length < pageSize) return shown;
    before = oldest.messageId;
  }
  return undefined;
}
