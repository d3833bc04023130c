import * as z from 'zod';
import { conversationId, messageId, time } from './ids';

export const searchHit = z.strictObject({
  messageId,
  conversationId,
  direction: z.enum(['in', 'out']),
  /** A piece of the text around the first match, at most 200 characters. */
  snippet: z.string(),
  /** Where in it the matches stand, as [start, end) in UTF-16 units. */
  marks: z.array(z.tuple([z.number().int().nonnegative(), z.number().int().nonnegative()])),
  sentAt: time,
});
export type SearchHit = z.infer<typeof searchHit>;

/** What may not fit in an archive; the window has words for each. */
const archiveFaults = ['certificate', 'history', 'credential', 'header', 'signer', 'recipient', 'signature', 'messages', 'headers', 'end'] as const;
export type ArchiveFaultKind = (typeof archiveFaults)[number];

/** What stands in an archive, and what can be said of it years later: who is in it, and which key headers are true. Never that words are. */
export const archiveReport = z.strictObject({
  conversation: z.strictObject({ title: z.string(), people: z.array(z.strictObject({ name: z.string(), peerId: z.string(), fingerprint: z.string() })) }),
  exportedAt: time,
  messages: z.number().int().nonnegative(),
  /** Different key headers whose signature and chain are true. */
  headers: z.number().int().nonnegative(),
  /** What does not fit, in plain words; empty when all of it does. */
  faults: z.array(z.string()),
  /** The same, by what it is and how often. */
  faultKinds: z.array(z.strictObject({ fault: z.enum(archiveFaults), count: z.number().int().positive() })),
});
export type ArchiveReport = z.infer<typeof archiveReport>;
