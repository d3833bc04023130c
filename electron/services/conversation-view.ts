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
  const edit = edits.length === 0 ? undefined : edits.find(({ conversationId }) => rows.some((row) => row.conversationId === conversationId));
  return conversationView(one, told, edit);
}

function conversationView(row: ConversationRow, newest: MessageRow | undefined, edit: EditRow | undefined): Conversation {
  const view: Conversation = {
    conversationId: row.conversationId,
    contactId: row.contactId,
    title: row.title,
    state: row.state,
    unread: row.unread,
    markedUnread: row.markedUnread === true,
    pinned: row.pinned === true,
    archived: row.archivedAt !== undefined && (row.lastMessageAt ?? 0) <= row.archivedAt,
    mutedUntil: row.mutedUntil ?? 0,
    disappearAfter: row.disappearAfter ?? 0,
  };
  // Of a thousand at a time: no object is made for what most of them have not.
  if (row.failure !== undefined) view.failure = row.failure;
  if (row.continuedBy !== undefined) view.continuedBy = row.continuedBy;
  if (row.continues !== undefined) view.continues = row.continues;
  if (row.lastMessageAt !== undefined) view.lastMessageAt = row.lastMessageAt;
  if (row.preview !== undefined) {
    view.preview = row.preview;
    view.lastBy = row.newestOwn === true ? 'me' : 'them';
  }
  if (newest !== undefined) view.newest = { messageId: newest.messageId, kind: newest.kind, direction: newest.direction, state: newest.state };
  if (row.draft !== undefined) view.draft = row.draft;
  if (edit !== undefined) view.editing = { messageId: edit.messageId, text: edit.text };
  if (row.returned !== undefined) view.returned = row.returned;
  return view;
}
