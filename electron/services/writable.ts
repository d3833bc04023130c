import { KeyshiftError } from '../../shared/errors';
import { maxTextBytes } from '../../shared/model/message';
import { conversationRow } from './conversations-service';
import type { OpenProfile } from './open-profile';
import type { ConversationRow, MessageRow } from './ports';

/**
 * Whether something can be said in this conversation now, and what it answers. Errors: conversation.unknown, device.suspended, device.removed,
 * contact.blocked, contact.ended, conversation.failed, conversation.closed, message.unknown.
 */
export function assertWritable(profile: OpenProfile, conversationId: string, replyTo: string | undefined): { readonly conversation: ConversationRow; readonly answered: MessageRow | undefined } {
  profile.devices.standing.assertCounts();
  const conversation = conversationRow(profile, conversationId);
  const contact = profile.stores.contacts.byId(conversation.contactId);
  if (contact?.blocked === true) throw new KeyshiftError('contact.blocked', 'You blocked this person.');
  if (contact?.ended !== undefined) throw new KeyshiftError('contact.ended', 'This person will not answer any more.');
  if (conversation.state === 'failed') {
    throw new KeyshiftError('conversation.failed', 'This conversation was ended by a safety rule. Open a new one.');
  }
  if (conversation.state === 'closed') throw new KeyshiftError('conversation.closed', 'This conversation is closed.');
  const answered = replyTo === undefined ? undefined : profile.stores.messages.byId(replyTo);
  if (replyTo !== undefined && answered?.conversationId !== conversationId) {
    throw new KeyshiftError('message.unknown', 'The message to reply to is not in this conversation.');
  }
  return { conversation, answered };
}

/** Errors: message.too-long. */
export function assertLength(text: string): void {
  if (Buffer.byteLength(text) > maxTextBytes) throw new KeyshiftError('message.too-long', 'This message is too long. Send it in parts.', { limit: maxTextBytes });
}
