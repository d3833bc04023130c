import type { KeyShift } from '../../../shared/model/keys';
import type { Message } from '../../../shared/model/message';
import { startOfDay } from '../../i18n/use-times';

/** Messages closer than this and in one direction stand together. */
const together = 5 * 60_000;
/** Locking a message and making its key, or receiving both. */
const oneMoment = 1_000;

export interface TimelineMessage {
  readonly message: Message;
  /** Time of its first sight here: what orders and separates days. */
  readonly at: number;
  readonly startsDay: boolean;
  readonly startsGroup: boolean;
  readonly endsGroup: boolean;
  /** Key renewals told after this message, one line each: the routine ones of a day in one. */
  readonly shifts: readonly (readonly KeyShift[])[];
}

/**
 * Messages with what stands between them: days, groups, key renewals. Keeps the order it was given. What is as it was in
 * `former` is the same object again: of a long conversation only what changed is drawn anew.
 */
export function timeline(messages: readonly Message[], history: readonly KeyShift[], former: readonly TimelineMessage[] = []): readonly TimelineMessage[] {
  const shiftsAfter = placeShifts(messages, history);
  const known = new Map(former.map((entry) => [entry.message, entry]));
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    const at = timeOf(message);
    const startsDay = before === undefined || startOfDay(timeOf(before)) !== startOfDay(at);
    const shiftBefore = before !== undefined && shiftsAfter.has(before.messageId);
    const entry: TimelineMessage = {
      message,
      at,
      startsDay,
      startsGroup: startsDay || shiftBefore || !joins(before, message),
      endsGroup:
        after === undefined || startOfDay(timeOf(after)) !== startOfDay(at) || shiftsAfter.has(message.messageId) || !joins(message, after),
      shifts: shiftsAfter.get(message.messageId) ?? [],
    };
    const same = known.get(message);
    return same !== undefined && isSame(same, entry) ? same : entry;
  });
}

/** Of the same message. */
function isSame(one: TimelineMessage, other: TimelineMessage): boolean {
  return (
    one.startsDay === other.startsDay && one.startsGroup === other.startsGroup && one.endsGroup === other.endsGroup
    && one.shifts.length === other.shifts.length
    && one.shifts.every((line, index) => line.length === other.shifts[index]?.length && line.every((shift, at) => shift === other.shifts[index]?.[at]))
  );
}

export function timeOf(message: Message): number {
  return message.receivedAt ?? message.sentAt;
}

function joins(one: Message | undefined, other: Message): boolean {
  return one !== undefined && one.direction === other.direction && timeOf(other) - timeOf(one) < together;
}

/** What is told in one line a day: routine renewals, and those that devices caused. A loss stands alone. */
function foldOf({ reason, at }: KeyShift): string | undefined {
  if (reason === 'compromise') return undefined;
  return `${reason === 'devices' ? 'devices' : 'routine'} ${startOfDay(at)}`;
}

/** A new key is told before the message that came with it, though both are of one moment. */
function isUnder(message: Message, shift: KeyShift | undefined): boolean {
  if (shift === undefined || message.keyEpoch < shift.to || shift.at - timeOf(message) > oneMoment) return false;
  return (message.direction === 'out') === (shift.who === 'you');
}

/** Every shift but the first keys, after the last message that came before it; what is folded as one. */
function placeShifts(messages: readonly Message[], history: readonly KeyShift[]): Map<string, (readonly KeyShift[])[]> {
  const folds = new Map<string, KeyShift[]>();
  const lines: KeyShift[][] = [];
  for (const shift of [...history].sort((one, other) => one.at - other.at)) {
    if (shift.reason === 'first' || shift.from === 0) continue;
    const fold = foldOf(shift);
    const open = fold === undefined ? undefined : folds.get(fold);
    if (open !== undefined) {
      open.push(shift);
      continue;
    }
    const line = [shift];
    lines.push(line);
    if (fold !== undefined) folds.set(fold, line);
  }
  const endOf = (line: readonly KeyShift[]): number => line.at(-1)?.at ?? 0;
  lines.sort((one, other) => endOf(one) - endOf(other));

  const placed = new Map<string, (readonly KeyShift[])[]>();
  for (const line of lines) {
    let target: Message | undefined;
    for (const message of messages) if (timeOf(message) <= endOf(line) && !isUnder(message, line.at(-1))) target = message;
    if (target !== undefined) placed.set(target.messageId, [...(placed.get(target.messageId) ?? []), line]);
  }
  return placed;
}
