import * as z from 'zod';
import { conversationId, messageId, transferId } from '../model/ids';
import { plainText } from '../model/text';
import { fileToken, transfer } from '../model/transfer';
import { call } from './call';
import { atMostOne, done, longest, needsStanding, needsConversation, needsTransfer, needsOpen } from './needs';

export const files = {
  /**
   * Durable before it answers: the file is copied, encrypted, into the profile. `path` at the headless door, `token` in the window; `from`: what is here of a
   * file of another message, which becomes a file of its own and says nothing of the other. At most one of them; none: a dialog asks.
   */
  send: call(
    z.strictObject({ conversationId, path: z.string().optional(), token: fileToken.optional(), from: transferId.optional(), text: plainText.max(longest).optional(), replyTo: messageId.optional() }).check(atMostOne('path', 'token', 'from')),
    z.strictObject({ transferId, messageId }),
    [...needsConversation, ...needsStanding, ...needsOpen, 'message.unknown', 'message.too-long', 'path.required', 'path.unusable', 'file.gone', 'file.changed', 'file.empty', 'file.too-large', 'contact.not-permitted', 'transfer.over', 'transfer.unknown', 'transfer.not-here', 'file.altered'],
  ),
  accept: call(z.strictObject({ transferId }), done, [...needsTransfer, ...needsStanding, 'transfer.over']),
  pause: call(z.strictObject({ transferId }), done, [...needsTransfer, 'transfer.over']),
  resume: call(z.strictObject({ transferId }), done, [...needsTransfer, ...needsStanding, 'transfer.over']),
  cancel: call(z.strictObject({ transferId }), done, [...needsTransfer, 'transfer.over']),
  /** Writes it to a place of the person's choice, never executable, never over something else without a yes. */
  save: call(z.strictObject({ transferId, path: z.string().optional() }), z.strictObject({ path: z.string() }), [...needsTransfer, 'transfer.not-here', 'file.altered', 'path.required', 'path.unusable', 'path.taken']),
  /**
   * Newest first, of all conversations without `conversationId`: the newest, with those that are just being copied, or the page behind `before`;
   * 100 without `limit`. With `transferIds`, which have no pages, those of them that are known, and no others.
   */
  list: call(
    z.strictObject({ conversationId: conversationId.optional(), before: transferId.optional(), limit: z.number().int().min(1).max(500).optional(), transferIds: z.array(transferId).max(500).optional() }).check(atMostOne('before', 'transferIds')).optional(),
    z.array(transfer),
    [...needsConversation, 'transfer.unknown'],
  ),
  /** The content is no longer kept here; the message stays. */
  forget: call(z.strictObject({ transferId }), done, needsTransfer),
} as const;
