import type { ContactKey } from '../../../shared/model/identity';
import type { KeyShift } from '../../../shared/model/keys';
import type { Message } from '../../../shared/model/message';
import { startOfDay } from '../../i18n/use-times';

/** Messages closer than this and in one direction stand together. */
const together = 5 * 60_000;
/** Milliseconds that a message may be under way, or clocks be apart, before it is worth a word. */
const lateAfter = 5 * 60_000;
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
  /** Identity keys the other side moved to after this message, one line each; oldest first in a line. */
  readonly identities: readonly (readonly ContactKey[])[];
  /** What became of devices after this message. */
  readonly marks: readonly TimelineMark[];
}

/** A line of its own between messages. */
export interface TimelineMark {
  readonly key: string;
  /** Told after the last message that is not later than this; where there is none, not at all. */
  readonly at: number;
  readonly words: string;
  /** About how long messages stay, not about a device. */
  readonly isTimer?: true;
}

/** A line after a message, with the time of day that it tells; of which day, where that is another than that of what stands before it. */
export type TimelineLine = Unplaced & { readonly startsDay: boolean };

type Unplaced = { readonly at: number } & (
  | { readonly kind: 'shifts'; readonly shifts: readonly KeyShift[] }
  | { readonly kind: 'identities'; readonly keys: readonly ContactKey[] }
  | { readonly kind: 'mark'; readonly mark: TimelineMark }
);

const noKeys: readonly ContactKey[] = [];
const noMarks: readonly TimelineMark[] = [];

/**
 * Messages with what stands between them: days, groups, key renewals. Keeps the order it was given. What is as it was in
 * `former` is the same object again: of a long conversation only what changed is drawn anew.
 */
export function timeline(
  messages: readonly Message[],
  history: readonly KeyShift[],
  former: readonly TimelineMessage[] = [],
  identityKeys: readonly ContactKey[] = noKeys,
  marks: readonly TimelineMark[] = noMarks,
): readonly TimelineMessage[] {
  const marksAfter = placeMarks(messages, marks);
  const identitiesAfter = placeIdentities(messages, identityKeys);
  const shiftsAfter = placeShifts(messages, history);
  const known = new Map(former.map((entry) => [entry.message, entry]));
  return messages.map((message, index) => {
    const before = messages[index - 1];
    const after = messages[index + 1];
    const at = timeOf(message);
    const linesOf = ({ messageId }: Message) => ({ shifts: shiftsAfter.get(messageId) ?? [], identities: identitiesAfter.get(messageId) ?? [], marks: marksAfter.get(messageId) ?? noMarks });
    const last = before === undefined ? undefined : (linesAfter({ at: timeOf(before), ...linesOf(before) }).at(-1)?.at ?? timeOf(before));
    const startsDay = last === undefined || startOfDay(last) !== startOfDay(at);
    const isParted = (id: string): boolean => shiftsAfter.has(id) || identitiesAfter.has(id) || marksAfter.has(id);
    const shiftBefore = before !== undefined && isParted(before.messageId);
    const entry: TimelineMessage = {
      message,
      at,
      startsDay,
      startsGroup: startsDay || shiftBefore || !joins(before, message),
      endsGroup:
        after === undefined || startOfDay(timeOf(after)) !== startOfDay(at) || isParted(message.messageId) || !joins(message, after),
      ...linesOf(message),
    };
    const same = known.get(message);
    return same !== undefined && isSame(same, entry) ? same : entry;
  });
}

/** What is told after a message, by time; of one moment first the keys. */
export function linesAfter({ at, shifts, identities, marks }: Pick<TimelineMessage, 'at' | 'shifts' | 'identities' | 'marks'>): readonly TimelineLine[] {
  const lines: Unplaced[] = [
    ...shifts.map((line) => ({ kind: 'shifts' as const, at: line.at(-1)?.at ?? 0, shifts: line })),
    ...identities.map((line) => ({ kind: 'identities' as const, at: line.at(-1)?.since ?? 0, keys: line })),
    ...marks.map((mark) => ({ kind: 'mark' as const, at: mark.at, mark })),
  ];
  lines.sort((one, other) => one.at - other.at);
  return lines.map((line, index) => ({ ...line, startsDay: startOfDay(lines[index - 1]?.at ?? at) !== startOfDay(line.at) }));
}

