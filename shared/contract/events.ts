import * as z from 'zod';
import { contactRequest } from '../model/contact';
import { contactId, conversationId, messageId } from '../model/ids';
import { keyShift } from '../model/keys';
import { message, messageState, waitingFor } from '../model/message';
import { vaultState } from '../model/vault';

/** Everything a door may hear without asking. Payloads say what changed; details are asked for. */
export const events = {
  'message.received': z.strictObject({ type: z.literal('message.received'), conversationId, message }),
  'message.state': z.strictObject({
    type: z.literal('message.state'),
    conversationId,
    messageId,
    state: messageState,
    waitingFor: waitingFor.optional(),
    movedTo: messageId.optional(),
  }),
  'conversation.changed': z.strictObject({ type: z.literal('conversation.changed'), conversationId }),
  'contact.changed': z.strictObject({ type: z.literal('contact.changed'), contactId }),
  'contact.request': z.strictObject({ type: z.literal('contact.request'), ...contactRequest.shape }),
  'key.shifted': z.strictObject({ type: z.literal('key.shifted'), conversationId, ...keyShift.shape }),
  'session.changed': z.strictObject({ type: z.literal('session.changed'), contactId, connected: z.boolean() }),
  'vault.changed': z.strictObject({ type: z.literal('vault.changed'), state: vaultState }),
} as const;
