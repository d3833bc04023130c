import type { Conversation } from '../../shared/model/conversation';
import type { ConversationRow, MessageRow, Stores } from './ports';
import { newestOf, withoutEnded, type WhatIsOver } from './talk/line';
import { asOne, shownIn, shownTogether } from './talk/together';

type Sources = Pick<Stores, 'conversations' | 'messages' | 'transfers'>;

/** Every conversation that is shown, as a door may see it. */
export function listedConversations(stores: Sources, over: WhatIsOver): Conversation[] {
  const { conversations } = stores;
  const stands = (row: ConversationRow): boolean => row.continuedBy === undefined || shownIn(conversations, row) === row;
  return conversations.list().filter(stands).map((row) => shownAsOne(stores, over, row.continues === undefined ? [row] : shownTogether(conversations, row)));
}

/** A conversation as a door may see it, with all that is shown as one with it. */
export function shownAsOne(stores: Omit<Sources, 'conversations'>, over: WhatIsOver, rows: readonly [ConversationRow, ...ConversationRow[]]): Conversation {
  const shown = (row: ConversationRow): ConversationRow => withoutEnded(stores, over, row);
  const [first, ...others] = rows;
  const one = asOne([shown(first), ...others.map(shown)]);
  // Seldom, so that it is not kept with each conversation.
  return conversationView(one, one.preview === '' ? newestOf(stores, over, rows.map(({ conversationId }) => conversationId)) : undefined);
}

function conversationView(row: ConversationRow, newest: MessageRow | undefined): Conversation {
  return {
    conversationId: row.conversationId,
    contactId: row.contactId,
    title: row.title,
    state: row.state,
    ...(row.failure === undefined ? {} : { failure: row.failure }),
    ...(row.continuedBy === undefined ? {} : { continuedBy: row.continuedBy }),
    ...(row.continues === undefined ? {} : { continues: row.continues }),
    unread: row.unread,
    ...(row.lastMessageAt === undefined ? {} : { lastMessageAt: row.lastMessageAt }),
    ...(row.preview === undefined ? {} : { preview: row.preview }),
    ...(newest === undefined ? {} : { newest: { kind: newest.kind, direction: newest.direction } }),
    pinned: row.pinned === true,
    archived: row.archivedAt !== undefined && (row.lastMessageAt ?? 0) <= row.archivedAt,
    mutedUntil: row.mutedUntil ?? 0,
    disappearAfter: row.disappearAfter ?? 0,
    ...(row.draft === undefined ? {} : { draft: row.draft }),
    ...(row.returned === undefined ? {} : { returned: row.returned }),
  };
}
