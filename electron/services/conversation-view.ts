import type { Conversation } from '../../shared/model/conversation';
import type { ConversationRow, Stores } from './ports';
import { withoutEnded, type WhatIsOver } from './talk/line';
import { asOne, shownIn, shownTogether } from './talk/together';

type Sources = Pick<Stores, 'conversations' | 'messages' | 'transfers'>;

/** Every conversation that is shown, as a door may see it. */
export function listedConversations(stores: Sources, over: WhatIsOver): Conversation[] {
  const { conversations } = stores;
  const stands = (row: ConversationRow): boolean => row.continuedBy === undefined || shownIn(conversations, row) === row;
  return conversations.list().filter(stands).map((row) => shownAsOne(stores, over, row.continues === undefined ? [row] : shownTogether(conversations, row)));
}

/** A conversation as a door may see it, with all that is shown as one with it. */
export function shownAsOne(stores: Omit<Sources, 'conversations'>, over: WhatIsOver, [first, ...others]: readonly [ConversationRow, ...ConversationRow[]]): Conversation {
  const shown = (row: ConversationRow): ConversationRow => withoutEnded(stores, over, row);
  return conversationView(asOne([shown(first), ...others.map(shown)]));
}

function conversationView(row: ConversationRow): Conversation {
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
    pinned: row.pinned === true,
    archived: row.archivedAt !== undefined && (row.lastMessageAt ?? 0) <= row.archivedAt,
    mutedUntil: row.mutedUntil ?? 0,
    disappearAfter: row.disappearAfter ?? 0,
    ...(row.draft === undefined ? {} : { draft: row.draft }),
    ...(row.returned === undefined ? {} : { returned: row.returned }),
  };
}
