import { beforeAll, describe, expect, it } from 'vitest';
import { FirstUses } from '../../../../electron/engine/dialog/first-uses';
import type { SendingKeyRow } from '../../../../electron/engine/dialog/dialog-store';
import { dskIdFromBytes } from '../../../../electron/engine/wire/ids';
import type { Device } from '../../../support/dialog-kit';
import { hour, minute, talkingPair } from '../../../support/talking-pair';

const second = 1000;
const failures = (device: Device): string[] => device.sink.of('failed').map((each) => each.reason);
const numbers = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, at) => `${from + at}`);

/** Alice is started anew before each message. */
async function startedOften(times: number, between: number, { delivered = true } = {}) {
  const pair = await talkingPair();
  const { a, b, cross, pass } = pair;
  // The first key of all is no renewal to anybody; its use was over long ago.
  a.shift();
  pass(2 * hour);
  for (let at = 1; at <= times; at += 1) {
    a.device.restart();
    a.say(`${at}`);
    if (delivered) cross();
    pass(between);
  }
  return { ...pair, heard: () => b.device.sink.texts(), seal: () => a.device.engine.sealWaiting(b.device.peerId) };
}

describe('a device that is started more often than the other side allows new keys', () => {
  it('S2-11 A38: is not failed for it; what would be one key too many waits an hour from the first of them, and comes whole and in order', async () => {
    const { a, b, cross, pass, heard, seal } = await startedOften(130, 10 * second);
    const gone = heard().length;
    // Each start has a key, whether or not a message went under it.
    expect(gone).toBeGreaterThan(95);
    expect(heard()).toEqual(numbers(1, gone));
    const told = a.device.sink.of('resting');
    expect(told.every(({ milliseconds }) => milliseconds > 30 * minute && milliseconds < hour + 2 * minute)).toBe(true);
    expect(a.device.engine.isResting(a.key)).toBe(true);
    expect(seal()).toBe(0);
    pass(told.at(-1)?.milliseconds ?? 0);
    expect(a.device.engine.isResting(a.key)).toBe(false);
    expect(seal()).toBe(130 - gone);
    cross();
    expect(heard()).toEqual(numbers(1, 130));
    expect([failures(a.device), failures(b.device)]).toEqual([[], []]);
    expect(b.device.engine.status(b.key).transcript).toMatchObject({ equal: true });
  });

  it('S2-11 A34: nor by somebody who was away all the time and gets everything at once', async () => {
    // Three hours of it: what waited goes under one key, and says that it was written when that key was allowed.
    const { a, b, cross, heard } = await startedOften(500, 10 * second, { delivered: false });
    expect(a.device.sink.of('sealed').length).toBeGreaterThan(100);
    cross();
    expect(failures(b.device)).toEqual([]);
    expect(heard()).toEqual(numbers(1, heard().length));
    expect(heard().length).toBeGreaterThan(300);
    const times = b.device.sink.of('delivered').map(({ sentAt }) => sentAt);
    expect(times.every((time) => time <= a.device.clock.time)).toBe(true);
  }, 60_000);

  it('S2-11 A90: nor where the clock goes back on the way, or stands still', async () => {
    for (const wrong of [-30 * minute, -2 * hour]) {
      const { a, b, cross, pass, heard, seal } = await startedOften(70, 10 * second);
      a.device.clock.time += wrong;
      for (let at = 71; at <= 140; at += 1) {
        a.device.restart();
        a.say(`${at}`);
        cross();
        pass(10 * second);
      }
      for (let at = 0; at < 4; at += 1) {
        pass(hour);
        seal();
        cross();
      }
      expect(heard()).toEqual(numbers(1, 140));
      expect([failures(a.device), failures(b.device)]).toEqual([[], []]);
    }
  });

  it('S2-11: one that only hears, and so says nothing but acknowledgements under its keys, may answer at once', async () => {
    const { a, b, cross, pass } = await talkingPair();
    for (let at = 1; at <= 300; at += 1) {
      a.device.restart();
      b.say(`${at}`);
      cross();
      pass(second);
    }
    expect(a.device.sink.texts()).toHaveLength(300);
    a.say('heard');
    expect(a.device.sink.of('resting')).toEqual([]);
    cross();
    expect(b.device.sink.texts()).toEqual(['heard']);
  });

  it('S2-11: keys that take over count, too, and what they lock again waits like all else', async () => {
    const { a, b, cross, pass, heard, seal } = await startedOften(100, 10 * second);
    a.device.engine.shiftPair(a.key, { compromised: true });
    a.say('after it');
    cross();
    a.device.restart();
    a.say('and on');
    cross();
    expect(heard()).toEqual(numbers(1, 100));
    pass(hour);
    seal();
    cross();
    expect(heard()).toEqual([...numbers(1, 100), 'after it', 'and on']);
    expect([failures(a.device), failures(b.device)]).toEqual([[], []]);
  });

  it('S2-11 S1-04: a key whose first message the disk refused was never used: nothing rests for it', async () => {
    const { a, b, cross, pass, heard } = await startedOften(3, second);
    const refuse = (text: string): void => a.device.db.transaction(() => { a.say(text); throw new Error('disk full'); });
    for (let at = 0; at < 120; at += 1) {
      expect(() => refuse('lost')).toThrow('disk full');
      pass(second);
    }
    a.say('4');
    cross();
    expect([heard(), a.device.engine.isResting(a.key)]).toEqual([numbers(1, 4), false]);
    // Those that were used count as before, however many were refused between them.
    for (let at = 5; at <= 130; at += 1) {
      if (at % 2 === 0) expect(() => refuse('lost')).toThrow('disk full');
      a.device.restart();
      a.say(`${at}`);
      cross();
      pass(second);
    }
    expect(a.device.engine.isResting(a.key)).toBe(true);
    expect(heard().length).toBeLessThan(105);
    expect([failures(a.device), failures(b.device)]).toEqual([[], []]);
  });

  it('S2-11: other conversations of the same two go on meanwhile', async () => {
    const { a, b, cross, heard } = await startedOften(110, second);
    const other = a.device.engine.open(b.device.peerId, { title: 'another' });
    for (let at = 0; at < 70; at += 1) a.say(`waits ${at}`);
    a.device.say(b.device, other, 'here');
    cross();
    expect(heard().at(-1)).toBe('here');
  });
});

