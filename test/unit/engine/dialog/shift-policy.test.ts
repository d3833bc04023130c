import { describe, expect, it } from 'vitest';
import type { ShiftPolicy } from '../../../../shared/model/keys';
import { policyPresets } from '../../../../shared/model/keys';
import type { DialogId } from '../../../../electron/engine/ids';
import { type Device, newPair, settle } from '../../../support/dialog-kit';

const minute = 60_000;
const hour = 60 * minute;
const tenYears = 3652 * 24 * hour;
const off: ShiftPolicy = { ...policyPresets.standard, afterMilliseconds: 0, afterMessages: 0, afterBytes: 0, onPeerShift: false };

/** A conversation that Alice opened, whose title Bob has; Alice keeps to `policy`. */
async function talk(policy: Partial<ShiftPolicy>) {
  const { alice, bob } = await newPair();
  const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
  settle(alice, bob);
  const key = alice.dialog(bob, dialogId);
  alice.engine.setPolicy(key, { ...off, ...policy });
  return { alice, bob, dialogId, key, say: (text = 'x') => alice.say(bob, dialogId, text).keyEpoch };
}

const reasons = (device: Device): string[] => device.sink.of('shifted').filter((each) => each.who === 'you').map((each) => each.reason);

describe('limits of one’s own', () => {
  it('S2-07 S2-08: so many messages under one key, the next one under another; it travels at once, nobody is asked', async () => {
    const { alice, bob, say } = await talk({ afterMessages: 4 });
    // The title was the first.
    expect([say(), say(), say()]).toEqual([1, 1, 1]);
    const asked = bob.snapshot();
    expect(say()).toBe(2);
    expect(bob.snapshot()).toBe(asked);
    expect(reasons(alice)).toEqual(['first', 'messages']);
    settle(alice, bob);
    expect(bob.engine.status({ peerId: alice.peerId, dialogId: alice.sink.of('opened')[0]?.dialogId as DialogId }).receiving).toMatchObject([{ epoch: 2, messages: 1 }]);
  });

  it('S2-08: so many bytes: below it the key stays, at it the next message has another', async () => {
    const { alice, say, key } = await talk({});
    const used = alice.engine.status(key).sending?.bytes ?? 0;
    alice.engine.setPolicy(key, { afterBytes: used + 1 });
    expect(say()).toBe(1);
    const now = alice.engine.status(key).sending?.bytes ?? 0;
    alice.engine.setPolicy(key, { afterBytes: now });
    expect(say()).toBe(2);
    expect(reasons(alice)).toEqual(['first', 'bytes']);
  });

  it('S2-08: so much time; a dialog at rest shifts nothing', async () => {
    const { alice, say, key } = await talk({ afterMilliseconds: hour });
    alice.clock.pass(hour - 1);
    expect(say()).toBe(1);
    expect(alice.engine.status(key).sending?.shiftsBy).toBe(alice.clock.time + 1);
    const before = alice.snapshot();
    alice.clock.pass(30 * 24 * hour);
    expect(alice.engine.status(key).sending?.epoch).toBe(1);
    expect(alice.snapshot()).toBe(before);
    expect(say()).toBe(2);
    expect(reasons(alice)).toEqual(['first', 'time']);
    expect(alice.engine.status(key).sending?.shiftsBy).toBe(alice.clock.time + hour);
  });

  it('S2-08 A90: a wall clock ten years ahead or behind neither storms nor freezes; time in use still counts', async () => {
    const { alice, say } = await talk({ afterMilliseconds: hour });
    alice.clock.time += tenYears;
    expect(say()).toBe(2);
    alice.clock.time -= 2 * tenYears;
    for (let message = 0; message < 20; message += 1) expect(say()).toBe(2);
    alice.clock.steady += hour;
    expect(say()).toBe(3);
    // To and fro all the time: never more often than the spacing allows.
    for (let jump = 0; jump < 60; jump += 1) {
      alice.clock.time += jump % 2 === 0 ? tenYears : -tenYears;
      alice.clock.steady += 1_000;
      say();
    }
    expect(say()).toBeLessThanOrEqual(4);
  });

  it('S2-08 A90: with a clock that stands still, counts still renew the key', async () => {
    const { say } = await talk({ afterMilliseconds: hour, afterMessages: 5 });
    for (let message = 0; message < 4; message += 1) say();
    expect(say()).toBe(2);
  });

  it('S2-07: automatic shifts keep 60 s apart and a due one waits; the first waits for nothing', async () => {
    const { alice, say } = await talk({ afterMessages: 1 });
    expect(say()).toBe(2);
    expect(say()).toBe(2);
    alice.clock.pass(minute - 1);
    expect(say()).toBe(2);
    alice.clock.pass(1);
    expect(say()).toBe(3);
  });

  it('S2-07 S2-11: from 90 shifts in an hour on automatic ones wait, also after a restart, whatever the wall clock says', async () => {
    const { alice, say, key } = await talk({ afterMessages: 1 });
    // 48 by hand, then one a minute.
    for (let shift = 0; shift < 48; shift += 1) alice.engine.shift(key, 'hand');
    let epoch = 49;
    expect(say()).toBe(epoch);
    for (let shift = 0; shift < 41; shift += 1) {
      alice.clock.pass(minute);
      expect(say()).toBe((epoch += 1));
    }
    alice.clock.pass(minute);
    expect(say()).toBe(epoch);
    alice.restart();
    // The key was in memory only: that one is no choice.
    expect(say()).toBe((epoch += 1));
    alice.clock.pass(minute);
    expect(say()).toBe(epoch);
    alice.clock.time -= tenYears;
    alice.clock.pass(minute);
    expect(say()).toBe(epoch);
    alice.clock.pass(16 * minute);
    expect(say()).toBe(epoch + 1);
  });

  it('S2-07: by hand and by itself together stay below what ends a conversation at the other side', async () => {
    const { alice, bob, say, key } = await talk({ afterMessages: 1 });
    let made = 0;
    for (let at = 0; at < 60; at += 1) {
      say();
      alice.clock.pass(minute);
      bob.clock.pass(minute);
    }
    for (; made < 60; made += 1) {
      try {
        alice.engine.shift(key, 'hand');
      } catch (error) {
        expect(error).toMatchObject({ code: 'keys.too-often', facts: { retryAt: expect.any(Number) as number } });
        break;
      }
      say();
    }
    expect(made).toBeGreaterThan(25);
    settle(alice, bob);
    expect(bob.sink.of('failed')).toEqual([]);
  });

  it('S2-07 S2-11 S2-14: … and so do they together with keys replaced after a compromise, as often as one may', async () => {
    const { alice, bob, say, key } = await talk({ afterMessages: 1 });
    for (let at = 0; at < 45; at += 1) {
      say();
      for (const each of [alice, bob]) each.clock.pass(minute);
    }
    for (let made = 0; made < 50; made += 1) {
      try {
        alice.engine.shift(key, 'hand');
      } catch {
        break;
      }
      say();
    }
    settle(alice, bob);
    for (let made = 0; made < 10; made += 1) {
      alice.engine.shiftPair(key, { compromised: true });
      say();
      settle(alice, bob);
    }
    expect(bob.sink.of('failed')).toEqual([]);
  });

  it('S2-07 A90: the limit by hand is no hour of the wall clock: set back ten years, it opens after an hour', async () => {
    const { alice, key } = await talk({});
    for (let shift = 0; shift < 50; shift += 1) alice.engine.shift(key, 'hand');
    alice.clock.time -= tenYears;
    const refused = expect.objectContaining({ code: 'keys.too-often', facts: { retryAt: alice.clock.time + hour } });
    expect(() => alice.engine.shift(key, 'hand')).toThrow(refused);
    alice.restart();
    expect(() => alice.engine.shift(key, 'hand')).toThrow(refused);
    alice.clock.pass(hour);
    expect(alice.engine.shift(key, 'hand').to).toBe(52);
  });

  it('S2-07: changed devices give the next message of each dialog another key, once, where the policy says so', async () => {
    const { alice, bob, say, key, dialogId } = await talk({ onDeviceChange: true });
    const other = alice.engine.open(bob.peerId, { title: 'y' });
    alice.engine.setPolicy(alice.dialog(bob, other), { ...off, onDeviceChange: false });
    alice.engine.devicesChanged(bob.peerId);
    expect(say()).toBe(2);
    expect(say()).toBe(2);
    expect(alice.say(bob, other, 'x').keyEpoch).toBe(1);
    expect(reasons(alice)).toEqual(['first', 'first', 'devices']);
    expect(alice.engine.timeline(key).generations.at(-1)).toMatchObject({ reason: 'devices', epoch: 2 });
    expect(dialogId).not.toBe(other);
  });

  it('S2-07: what waited to be locked keeps to the limits too', async () => {
    const { alice, bob } = await newPair();
    alice.peers.clear();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    alice.engine.setPolicy(alice.dialog(bob, dialogId), { ...off, afterMessages: 3 });
    for (const text of ['a', 'b', 'c', 'd']) alice.say(bob, dialogId, text);
    alice.knows(bob);
    expect(alice.engine.sealWaiting(bob.peerId)).toBe(5);
    expect(alice.sink.of('sealed').map((each) => each.keyEpoch)).toEqual([1, 1, 1, 2, 2]);
    settle(alice, bob);
    expect(bob.sink.texts()).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('a policy', () => {
  it('S2-07 S2-20: is the standard one until it is chosen, is kept across restarts, and is named when it has a name', async () => {
    const { alice, bob } = await newPair();
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    const key = alice.dialog(bob, dialogId);
    expect(alice.engine.status(key)).toMatchObject({ policy: policyPresets.standard, preset: 'standard' });
    for (const preset of ['frequent', 'relaxed'] as const) {
      alice.engine.setPolicy(key, policyPresets[preset]);
      alice.restart();
      expect(alice.engine.status(key)).toMatchObject({ policy: policyPresets[preset], preset });
    }
    alice.engine.setPolicy(key, { afterMessages: 7 });
    alice.restart();
    expect(alice.engine.status(key)).toMatchObject({ policy: { ...policyPresets.relaxed, afterMessages: 7 }, preset: 'custom' });
    settle(alice, bob);
    expect(bob.engine.status(bob.dialog(alice, dialogId)).preset).toBe('standard');
  });

  it('S2-07 S2-10: of a failed or unknown dialog is not changed', async () => {
    const { alice, bob, dialogId, key } = await talk({});
    bob.engine.setPolicy(bob.dialog(alice, dialogId), { failAfterShifts: 1 });
    for (let shift = 0; shift < 2; shift += 1) {
      alice.engine.shift(key, 'hand');
      alice.say(bob, dialogId, 'x');
    }
    settle(alice, bob);
    const before = [alice.snapshot(), bob.snapshot()];
    expect(() => alice.engine.setPolicy(key, policyPresets.relaxed)).toThrow(expect.objectContaining({ code: 'conversation.failed' }));
    expect(() => bob.engine.setPolicy(bob.dialog(alice, dialogId), { failAfterShifts: 0 })).toThrow(expect.objectContaining({ code: 'conversation.failed' }));
    expect(() => bob.engine.setPolicy({ peerId: bob.peerId, dialogId }, {})).toThrow(expect.objectContaining({ code: 'conversation.unknown' }));
    expect([alice.snapshot(), bob.snapshot()]).toEqual(before);
  });

  it('S2-07: when the transaction around it fails, nothing has changed', async () => {
    const { alice, key } = await talk({});
    expect(() =>
      alice.db.transaction(() => {
        alice.engine.setPolicy(key, policyPresets.frequent);
        throw new Error('later');
      }),
    ).toThrow('later');
    expect(alice.engine.status(key).policy).toEqual(off);
  });

  it('S2-21: the lives of the keys are told: whose, since, until, why, how many messages; no ids, no key', async () => {
    const { alice, bob, dialogId, key, say } = await talk({ afterMessages: 3 });
    say();
    say();
    alice.clock.pass(minute);
    say();
    bob.say(alice, dialogId, 'y');
    settle(alice, bob);
    const { generations, exchangeKeySince } = alice.engine.timeline(key);
    const start = alice.clock.time - minute;
    const [own, peer] = [alice.person.local.instanceId, bob.person.local.instanceId];
    expect(generations).toEqual([
      { who: 'you', instanceId: own, epoch: 1, since: start, until: alice.clock.time, reason: 'first', messages: 3, firstSequence: 1 },
      { who: 'peer', instanceId: peer, epoch: 1, since: start, reason: 'first', messages: 1, firstSequence: 1 },
      { who: 'you', instanceId: own, epoch: 2, since: alice.clock.time, reason: 'messages', messages: 1, firstSequence: 4 },
    ]);
    expect(exchangeKeySince).toBe(start);
  });
});

describe('counters', () => {
  it('A26: a dialog ends, for a new one, long before sequences or epochs run out; the last message was still given its place', async () => {
    for (const used of ['next_sequence = 4503599627370496, next_sealed = 4503599627370496', 'epoch = 2147483647'] as const) {
      const { alice, bob, dialogId } = await talk({});
      alice.db.prepare(`UPDATE sending_streams SET ${used}`).run();
      alice.restart();
      const { sequence, keyEpoch } = alice.say(bob, dialogId, 'last');
      expect(used.startsWith('epoch') ? keyEpoch : sequence).toBe(used.startsWith('epoch') ? 2 ** 31 : 2 ** 52);
      expect(alice.sink.of('failed')).toMatchObject([{ dialogId, reason: 'worn-out' }]);
      expect(() => alice.say(bob, dialogId, 'no more')).toThrow(expect.objectContaining({ code: 'conversation.failed' }));
      alice.restart();
      expect(() => alice.say(bob, dialogId, 'no more')).toThrow(expect.objectContaining({ code: 'conversation.failed' }));
    }
  });
});
