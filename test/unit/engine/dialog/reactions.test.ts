import { describe, expect, it } from 'vitest';
import { following, minute, quietPolicy, talkingPair, hour } from '../../../support/talking-pair';

describe('a shift that follows the other side’s', () => {
  it('S2-09: they shift once, the next message of one’s own shifts once; those after it do not', async () => {
    const { a, b, cross } = await talkingPair(following);
    a.shift();
    a.say();
    cross();
    const before = b.epoch();
    expect(b.say()).toBe(before + 1);
    expect(b.say()).toBe(before + 1);
    cross();
    expect(a.say()).toBe(2);
    cross();
    expect(b.say()).toBe(before + 1);
    expect([a.reasons(), b.reasons()]).toEqual([['hand'], ['peer']]);
  });

  it('S2-09: without that rule nobody follows', async () => {
    const { a, b, cross } = await talkingPair(following);
    b.policy(quietPolicy);
    a.shift();
    a.say();
    cross();
    b.say();
    b.policy(following);
    expect(b.say()).toBe(1);
    expect(b.reasons()).toEqual([]);
  });

  it('S2-09 A32: both follow, messages go to and fro for hours: one shift each', async () => {
    const { a, b, cross, pass } = await talkingPair(following);
    a.shift();
    for (let round = 0; round < 200; round += 1) {
      a.say();
      cross();
      b.say();
      cross();
      pass(2 * minute);
    }
    expect([a.reasons(), b.reasons()]).toEqual([['hand'], ['peer']]);
  });

  it('S2-09 A32: each renewal of theirs is followed, never sooner than ten minutes after the one before, and a due one waits', async () => {
    const { a, b, cross, pass } = await talkingPair(following);
    a.shift();
    a.say();
    cross();
    expect(b.say()).toBe(2);
    cross();
    pass(minute);
    a.shift();
    a.say();
    cross();
    expect(b.say()).toBe(2);
    pass(9 * minute - 1);
    expect(b.say()).toBe(2);
    pass(1);
    expect(b.say()).toBe(3);
    cross();
    pass(10 * minute);
    expect(a.say()).toBe(3);
    expect(b.reasons()).toEqual(['peer', 'peer']);
  });

  it('S2-09: when the own key was renewed meanwhile, that was the answer', async () => {
    const { a, b, cross, pass } = await talkingPair(following);
    a.shift();
    a.say();
    cross();
    b.shift();
    expect(b.say()).toBe(2);
    cross();
    pass(hour);
    b.say();
    cross();
    a.say();
    expect([a.reasons(), b.reasons()]).toEqual([['hand'], ['hand']]);
  });

  it('S2-09 S2-11: so many renewals of theirs cause one', async () => {
    const { a, b, cross, pass } = await talkingPair({ ...following, peerShifts: 3 });
    for (const expected of [1, 1, 2, 2]) {
      a.shift();
      a.say();
      cross();
      expect(b.say()).toBe(expected);
      cross();
      pass(11 * minute);
    }
    expect(b.reasons()).toEqual(['peer']);
  });

  it('S2-17 A32: both at the same instant, messages crossing: all delivered, each takes the other’s for its answer', async () => {
    const { a, b, cross, pass } = await talkingPair(following);
    for (const each of [a, b]) {
      each.shift();
      each.say('crossing');
    }
    cross();
    for (let round = 0; round < 30; round += 1) {
      a.say();
      b.say();
      cross();
      pass(minute);
    }
    expect([a.reasons(), b.reasons()]).toEqual([['hand'], ['hand']]);
    expect(a.device.sink.texts().concat(b.device.sink.texts()).filter((text) => text === 'crossing')).toHaveLength(2);
  });

  it('S2-17 A32: one renewed twice before it saw the other’s renewal: nobody follows; the next one after that is followed', async () => {
    const { a, b, cross } = await talkingPair(following);
    a.shift();
    a.say();
    for (let count = 0; count < 2; count += 1) {
      b.shift();
      b.say();
    }
    cross();
    expect([a.say(), b.say()]).toEqual([2, 3]);
    cross();
    expect([a.say(), b.say()]).toEqual([2, 3]);
    cross();
    b.shift();
    b.say();
    cross();
    expect([a.say(), b.epoch(), a.reasons(), b.reasons()]).toEqual([3, 4, ['hand', 'peer'], ['hand', 'hand', 'hand']]);
  });

  it('S2-17 A32: renewed often while the other is away, then met again: it comes to rest', async () => {
    const { a, b, cross, pass } = await talkingPair(following);
    for (const each of [a, b, a, b, a]) {
      each.shift();
      each.say();
      pass(20 * minute);
    }
    for (let round = 0; round < 30; round += 1) {
      cross();
      a.say();
      b.say();
      pass(3 * minute);
    }
    const settled = [a.epoch(), b.epoch()];
    for (let round = 0; round < 60; round += 1) {
      a.say();
      b.say();
      cross();
      pass(3 * minute);
    }
    expect([a.epoch(), b.epoch()]).toEqual(settled);
    expect([...a.reasons(), ...b.reasons()].filter((reason) => reason === 'peer').length).toBeLessThanOrEqual(2);
  });

  it('A32: somebody who never follows is waited for no longer than 15 minutes of its own time: then its renewals count again', async () => {
    for (const waited of [15 * minute, 15 * minute + 1]) {
      const { a, b, cross, pass } = await talkingPair(following);
      b.policy(quietPolicy);
      a.shift();
      a.say();
      cross();
      pass(waited);
      b.say();
      cross();
      b.shift();
      b.say();
      cross();
      a.say();
      expect(a.reasons()).toEqual(waited > 15 * minute ? ['hand', 'peer'] : ['hand']);
    }
  });

  it('A32 A34: messages kept back by the network do not end the wait for an answer', async () => {
    const { a, b, cross, pass } = await talkingPair(following);
    b.policy(quietPolicy);
    a.shift();
    a.say();
    cross();
    b.say('kept back');
    pass(5 * hour);
    cross();
    b.shift();
    b.say();
    cross();
    a.say();
    expect(a.reasons()).toEqual(['hand']);
  });

  it('A32: an answer that came too late is followed once more, and that is the end of it', async () => {
    const { a, b, cross, pass } = await talkingPair(following);
    b.policy(quietPolicy);
    a.shift();
    a.say();
    cross();
    pass(16 * minute);
    b.say();
    cross();
    b.policy(following);
    b.shift();
    for (let round = 0; round < 60; round += 1) {
      b.say();
      cross();
      a.say();
      cross();
      pass(3 * minute);
    }
    expect([a.reasons(), b.reasons()]).toEqual([['hand', 'peer'], ['hand']]);
  });

  it('S2-09 A38: a restart is a renewal like any other', async () => {
    const { a, b, cross, pass } = await talkingPair(following);
    a.device.restart();
    a.say();
    cross();
    expect(b.say()).toBe(2);
    cross();
    pass(11 * minute);
    a.say();
    expect([a.reasons(), b.reasons()]).toEqual([['start'], ['peer']]);
  });

  it('S2-09: a first key is no renewal', async () => {
    const { a, b, cross } = await talkingPair(following);
    b.say();
    cross();
    expect(a.say()).toBe(1);
  });

  it('S2-09 S2-11: where several of theirs cause one of one’s own, they may lie hours apart; a due one is still dropped in time', async () => {
    const { a, b, cross, pass } = await talkingPair({ ...following, peerShifts: 2 });
    const reasons: string[][] = [];
    for (let time = 0; time < 4; time += 1) {
      a.shift();
      a.say();
      cross();
      for (let message = 0; message < 6; message += 1) {
        pass(10 * minute);
        b.say();
        cross();
      }
      reasons.push(b.reasons());
    }
    expect(reasons).toEqual([[], ['peer'], ['peer'], ['peer', 'peer']]);
  });
});
