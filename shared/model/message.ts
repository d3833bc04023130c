import * as z from 'zod';
import { conversationId, instanceId, messageId, time, transferId } from './ids';

export { maxTextBytes } from '../text-limit';

/**
 * What keeps a message from being delivered. `continuation`: its conversation failed and nobody has continued it. `ended`:
 * nothing does any more, it will not be delivered, because the contact ended before it answered. `key`: nothing vouches for a key
 * shown in the contact's name, or too much does; sending is paused until that is settled. `pickup`: it lies where the other person can fetch it, in
 * their mailbox or at a device that passes it on. `pace`: this device had as many new keys in this conversation within an hour as the other side allows, by being started
 * as often; it goes once one more is allowed.
 */
export const waitingFor = z.enum(['acceptance', 'connection', 'acknowledgement', 'pickup', 'unblock', 'continuation', 'key', 'pace', 'ended']);
export type WaitingFor = z.infer<typeof waitingFor>;

export const messageState = z.enum(['queued', 'sent', 'delivered', 'read']);
export type MessageState = z.infer<typeof messageState>;

/** Which way an own message went last, absent where it was delivered before that was noted: a connection, another own device that passes it on, the other person's mailbox, or a file. */
export const messageWay = z.enum(['connection', 'device', 'mailbox', 'file']);
export type MessageWay = z.infer<typeof messageWay>;

/** One emoji somebody put to a message: one grapheme, at most 64 bytes of UTF-8. */
export const emoji = z.string().min(1).max(32);

export const reaction = z.strictObject({ by: z.enum(['me', 'them']), emoji });
export type Reaction = z.infer<typeof reaction>;

export const message = z.strictObject({
  messageId,
  conversationId,
  direction: z.enum(['in', 'out']),
  /** The device that wrote it. */
  instanceId,
  /** Place in that device's stream of this conversation, from 1. */
  sequence: z.number().int().positive(),
  /**
   * `file`: `file` says which, `text` is what was written with it. `deleted`: its writer took it back for both; `text` is then empty.
   * `unsupported`: a kind of content that this version does not know; `text` is then empty.
   */
  kind: z.enum(['text', 'file', 'deleted', 'unsupported']),
  text: z.string(),
  /** When its writer changed the text last. */
  editedAt: time.optional(),
  /** One of each person and emoji, oldest first; absent when there is none. */
  reactions: z.array(reaction).optional(),
  /** When it disappears here; absent while it stays, and while the clock has not begun: that of a received one begins when it was read. */
  disappearsAt: time.optional(),
  /** The file it brings; details in `files.list`. */
  file: z.strictObject({ transferId, name: z.string(), size: z.number().int().nonnegative(), mediaType: z.string() }).optional(),
  replyTo: messageId.optional(),
  sentAt: time,
  receivedAt: time.optional(),
  state: messageState,
  waitingFor: waitingFor.optional(),
  way: messageWay.optional(),
  /** It is sent no more: this one, in the conversation that goes on, says the same. */
  movedTo: messageId.optional(),
  /** This device was let in without hearing what the other ones have had: it may have been there long ago. */
  maybeRepeat: z.literal(true).optional(),
  /** Epoch of the dialog session key it was locked with; 0 while it waits to be locked. */
  keyEpoch: z.number().int().nonnegative(),
});
export type Message = z.infer<typeof message>;
