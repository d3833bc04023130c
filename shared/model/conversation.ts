import * as z from 'zod';
import { contactId, conversationId, instanceId, messageId, time } from './ids';
import { message } from './message';
import { plainText } from './text';

/** What was written and not sent. */
export const draft = z.strictObject({ text: plainText.max(200_000), replyTo: messageId.optional() });
export type Draft = z.infer<typeof draft>;

/** An own message whose text is being changed, and what it is to say. */
export const editing = z.strictObject({ messageId, text: plainText.max(200_000) });
export type Editing = z.infer<typeof editing>;

/** Seconds after which messages disappear, at most a year; 0: they stay. */
export const disappearAfter = z.number().int().min(0).max(365 * 86_400);

export const timerChange = z.strictObject({ by: z.enum(['me', 'them']), seconds: disappearAfter, at: time });
export type TimerChange = z.infer<typeof timerChange>;

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
  /** By hand, whatever is read, until somebody opens it. */
  markedUnread: z.boolean(),
  lastMessageAt: time.optional(),
  /** First line of the newest message, or the name of its file, for the list; at most 160 characters. */
  preview: z.string().optional(),
  /** Whose the newest message is. */
  lastBy: z.enum(['me', 'them']).optional(),
  /**
   * The newest message where it is an own one, with how far it got, which `message.state` tells on; in a list only of the first fifty and of pinned ones. Also
   * where `preview` is empty, as one that was taken back has no words.
   */
  newest: message.pick({ messageId: true, kind: true, direction: true, state: true }).optional(),
  /** Stands above those that are not. */
  pinned: z.boolean(),
  /** Stands in a list of its own until somebody writes. */
  archived: z.boolean(),
  /** Tells nobody of new messages until then; 0: it does. For ever is a time far away. */
  mutedUntil: time,
  /** Seconds after which new messages disappear on both sides; 0: they stay. */
  disappearAfter,
  draft: draft.optional(),
  /** On this device alone. */
  editing: editing.optional(),
  /** It had been ended, and went on when the own device that alone had ended it was suspended or removed. */
  returned: z.strictObject({ at: time, by: instanceId }).optional(),
});
export type Conversation = z.infer<typeof conversation>;
