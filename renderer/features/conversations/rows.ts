import type { Contact } from '../../../shared/model/contact';
import type { Conversation } from '../../../shared/model/conversation';
import { finderOf } from '../../ui/folded';

/** One line of the list: a conversation, or a person one has not talked to yet. */
export interface Row {
  readonly key: string;
  readonly contact: Contact;
  readonly conversation: Conversation | undefined;
}

const isPlain = ({ title, state, archived }: Conversation): boolean => title === '' && state === 'open' && !archived;
const isUntouched = (one: Conversation): boolean => one.lastMessageAt === undefined && one.draft === undefined && !one.pinned && !isUnread(one);

/** Something in it was not read, or somebody marked it so. */
export function isUnread(conversation: Conversation | undefined): boolean {
  return conversation !== undefined && (conversation.unread > 0 || conversation.markedUnread);
}

/** Conversations by newest activity, then people without one by name. */
export function listRows(contacts: readonly Contact[], conversations: readonly Conversation[]): readonly Row[] {
  const byId = new Map(contacts.map((contact) => [contact.contactId, contact]));
  const rows: Row[] = [];
  const talkedTo = new Set<string>();
  const plain = new Set(conversations.filter((one) => isPlain(one) && !isUntouched(one)).map(({ contactId }) => contactId));
  for (const conversation of conversations) {
    const contact = byId.get(conversation.contactId);
    if (contact === undefined) continue;
    if (isPlain(conversation) && isUntouched(conversation)) {
      // Both opened one before they heard of the other's: nobody needs the second. Details → Who names it still.
      if (plain.has(contact.contactId)) continue;
      plain.add(contact.contactId);
    }
    talkedTo.add(contact.contactId);
    rows.push({ key: conversation.conversationId, contact, conversation });
  }
  const others = contacts
    .filter((contact) => !talkedTo.has(contact.contactId))
    .sort((one, other) => one.name.localeCompare(other.name));
  for (const contact of others) rows.push({ key: contact.contactId, contact, conversation: undefined });
  return rows;
}

/** What the list shows: everything but what was put away, or only that. */
export interface ListView {
  readonly archive: boolean;
  readonly unreadOnly: boolean;
  readonly filter: string;
}

export interface Section {
  readonly name: 'pinned' | 'recent' | 'people' | 'archived';
  readonly rows: readonly Row[];
}

/** The lines of the view in their sections, empty ones left out. The line that is open stays, whatever is filtered by unread. */
export function listSections(rows: readonly Row[], { archive, unreadOnly, filter }: ListView, selected?: string): readonly Section[] {
  const isFound = finderOf(filter);
  const shown = rows.filter(
    ({ key, contact, conversation }) =>
      (conversation?.archived ?? false) === archive
      && (!unreadOnly || isUnread(conversation) || key === selected)
      && isFound(contact.name, contact.ownName ?? '', conversation?.title ?? ''),
  );
  const of = (name: Section['name'], isIn: (row: Row) => boolean): Section => ({ name, rows: shown.filter(isIn) });
  const sections = archive
    ? [of('archived', () => true)]
    : [
        of('pinned', ({ conversation }) => conversation?.pinned === true),
        of('recent', ({ conversation }) => conversation?.pinned === false),
        of('people', ({ conversation }) => conversation === undefined),
      ];
  return sections.filter((section) => section.rows.length > 0);
}
