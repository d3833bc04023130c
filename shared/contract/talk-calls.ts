import * as z from 'zod';
import { conversation, disappearAfter, draft, editing, timerChange } from '../model/conversation';
import { contactId, conversationId, messageId, time } from '../model/ids';
import { emoji, message } from '../model/message';
import { archiveReport, searchHit } from '../model/search';
import { plainText, title } from '../model/text';
import { call } from './call';
import { atMostOne, none, done, longest, needsVault, needsContact, needsStanding, needsConversation, needsMessage, needsOpen } from './needs';

/** What is said, and where. */
export const conversations = {
  open: call(z.strictObject({ contactId, title: title.optional() }), z.strictObject({ conversationId }), [
    ...needsContact,
    ...needsStanding,
    'contact.blocked',
    'contact.ended',
  ]),
  list: call(none, z.array(conversation), needsVault),
  /** One of them: asked for after a `conversation.changed`; unknown once it was removed. */
  get: call(z.strictObject({ conversationId }), conversation, needsConversation),
  continue: call(z.strictObject({ conversationId }), z.strictObject({ conversationId }), [
    ...needsConversation,
    ...needsStanding,
    'contact.blocked',
    'contact.ended',
    'conversation.open',
  ]),
  /** Up to the message `upTo`, in the order on screen; without it all of them. Nothing where that message is not there any more. */
  markRead: call(z.strictObject({ conversationId, upTo: messageId.optional() }), done, needsConversation),
  /** `title` and `disappearAfter` are told to the other side; the rest is this person's, on all own devices, but `editing` on this one. A draft or an edit of null is none; one of a message that is gone is none, either. */
  update: call(
    z.strictObject({
      conversationId,
      title: title.optional(),
      pinned: z.boolean().optional(),
      archived: z.boolean().optional(),
      markedUnread: z.boolean().optional(),
      mutedUntil: time.optional(),
      disappearAfter: disappearAfter.optional(),
      draft: draft.nullable().optional(),
      editing: editing.nullable().optional(),
    }),
    done,
    [...needsConversation, ...needsStanding, ...needsOpen, 'message.unknown', 'message.not-own'],
  ),
  /** Who let messages disappear after how long, and when, oldest first: of the newest hundred changes those this device knows. */
  timers: call(z.strictObject({ conversationId }), z.array(timerChange), needsConversation),
  /** Gone from all own devices, with its messages and files; the other side keeps theirs. Closed there, as it is here. */
  remove: call(z.strictObject({ conversationId }), done, needsConversation),
  /** As a file one can read (`html`, `json`), or as an archive whose key headers can be checked later. Tells `export.progress`. */
  export: call(
    z.strictObject({ conversationId, format: z.enum(['html', 'json', 'archive']), path: z.string().optional() }),
    z.strictObject({ path: z.string(), messages: z.number().int().nonnegative() }),
    [...needsConversation, 'path.required', 'path.unusable', 'path.taken', 'export.busy', 'export.cancelled'],
  ),
  cancelExport: call(none, done),
  /** Needs no vault: an archive speaks for itself. */
  checkArchive: call(z.strictObject({ path: z.string().optional() }), archiveReport, ['path.required', 'path.unusable', 'archive.garbled', 'archive.newer']),
} as const;

export const messages = {
  send: call(
    z.strictObject({ conversationId, text: plainText.max(longest), replyTo: messageId.optional() }),
    z.strictObject({ messageId }),
    [
      ...needsConversation,
      ...needsStanding,
      'contact.blocked',
      'contact.ended',
      'conversation.failed',
      'conversation.closed',
      'message.empty',
      'message.too-long',
      'message.unknown',
    ],
  ),
  list: call(
    /**
     * At most one of: `before`, the page before that message; `after`, the page behind it; `around`, the page with it in the middle; `at`, the page
     * with the first message of that time or later in the middle.
     */
    z.strictObject({
      conversationId,
      before: messageId.optional(),
      after: messageId.optional(),
      around: messageId.optional(),
      at: time.optional(),
      limit: z.number().int().min(1).max(500).optional(),
    }).check(atMostOne('before', 'after', 'around', 'at')),
    z.array(message),
    [...needsConversation, 'message.unknown'],
  ),
  /** Which of the spans between `starts`, each up to the next one, have messages: by number, from 0. For the days of a month, as the reader's clock has them. */
  days: call(z.strictObject({ conversationId, starts: z.array(time).min(2).max(50) }), z.array(z.number().int().nonnegative()), needsConversation),
  edit: call(z.strictObject({ messageId, text: plainText.max(longest) }), done, [...needsMessage, ...needsStanding, ...needsOpen, 'message.not-own', 'message.not-text', 'message.empty', 'message.too-long']),
  /** `forBoth`: an own message is taken back on the other side, too. Else it goes from the own devices only. */
  delete: call(z.strictObject({ messageId, forBoth: z.boolean().optional() }), done, [...needsMessage, ...needsStanding, ...needsOpen, 'message.not-own']),
  react: call(z.strictObject({ messageId, emoji, remove: z.boolean().optional() }), done, [...needsMessage, ...needsStanding, ...needsOpen, 'message.not-text', 'reaction.malformed', 'reaction.too-many']),
  /** Told to the other side while connected, if both want that; stops by itself after some seconds. */
  typing: call(z.strictObject({ conversationId, typing: z.boolean() }), done, needsConversation),
  /** All words, in any order, of the text or of the name of its file; the last one may be a beginning. Emoji among the newest messages. Newest first. */
  search: call(
    z.strictObject({ query: z.string().max(1024), conversationId: conversationId.optional(), before: messageId.optional(), limit: z.number().int().min(1).max(200).optional() }),
    z.array(searchHit),
    [...needsConversation, 'message.unknown'],
  ),
} as const;
