import * as z from 'zod';
import { instanceId, messageId } from './ids';
import { messageState } from './message';

/** ISO 8601 in UTC, to the millisecond; a time no calendar has is left as a number. */
const moment = z.union([z.string().regex(/^[+-]?\d{4,6}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/), z.number()]);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

export const exportedMessage = z.strictObject({
  id: messageId,
  from: z.string(),
  own: z.boolean(),
  sentAt: moment,
  receivedAt: moment.optional(),
  kind: z.enum(['text', 'file', 'deleted', 'unsupported']),
  text: z.string(),
  editedAt: moment.optional(),
  disappearsAt: moment.optional(),
  replyTo: messageId.optional(),
  reactions: z.array(z.strictObject({ from: z.string(), emoji: z.string() })).optional(),
  file: z.strictObject({ name: z.string(), size: count, mediaType: z.string() }).optional(),
  state: messageState,
  device: instanceId,
  sequence: count,
  keyEpoch: count,
});
export type ExportedMessage = z.infer<typeof exportedMessage>;

/** An exported conversation of the kind `json`. docs/export.schema.json says the same for other programs. */
export const exportedConversation = z.strictObject({
  format: z.literal('keyshift-conversation'),
  version: z.literal(1),
  exportedAt: moment,
  title: z.string(),
  people: z.array(z.strictObject({ name: z.string(), peerId: z.string(), own: z.boolean() })).length(2),
  messages: z.array(exportedMessage),
});
