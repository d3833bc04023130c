import { shiftReason } from '../../shared/model/keys';
import type {
  DialogKey,
  DialogRow,
  HeldRow,
  OutboxRow,
  PendingRow,
  ReceivingKeyRow,
  ReceivingRow,
  SendingKeyRow,
  SendingRow,
  StreamKey,
} from '../engine/dialog/dialog-store';
import type { InstanceId } from '../engine/ids';
import type { Row, SqlValue } from './database';
import { parseKekRanges } from './kek-range-column';
import type { OutboxHeaders, Packed } from './outbox-headers';
import { bytes, flag, given, id, integer, optionalBytes, optionalInteger, optionalText, text, word } from './row';

const openers = ['you', 'peer'] as const;
const states = ['open', 'failed', 'closed'] as const;

// Rows of the dialog tables, as the engine's port has them.

/** In the order of the columns of a dialog's key. */
export function dialogParams(key: DialogKey): readonly SqlValue[] {
  return [key.peerId, key.dialogId];
}

/** In the order of the columns of a stream's key. */
export function streamParams(key: StreamKey): readonly SqlValue[] {
  return [key.peerId, key.dialogId, key.instanceId];
}

export function readDialogKey(row: Row): DialogKey {
  return { peerId: id(row, 'peer_id'), dialogId: id(row, 'dialog_id') };
}

export function readStreamKey(row: Row): StreamKey {
  return { instanceId: id(row, 'instance_id'), ...readDialogKey(row) };
}

export function readDialog(row: Row): DialogRow {
  return {
    openedBy: word(row, 'opened_by', openers),
    state: word(row, 'state', states),
    createdAt: integer(row, 'created_at'),
    announced: flag(row, 'announced'),
    failureDue: flag(row, 'failure_due'),
    ...readDialogKey(row),
    ...given('failure', optionalText(row, 'failure')),
    ...given('kekCreator', optionalText(row, 'kek_creator') === undefined ? undefined : id<InstanceId>(row, 'kek_creator')),
  };
}

export function readSending(row: Row): SendingRow {
  return {
    nextSequence: integer(row, 'next_sequence'),
    nextSealed: integer(row, 'next_sealed'),
    acknowledged: integer(row, 'acknowledged'),
    digest: bytes(row, 'digest'),
    comparedUpTo: integer(row, 'compared_up_to'),
    comparedEqual: flag(row, 'compared_equal'),
    control: integer(row, 'control'),
    epoch: integer(row, 'epoch'),
    epochSince: integer(row, 'epoch_since'),
    epochMessages: integer(row, 'epoch_messages'),
    epochBytes: integer(row, 'epoch_bytes'),
    ...readStreamKey(row),
  };
}

export function readSendingKey(row: Row): SendingKeyRow {
  return {
    epoch: integer(row, 'epoch'),
    dskId: id(row, 'dsk_id'),
    check: bytes(row, 'key_check'),
    firstSequence: integer(row, 'first_sequence'),
    reason: word(row, 'reason', shiftReason.options),
    createdAt: integer(row, 'created_at'),
    ...readStreamKey(row),
  };
}

export function readOutbox(row: Row, headers: OutboxHeaders): OutboxRow {
  const keyEpoch = optionalInteger(row, 'key_epoch');
  const sealed = keyEpoch === undefined ? undefined : { bytes: headers.unpack(readPacked(row)), keyEpoch, kekId: id(row, 'kek_id'), until: optionalInteger(row, 'sealed_until') ?? 0 };
  return {
    sequence: integer(row, 'sequence'),
    content: bytes(row, 'content'),
    digest: bytes(row, 'digest'),
    sentAt: integer(row, 'sent_at'),
    ...readStreamKey(row),
    // The ids were parsed before they were stored.
    ...given('sealed', sealed as OutboxRow['sealed']),
  };
}

export function readPending(row: Row, headers: OutboxHeaders): PendingRow {
  return {
    sequence: integer(row, 'sequence'),
    bytes: headers.unpack(readPacked(row)),
    cursor: integer(row, 'cursor'),
    ...readDialogKey(row),
  };
}

function readPacked(row: Row): Packed {
  return { bytes: bytes(row, 'bytes'), headers: optionalBytes(row, 'headers') ?? null };
}

export function readReceiving(row: Row): ReceivingRow {
  return {
    cumulative: integer(row, 'cumulative'),
    digest: bytes(row, 'digest'),
    controlFloor: integer(row, 'control_floor'),
    controlEpoch: integer(row, 'control_epoch'),
    latestTime: integer(row, 'latest_time'),
    acknowledgementDue: flag(row, 'acknowledgement_due'),
    kekRanges: parseKekRanges(text(row, 'kek_ranges')),
    ...readStreamKey(row),
    ...(integer(row, 'read_up_to') > 0 && { readUpTo: integer(row, 'read_up_to') }),
  };
}

/** Of a stream whose ids are at hand: there are many rows of one, and each would keep texts of its own. */
export function readReceivingKey(row: Row, { peerId, dialogId, instanceId }: StreamKey): ReceivingKeyRow {
  return {
    peerId,
    dialogId,
    instanceId,
    epoch: integer(row, 'epoch'),
    dskId: id(row, 'dsk_id'),
    check: bytes(row, 'key_check'),
    firstSequence: integer(row, 'first_sequence'),
    compromise: flag(row, 'compromise'),
    highest: integer(row, 'highest'),
    messages: integer(row, 'messages'),
    bytes: integer(row, 'bytes'),
    firstTime: integer(row, 'first_time'),
    lastTime: integer(row, 'last_time'),
    receivedAt: integer(row, 'received_at'),
    live: flag(row, 'live'),
    again: flag(row, 'again'),
  };
}

export function readHeld(row: Row): HeldRow {
  return {
    sequence: integer(row, 'sequence'),
    content: bytes(row, 'content'),
    sentAt: integer(row, 'sent_at'),
    receivedAt: integer(row, 'received_at'),
    keyEpoch: integer(row, 'key_epoch'),
    ...readStreamKey(row),
  };
}