describe('what was used of earlier keys', () => {
  /** Keys of one stream, oldest first, a second between them. */
  const uses = (...keys: readonly (readonly [firstSequence: number, reason: SendingKeyRow['reason']])[]): FirstUses => {
    const rows = keys.map(([firstSequence, reason], at): SendingKeyRow => ({
      ...key, epoch: at + 1, dskId: dskIdFromBytes(new Uint8Array(16)), check: new Uint8Array(16), firstSequence, reason, createdAt: at * second,
    }));
    return new FirstUses({ rows: rows.reverse(), wall: keys.length * second, monotonic: 0, started: 0 }, true);
  };
  let key: Pick<SendingKeyRow, 'peerId' | 'dialogId' | 'instanceId'>;
  beforeAll(async () => {
    const { a } = await talkingPair();
    key = { ...a.key, instanceId: a.device.person.local.instanceId };
  });

  it('S2-11: one whose places the next key begins with was not, unless that one took it over', () => {
    const used = Array.from({ length: 99 }, (_, at) => [at + 1, 'start'] as const);
    expect(uses(...used).rest(0)).toBe(0);
    expect(uses(...used, [100, 'start']).rest(0)).toBeGreaterThan(50 * minute);
    expect(uses(...used.slice(1), [100, 'start'], [100, 'start']).rest(0)).toBe(0);
    for (const reason of ['compromise', 'pair', 'devices'] as const) expect(uses(...used.slice(1), [100, 'start'], [100, reason]).rest(0)).toBeGreaterThan(50 * minute);
  });
});
