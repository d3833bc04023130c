import type { ExportedMessage } from '../../../shared/model/exported';
import type { Message } from '../../../shared/model/message';
import type { ExportHead } from './formats';

/** A message as files of other programs' readers have it: times as ISO 8601 in UTC, people by their names (docs/export.md). */
export function exportedMessage(message: Message, { me, them }: ExportHead): ExportedMessage {
  const { file, reactions } = message;
  return {
    id: message.messageId,
    from: message.direction === 'out' ? me.name : them.name,
    own: message.direction === 'out',
    sentAt: iso(message.sentAt),
    ...(message.receivedAt !== undefined && { receivedAt: iso(message.receivedAt) }),
    kind: message.kind,
    text: message.text,
    ...(message.editedAt !== undefined && { editedAt: iso(message.editedAt) }),
    ...(message.disappearsAt !== undefined && { disappearsAt: iso(message.disappearsAt) }),
    ...(message.replyTo !== undefined && { replyTo: message.replyTo }),
    ...(reactions !== undefined && { reactions: reactions.map(({ by, emoji }) => ({ from: by === 'me' ? me.name : them.name, emoji })) }),
    ...(file !== undefined && { file: { name: file.name, size: file.size, mediaType: file.mediaType } }),
    state: message.state,
    device: message.instanceId,
    sequence: message.sequence,
    keyEpoch: message.keyEpoch,
  };
}

/** Times that no calendar has are left to the reader as numbers. */
export function iso(time: number): string | number {
  return Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : time;
}
