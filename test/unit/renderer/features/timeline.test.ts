// @vitest-environment node
import { describe, expect, it } from 'vitest';
import type { ContactKey } from '../../../../shared/model/identity';
import type { KeyShift, ShiftReason } from '../../../../shared/model/keys';
import type { Message } from '../../../../shared/model/message';
import { linesAfter, timeline, type TimelineMark } from '../../../../renderer/features/conversation/timeline';
import { busyWorld, talkWithBo } from '../../../preview/scenes';

const now = Date.UTC(2026, 4, 6, 12);
const hour = 3_600_000;
const messages = busyWorld(now).messages.get(talkWithBo) ?? [];
const shift = (reason: ShiftReason, ago: number, who: 'you' | 'peer' = 'you', from = 3): KeyShift => ({ at: now - ago, who, from, to: from + 1, reason });
const lines = (history: readonly KeyShift[]): (readonly ShiftReason[])[] => timeline(messages, history).flatMap((entry) => entry.shifts.map((line) => line.map((one) => one.reason)));

describe('what is drawn again', () => {
  it('only what changed is another object: the new message, and the one it stands together with', () => {
    const history = [shift('hand', hour)];
    const first = timeline(messages, history);
    expect(timeline([...messages], [...history], first).every((entry, index) => entry === first[index])).toBe(true);
    const last = messages.at(-1);
    if (last === undefined) throw new Error('there are messages');
    const more = timeline([...messages, { ...last, messageId: `${last.messageId}+` }], history, first);
    expect(more.map((entry, index) => entry === first[index]).filter((same) => !same).length).toBeLessThanOrEqual(2);
    expect(more).toEqual(timeline([...messages, { ...last, messageId: `${last.messageId}+` }], history));
    const renewed = timeline(messages, [...history, shift('compromise', 0.1 * hour)], first);
    expect(renewed).toEqual(timeline(messages, [...history, shift('compromise', 0.1 * hour)]));
  });
});

describe('S2-21: renewals in the conversation', () => {
  it('the routine ones of a day are one line, each day its own', () => {
    expect(lines([shift('time', 27 * hour), shift('peer', 26 * hour, 'peer'), shift('hand', 2 * hour), shift('start', hour), shift('bytes', 0.9 * hour), shift('messages', 0.5 * hour)])).toEqual([
      ['time', 'peer'],
      ['hand', 'start', 'bytes', 'messages'],
    ]);
  });

  it('losses of one side with no message between them are one line, at the last of them', () => {
    const several = Array.from({ length: 4 }, (_, at) => [shift('compromise', (2 - at * 0.01) * hour), shift('compromise', (1.999 - at * 0.01) * hour, 'peer')]).flat();
    expect(lines([shift('time', 3 * hour), ...several, shift('devices', 1.5 * hour)])).toEqual([['time'], ['compromise', 'compromise', 'compromise', 'compromise'], ['compromise', 'compromise', 'compromise', 'compromise'], ['devices']]);
  });

  it('a loss stands alone, in its place, however many renewals there are that day', () => {
    expect(lines([shift('time', 3 * hour), shift('compromise', 2 * hour), shift('compromise', 1.9 * hour, 'peer'), shift('time', hour)])).toEqual([['compromise'], ['compromise'], ['time', 'time']]);
  });

  it('changed devices are a line of their own a day; a renewal with the shared key is routine', () => {
    expect(lines([shift('devices', 3 * hour), shift('time', 2.5 * hour), shift('devices', 2 * hour, 'peer'), shift('pair', hour)])).toEqual([['devices', 'devices'], ['time', 'pair']]);
  });

  it('first keys are no renewal, and what is older than every message has no place', () => {
    expect(lines([shift('first', hour, 'you', 0), shift('time', hour, 'peer', 0), shift('hand', 900 * hour)])).toEqual([]);
  });

  it('a new key stands before the message that came with it, and after the one before', () => {
    const [first, second] = messages;
    if (first === undefined || second === undefined) throw new Error('no messages');
    const pair = [
      { ...first, direction: 'in', sentAt: now, receivedAt: now, keyEpoch: 3 },
      { ...second, direction: 'in', sentAt: now, receivedAt: now + 5_000, keyEpoch: 4 },
    ] as const;
    const placed = (who: 'you' | 'peer'): readonly number[] => timeline(pair, [{ at: now + 5_000, who, from: 3, to: 4, reason: 'peer' }]).map((entry) => entry.shifts.length);
    expect(placed('peer')).toEqual([1, 0]);
    // One's own of the same moment has nothing to do with it.
    expect(placed('you')).toEqual([0, 1]);
  });
});

describe('lines after one message', () => {
  // Behind the last message.
  const minute = (count: number): number => now + count * 60_000;
  const key = (since: number): ContactKey => ({ fingerprint: `of ${since}`, epoch: 2, since, origin: 'old-key', checked: false, current: true });
  const mark = (at: number): TimelineMark => ({ key: `mark ${at}`, at, words: 'set to disappear', isTimer: true });
  const told = (renewed: number, changed: number, marks: readonly number[]): (readonly [string, number])[] => {
    const last = timeline(messages, [{ ...shift('hand', 0), at: minute(renewed) }], [], [key(minute(changed))], marks.map((at) => mark(minute(at)))).at(-1);
    return last === undefined ? [] : linesAfter(last).map(({ kind, at }) => [kind, (at - now) / 60_000]);
  };

  it('are told by time, whatever they are about', () => {
    expect(told(3, 1, [4, 2])).toEqual([['identities', 1], ['mark', 2], ['shifts', 3], ['mark', 4]]);
  });
  it('of one moment: renewals, then keys, then the rest', () => {
    expect(told(1, 1, [1])).toEqual([['shifts', 1], ['identities', 1], ['mark', 1]]);
  });
  it('S2-21: one of another day than what stands before it begins that day, and the message after it does not again', () => {
    const [first, second] = messages;
    if (first === undefined || second === undefined) throw new Error('no messages');
    const day = 24 * hour;
    const pair = [
      { ...first, direction: 'in', sentAt: now, receivedAt: now, keyEpoch: 1 },
      { ...second, direction: 'in', sentAt: now + 3 * day, receivedAt: now + 3 * day, keyEpoch: 1 },
    ] as const;
    const days = (marks: readonly number[]) => timeline(pair, [], [], [], marks.map((at) => mark(at))).map((entry) => [entry.startsDay, linesAfter(entry).map((line) => line.startsDay)]);
    expect(days([])).toEqual([[true, []], [true, []]]);
    expect(days([now + hour])).toEqual([[true, [false]], [true, []]]);
    expect(days([now + hour, now + day, now + day + hour, now + 3 * day - hour])).toEqual([[true, [false, true, false, true]], [false, []]]);
  });
  it('S2-21: stand where they stood after the clock was set back, and not all behind what is written from then on', () => {
    const times = [now, now + 100 * hour, now + 200 * hour, now + hour];
    const several = times.map((at, index) => ({ ...(messages[0] as Message), messageId: `${index}`, direction: 'in' as const, sentAt: at, receivedAt: at, keyEpoch: 1 }));
    const where = (at: number) => timeline(several, [{ ...shift('hand', 0), at }], [], [key(at)], [mark(at)]).map((entry) => linesAfter(entry).length);
    expect(where(now + 101 * hour)).toEqual([0, 3, 0, 0]);
    expect(where(now + 2 * hour)).toEqual([0, 0, 0, 3]);
    expect(where(now + 0.5 * hour)).toEqual([3, 0, 0, 0]);
  });
});
