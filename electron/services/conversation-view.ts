import type { Conversation } from '../../shared/model/conversation';
import type { ConversationRow, MessageRow, Stores } from './ports';
import type { EditRow } from './ports/edits';
import { newestOf, withoutEnded, type WhatIsOver } from './talk/line';
import { asOne, shownIn, shownTogether } from './talk/together';

type Sources = Pick<Stores, 'conversations' | 'messages' | 'transfers' | 'edits'>;

/** Lines that stand first: more than are in sight of the largest window. */
const mostNear = 50;

/** Every conversation that is shown, as a door may see it. */
export function listedConversations(stores: Sources, over: WhatIsOver): Conversation[] {
  const { conversations } = stores;
  const stands = (row: ConversationRow): boolean => row.continuedBy === undefined || shownIn(conversations, row) === row;
  const edits = stores.edits.list();
  return conversations.list().filter(stands).map((row, at) =>
    shownAsOne(stores, over, row.continues === undefined ? [row] : shownTogether(conversations, row), { edits, isNear: at < mostNear || row.pinned === true }),
  );
}

/**
 * A conversation as a door may see it, with all that is shown as one with it. `isNear`: how far its newest message got, where it is an own one, is looked up,
 * which costs more than all the rest.
 */
export function shownAsOne(stores: Omit<Sources, 'conversations'>, over: WhatIsOver, rows: readonly [ConversationRow, ...ConversationRow[]], { edits = stores.edits.list(), isNear = true }: { edits?: readonly EditRow[]; isNear?: boolean } = {}): Conversation {
  const shown = (row: ConversationRow): ConversationRow => withoutEnded(stores, over, row);
  const [first, ...others] = rows;
  const one = asOne([shown(first), ...others.map(shown)]);
  const isAsked = one.preview === '' || (isNear && one.preview !== undefined && one.newestOwn === true);
  const newest = isAsked ? newestOf(stores, over, others.length === 0 ? first.conversationId : rows.map(({ conversationId }) => conversationId)) : undefined;
  // Where clocks were wrong the last one that came is not the one that stands last: the state of what they wrote is none of an own one.
  const told = one.preview === '' || newest?.direction === 'out' ? newest : undefined;
  const edit = edits.find(({ conversationId }) => rows.some((row) => row.conversationId === conversationId));
  return conversationView(one, told, edit);
}

function conversationView(row: ConversationRow, newest: MessageRow | undefined, edit: EditRow | undefined): Conversation {
  return {
    conversationId: row.conversationId,
    contactId: row.contactId,
    title: row.title,
    state: row.state,
    ...(row.failure === undefined ? {} : { failure: row.failure }),
    ...(row.continuedBy === undefined ? {} : { continuedBy: row.continuedBy }),
    ...(row.continues === undefined ? {} : { continues: row.continues }),
    unread: row.unread,
    markedUnread: row.markedUnread === true,
    ...(row.lastMessageAt === undefined ? {} : { lastMessageAt: row.lastMessageAt }),
    ...(row.preview === undefined ? {} : { preview: row.preview }),
    ...(row.preview === undefined ? {} : { lastBy: row.newestOwn === true ? 'me' : 'them' }),
    ...(newest === undefined ? {} : { newest: { messageId: newest.messageId, kind: newest.kind, direction: newest.direction, state: newest.state } }),
    pinned: row.pinned === true,
    archived: row.archivedAt !== undefined && (row.lastMessageAt ?? 0) <= row.archivedAt,
    mutedUntil: row.mutedUntil ?? 0,
    disappearAfter: row.disappearAfter ?? 0,
    ...(row.draft === undefined ? {} : { draft: row.draft }),
    ...(edit === undefined ? {} : { editing: { messageId: edit.messageId, text: edit.text } }),
    ...(row.returned === undefined ? {} : { returned: row.returned }),
  };
}