/** Of the same message. */
function isSame(one: TimelineMessage, other: TimelineMessage): boolean {
  return (
    one.startsDay === other.startsDay && one.startsGroup === other.startsGroup && one.endsGroup === other.endsGroup
    && sameLines(one.shifts, other.shifts) && sameLines(one.identities, other.identities) && sameLines([one.marks], [other.marks])
  );
}

function sameLines<T>(lines: readonly (readonly T[])[], others: readonly (readonly T[])[]): boolean {
  return lines.length === others.length && lines.every((line, index) => line.length === others[index]?.length && line.every((each, at) => each === others[index]?.[at]));
}

/** It was on its way for long, or the two clocks are apart. By its writer's clock, so it orders nothing. */
export function cameLate({ receivedAt, sentAt }: Message): boolean {
  return receivedAt !== undefined && receivedAt - sentAt > lateAfter;
}

export function timeOf(message: Message): number {
  return message.receivedAt ?? message.sentAt;
}

function joins(one: Message | undefined, other: Message): boolean {
  return one !== undefined && one.direction === other.direction && timeOf(other) - timeOf(one) < together;
}

/** What is told in one line a day: routine renewals, and those that devices caused. A loss stands in its place. */
function foldOf({ reason, at }: KeyShift): string | undefined {
  if (reason === 'compromise') return undefined;
  return `${reason === 'devices' ? 'devices' : 'routine'} ${startOfDay(at)}`;
}

/** A new key is told before the message that came with it, though both are of one moment. */
function isUnder(message: Message, shift: KeyShift | undefined): boolean {
  if (shift === undefined || message.keyEpoch < shift.to || shift.at - timeOf(message) > oneMoment) return false;
  return (message.direction === 'out') === (shift.who === 'you');
}

/** Where a line of this moment stands. By time and not by place: once the clock was set back, every line from before that would stand behind what was written since. */
function newestBefore(messages: readonly Message[], at: number, isPassedOver: (message: Message) => boolean = () => false): Message | undefined {
  let found: Message | undefined;
  for (const message of messages) if (timeOf(message) <= at && (found === undefined || timeOf(message) >= timeOf(found)) && !isPassedOver(message)) found = message;
  return found;
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
    const target = newestBefore(messages, endOf(line), (message) => isUnder(message, line.at(-1)));
    if (target !== undefined) placed.set(target.messageId, withLine(placed.get(target.messageId) ?? [], line));
  }
  return placed;
}

/** A loss that follows another one of the same side and day, with no message between them, says nothing new: a device that is stopped, allowed and removed causes several within a minute. */
function withLine(there: readonly (readonly KeyShift[])[], line: readonly KeyShift[]): (readonly KeyShift[])[] {
  const same = there.find(([before]) => before?.reason === 'compromise' && line[0]?.reason === 'compromise' && before.who === line[0].who && startOfDay(before.at) === startOfDay(line[0].at));
  return same === undefined ? [...there, line] : [...there.filter((each) => each !== same), [...same, ...line]];
}

/** Every key but the first, after the last message that came before it; those of one day that the key before confirmed as one. */
function placeIdentities(messages: readonly Message[], keys: readonly ContactKey[]): Map<string, (readonly ContactKey[])[]> {
  const lines: ContactKey[][] = [];
  for (const key of [...keys].sort((one, other) => one.since - other.since || one.epoch - other.epoch)) {
    if (key.origin === 'first') continue;
    const open = lines.at(-1);
    const before = open?.at(-1);
    const joined = before?.origin === 'old-key' && key.origin === 'old-key' && startOfDay(before.since) === startOfDay(key.since);
    if (open !== undefined && joined) open.push(key);
    else lines.push([key]);
  }
  const placed = new Map<string, (readonly ContactKey[])[]>();
  for (const line of lines) {
    const end = line.at(-1)?.since ?? 0;
    const target = newestBefore(messages, end);
    if (target !== undefined) placed.set(target.messageId, [...(placed.get(target.messageId) ?? []), line]);
  }
  return placed;
}

function placeMarks(messages: readonly Message[], marks: readonly TimelineMark[]): Map<string, readonly TimelineMark[]> {
  const placed = new Map<string, readonly TimelineMark[]>();
  for (const mark of [...marks].sort((one, other) => one.at - other.at)) {
    const target = newestBefore(messages, mark.at);
    if (target !== undefined) placed.set(target.messageId, [...(placed.get(target.messageId) ?? []), mark]);
  }
  return placed;
}
