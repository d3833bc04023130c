import * as z from 'zod';
import { contactId, conversationId, time } from './ids';

export const conversation = z.strictObject({
  conversationId,
  contactId,
  title: z.string(),
  state: z.enum(['open', 'failed', 'closed']),
  /** Why it failed, as a rule name the window has words for. */
  failure: z.string().optional(),
  /** The conversation that goes on where this failed one stopped, and the other way round. */
  continuedBy: conversationId.optional(),
  continues: conversationId.optional(),
  unread: z.number().int().nonnegative(),
  lastMessageAt: time.optional(),
  /** First line of the newest message, for the list; at most 160 characters. */
  preview: z.string().optional(),
});
export type Conversation = z.infer<typeof conversation>;
