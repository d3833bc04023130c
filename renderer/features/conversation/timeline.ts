import type { KeyShift } from '../../../shared/model/keys';
import type { Message } from '../../../shared/model/message';
import { startOfDay } from '../../i18n/use-times';

/** Messages closer than this and in one direction stand together. */
const together = 5 * 60_000;

export interface TimelineMessage {
  readonly message: Message;
  /** Time of its first sight here: what orders and separates days. */
  readonly at: number;
  readonly startsDay: boolean;
  readonly startsGroup: boolean;
  readonly endsGroup: boolean;
  /** Key renewals told after this message, folded to one line a day. */
  readonly shifts: readonly KeyShift[];
}

/** Messages with what stands between them: days, groups, key renewals. Keeps the order it was given. */
export function timeline(messages: readonly Message[], history: readonly KeyShift[]): readonly TimelineMessage[] {
  const shiftsAfter = placeShifts(messages, history);
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    const at = timeOf(message);
    const startsDay = before === undefined || startOfDay(timeOf(before)) !== startOfDay(at);
    const shiftBefore = before !== undefined && shiftsAfter.has(before.messageId);
    return {
      message,
      at,
      startsDay,
      startsGroup: startsDay || shiftBefore || !joins(before, message),
      endsGroup:
        after === undefined || startOfDay(timeOf(after)) !== startOfDay(at) || shiftsAfter.has(message.messageId) || !joins(message, after),
      shifts: shiftsAfter.get(message.messageId) ?? [],
    };
  });
}

export function timeOf(message: Message): number {
  return message.receivedAt ?? message.sentAt;
}

function joins(one: Message | undefined, other: Message): boolean {
  return one !== undefined && one.direction === other.direction && timeOf(other) - timeOf(one) < together;
}

/** Every shift but the first keys, after the last message that came before the last shift of its day. */
function placeShifts(messages: readonly Message[], history: readonly KeyShift[]): Map<string, KeyShift[]> {
  const byDay = new Map<number, KeyShift[]>();
  for (const shift of [...history].sort((one, other) => one.at - other.at)) {
    if (shift.reason === 'first' || shift.from === 0) continue;
    const day = startOfDay(shift.at);
    byDay.set(day, [...(byDay.get(day) ?? []), shift]);
  }
  const placed = new Map<string, KeyShift[]>();
  for (const shifts of byDay.values()) {
    const last = shifts.at(-1);
    if (last === undefined) continue;
    let target: Message | undefined;
    for (const message of messages) if (timeOf(message) <= last.at) target = message;
    if (target !== undefined) placed.set(target.messageId, [...(placed.get(target.messageId) ?? []), ...shifts]);
  }
  return placed;
}
