import { KeyshiftError } from '../../shared/errors';
import { maxTextBytes } from '../../shared/model/message';
import { conversationRows } from './conversations-service';
import type { OpenProfile } from './open-profile';
import type { ConversationRow, MessageRow } from './ports';
import { asOne } from './talk/together';

/**
 * The conversation in which this is to be said, and what it answers. Errors: conversation.unknown, device.suspended, device.removed,
 * contact.blocked, contact.ended, conversation.failed, conversation.closed, message.unknown.
 */
export function assertWritable(profile: OpenProfile, conversationId: string, replyTo: string | undefined): { readonly conversation: ConversationRow; readonly answered: MessageRow | undefined } {
  const rows = conversationRows(profile, conversationId);
  assertOpen(profile, rows[0]);
  const answered = replyTo === undefined ? undefined : profile.stores.messages.byId(replyTo);
  // An answer goes into the dialog of what it answers: elsewhere there is nothing it could point at.
  const into = replyTo === undefined ? rows[0] : rows.find((row) => row.conversationId === answered?.conversationId);
  if (into === undefined) throw new KeyshiftError('message.unknown', 'The message to reply to is not in this conversation.');
  if (into !== rows[0]) assertOpen(profile, into);
  const { disappearAfter } = asOne(rows);
  return { conversation: disappearAfter === undefined ? into : { ...into, disappearAfter }, answered };
}

/** Errors: those of `assertWritable` but for what it does not know. */
export function assertOpen(profile: OpenProfile, conversation: ConversationRow): void {
  profile.devices.standing.assertCounts();
  const contact = profile.stores.contacts.byId(conversation.contactId);
  if (contact?.blocked === true) throw new KeyshiftError('contact.blocked', 'You blocked this person.');
  if (contact?.ended !== undefined) throw new KeyshiftError('contact.ended', 'This person will not answer any more.');
  if (conversation.state === 'failed') {
    throw new KeyshiftError('conversation.failed', 'This conversation was ended by a safety rule. Open a new one.');
  }
  if (conversation.state === 'closed') throw new KeyshiftError('conversation.closed', 'This conversation is closed.');
}

/** Errors: message.too-long. */
export function assertLength(text: string): void {
  if (Buffer.byteLength(text) > maxTextBytes) throw new KeyshiftError('message.too-long', 'This message is too long. Send it in parts.', { limit: maxTextBytes });
}
