import { KeyshiftError } from '../../shared/errors';
import type { MessageWay } from '../../shared/model/message';
import type { InstanceId } from '../engine/ids';
import type { MessageRow } from '../services/ports';
import type { Row } from './database';
import { messageStates } from './message-states';
import { flag, given, id, integer, optionalInteger, optionalText, text, word } from './row';

/** Stored by place, like the states. */
export const messageWays = ['connection', 'device', 'mailbox', 'file'] as const satisfies readonly MessageWay[];
const directions = ['in', 'out'] as const;
const kinds = ['text', 'file', 'deleted', 'unsupported'] as const satisfies readonly MessageRow['kind'][];

/** What of a message is read and written in one piece, in the order of `messageValues`. */
export const messageColumns = `message_id, direction, instance_id, sequence, kind, text, reply_to, sent_at, received_at, state, key_epoch, moved_to,
  origin_instance, origin_sequence, way, maybe_repeat, edited_at, disappear_after, disappears_at, transfer_id, revision`;
export const messageMarks = messageColumns.replace(/\w+/g, '?');

export function messageValues(row: MessageRow): (string | number | null)[] {
  return [
    row.messageId,
    directions.indexOf(row.direction),
    row.instanceId,
    row.sequence,
    row.kind,
    row.text,
    row.replyTo ?? null,
    row.sentAt,
    row.receivedAt ?? null,
    messageStates.indexOf(row.state),
    row.keyEpoch,
    row.movedTo ?? null,
    row.origin?.instanceId ?? null,
    row.origin?.sequence ?? null,
    row.way === undefined ? null : messageWays.indexOf(row.way),
    row.maybeRepeat === true ? 1 : 0,
    row.editedAt ?? null,
    row.disappearAfter ?? null,
    row.disappearsAt ?? null,
    row.transferId ?? null,
    row.revision ?? 0,
  ];
}

export function readMessage(row: Row, conversationId: string): MessageRow {
  const origin = optionalText(row, 'origin_instance') === undefined
    ? undefined
    : { instanceId: id<InstanceId>(row, 'origin_instance'), sequence: integer(row, 'origin_sequence') };
  return {
    messageId: text(row, 'message_id'),
    conversationId,
    direction: at(row, 'direction', directions),
    instanceId: id(row, 'instance_id'),
    sequence: integer(row, 'sequence'),
    kind: word(row, 'kind', kinds),
    text: text(row, 'text'),
    ...given('replyTo', optionalText(row, 'reply_to')),
    sentAt: integer(row, 'sent_at'),
    ...given('receivedAt', optionalInteger(row, 'received_at')),
    state: at(row, 'state', messageStates),
    ...given('way', wayOf(row)),
    ...(flag(row, 'maybe_repeat') && { maybeRepeat: true as const }),
    ...given('movedTo', optionalText(row, 'moved_to')),
    keyEpoch: integer(row, 'key_epoch'),
    ...given('origin', origin),
    ...given('editedAt', optionalInteger(row, 'edited_at')),
    ...given('disappearAfter', optionalInteger(row, 'disappear_after')),
    ...given('disappearsAt', optionalInteger(row, 'disappears_at')),
    ...given('transferId', optionalText(row, 'transfer_id')),
    ...(integer(row, 'revision') > 0 && { revision: integer(row, 'revision') }),
  };
}

export function wayOf(row: Row): MessageWay | undefined {
  return optionalInteger(row, 'way') === undefined ? undefined : at(row, 'way', messageWays);
}

/** The word of a place in a list. Errors: vault.damaged. */
export function at<W extends string>(row: Row, column: string, words: readonly W[]): W {
  const found = words[integer(row, column)];
  if (found === undefined) throw new KeyshiftError('vault.damaged', `The database holds something unexpected in “${column}”.`);
  return found;
}
