import type { Contact } from '../../../shared/model/contact';
import type { Conversation } from '../../../shared/model/conversation';

/** One line of the list: a conversation, or a person one has not talked to yet. */
export interface Row {
  readonly key: string;
  readonly contact: Contact;
  readonly conversation: Conversation | undefined;
}

/** Conversations by newest activity, then people without one by name. */
export function listRows(contacts: readonly Contact[], conversations: readonly Conversation[]): readonly Row[] {
  const byId = new Map(contacts.map((contact) => [contact.contactId, contact]));
  const rows: Row[] = [];
  const talkedTo = new Set<string>();
  for (const conversation of conversations) {
    const contact = byId.get(conversation.contactId);
    if (contact === undefined) continue;
    talkedTo.add(contact.contactId);
    rows.push({ key: conversation.conversationId, contact, conversation });
  }
  const others = contacts
    .filter((contact) => !talkedTo.has(contact.contactId))
    .sort((one, other) => one.name.localeCompare(other.name));
  for (const contact of others) rows.push({ key: contact.contactId, contact, conversation: undefined });
  return rows;
}
