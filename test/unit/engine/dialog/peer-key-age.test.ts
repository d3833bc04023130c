import { describe, expect, it } from 'vitest';
import { type Device, newPair, settle } from '../../../support/dialog-kit';
import { day, type End, hour, talkingPair, tenYears } from '../../../support/talking-pair';

const failures = (device: Device): string[] => device.sink.of('failed').map((each) => each.reason);

describe('one key of the other side for too long', () => {
  const stale = (end: End): boolean | undefined => end.device.engine.status(end.key).receiving[0]?.stale;

  it('S2-12 A33: by messages: at the limit it goes on, the next one ends it, and is not delivered', async () => {
    const { a, b, cross } = await talkingPair({ whenStale: 'fail', staleAfterMessages: 5, staleAfterMilliseconds: 0 });
    // The title was the first.
    for (let message = 0; message < 4; message += 1) a.say(`${message}`);
    cross();
    expect(failures(b.device)).toEqual([]);
    a.say('too many');
    cross();
    expect([failures(b.device), failures(a.device)]).toEqual([['key-too-old'], ['told-by-peer']]);
    expect(b.device.sink.texts()).toEqual(['0', '1', '2', '3']);
  });

  it('S2-12 A33: by time: fails at the limit and not before', async () => {
    const { a, b, cross, pass } = await talkingPair({ whenStale: 'fail', staleAfterMilliseconds: 7 * day });
    pass(7 * day);
    a.say('at the limit');
    cross();
    expect(failures(b.device)).toEqual([]);
    pass(1);
    a.say('past it');
    cross();
    expect(failures(b.device)).toEqual(['key-too-old']);
    expect(b.device.sink.texts()).toEqual(['at the limit']);
  });

  it('S2-12: warned of by default, and nothing else happens; ignored when so chosen', async () => {
    const { a, b, cross, pass } = await talkingPair({ staleAfterMilliseconds: 7 * day });
    pass(8 * day);
    expect(stale(b)).toBe(false);
    a.say();
    cross();
    expect([stale(b), failures(b.device)]).toEqual([true, []]);
    b.device.restart();
    expect(stale(b)).toBe(true);
    b.policy({ whenStale: 'ignore' });
    expect(stale(b)).toBe(false);
    b.policy({ whenStale: 'warn' });
    a.shift();
    a.say();
    cross();
    expect(stale(b)).toBe(false);
  });

  it('S2-12 A33: who is idle or away never fails, nor one who only acknowledges', async () => {
    const { a, b, cross, pass } = await talkingPair();
    b.policy({ whenStale: 'fail', staleAfterMilliseconds: day, staleAfterMessages: 3 });
    for (let week = 0; week < 10; week += 1) {
      pass(7 * day);
      b.say();
      cross();
    }
    expect(failures(b.device)).toEqual([]);
    // Made weeks ago, used for nothing but acknowledgements since the title: the span of messages is what counts.
    a.shift();
    b.say();
    cross();
    pass(2 * day);
    a.say();
    cross();
    expect(failures(b.device)).toEqual([]);
  });

  it('A34: messages kept back for weeks, or brought in another order, are not a key used for weeks', async () => {
    for (const order of ['kept back', 'overtaken'] as const) {
      const { a, b, pass, cross } = await talkingPair({ whenStale: 'fail', staleAfterMilliseconds: 7 * day });
      a.say('early');
      pass(hour);
      a.say('late');
      a.shift();
      pass(20 * day);
      a.say('under the next key');
      const [early, late, next] = a.device.pending(b.device);
      if (!early || !late || !next) throw new Error('three messages');
      const sent = order === 'kept back' ? [early, late, next] : [next, early, late];
      for (const outcome of b.device.receive(a.device, ...sent)) expect(outcome).not.toHaveProperty('reason');
      pass(30 * day);
      cross();
      expect(failures(b.device)).toEqual([]);
      expect(b.device.sink.texts()).toEqual(['early', 'late', 'under the next key']);
    }
  });

  it('A34 A31: a replayed message of an old key does not stretch its life', async () => {
    const { a, b, cross, pass } = await talkingPair({ whenStale: 'fail', staleAfterMilliseconds: day });
    a.say();
    const recorded = a.device.pending(b.device);
    cross();
    pass(10 * day);
    expect(b.device.receive(a.device, ...recorded).map((each) => each.kind)).toEqual(['duplicate']);
    expect(failures(b.device)).toEqual([]);
  });

  it('S2-12 A90: a receiver’s clock set back or ahead ten years makes no honest key old', async () => {
    for (const years of [-tenYears, tenYears]) {
      const { a, b, cross, pass } = await talkingPair({ whenStale: 'fail', staleAfterMilliseconds: day });
      a.say();
      cross();
      b.device.clock.time += years;
      pass(hour);
      a.say();
      cross();
      b.device.clock.time -= years;
      pass(hour);
      a.say();
      cross();
      expect(failures(b.device)).toEqual([]);
      pass(2 * day);
      a.say();
      cross();
      expect(failures(b.device)).toEqual(['key-too-old']);
    }
  });

  it('S2-12 A90: a first key that was heard of while this clock was ten years behind is not old once the clock is right', async () => {
    const { alice, bob } = await newPair();
    bob.clock.time -= tenYears;
    const dialogId = alice.engine.open(bob.peerId, { title: 'x' });
    settle(alice, bob);
    alice.engine.setPolicy(alice.dialog(bob, dialogId), { afterMilliseconds: 0, onPeerShift: false });
    bob.engine.setPolicy(bob.dialog(alice, dialogId), { staleAfterMilliseconds: day, whenStale: 'fail' });
    bob.clock.time += tenYears;
    bob.restart();
    alice.say(bob, dialogId, 'right again');
    settle(alice, bob);
    expect(failures(bob)).toEqual([]);
    for (const each of [alice, bob]) each.clock.pass(day + 1);
    alice.say(bob, dialogId, 'too late');
    settle(alice, bob);
    expect(failures(bob)).toEqual(['key-too-old']);
    expect(bob.sink.texts()).toEqual(['right again']);
  });

  it('S2-12 S1-18: what was written before a key, and locked with it later, is no long use of that key', async () => {
    const { alice, bob } = await newPair();
    const strict = { staleAfterMilliseconds: day, whenStale: 'fail' } as const;
    const pass = (milliseconds: number): void => [alice, bob].forEach((each) => each.clock.pass(milliseconds));
    // Written for days before Bob was known, locked at once.
    const waiting = alice.engine.open(bob.peerId, { title: 'x' });
    alice.peers.clear();
    for (const text of ['Monday', 'Wednesday']) {
      alice.say(bob, waiting, text);
      pass(2 * day);
    }
    alice.knows(bob).engine.sealWaiting(bob.peerId);
    bob.receive(alice, ...alice.pending(bob));
    bob.engine.setPolicy(bob.dialog(alice, waiting), strict);
    alice.say(bob, waiting, 'Friday');
    settle(alice, bob);
    // Locked for days, locked again at once after a compromise.
    const again = alice.engine.open(bob.peerId, { title: 'y' });
    settle(alice, bob);
    bob.engine.setPolicy(bob.dialog(alice, again), strict);
    for (const text of ['Saturday', 'Monday']) {
      alice.say(bob, again, text);
      pass(2 * day);
    }
    alice.engine.shiftPair(alice.dialog(bob, again), { compromised: true });
    settle(alice, bob);
    expect(bob.sink.texts()).toEqual(['Monday', 'Wednesday', 'Friday', 'Saturday', 'Monday']);
    expect(failures(bob)).toEqual([]);
    // What is written under it from then on counts.
    alice.engine.setPolicy(alice.dialog(bob, again), { afterMilliseconds: 0, onPeerShift: false });
    for (let at = 0; at < 3; at += 1) {
      alice.say(bob, again, 'x');
      settle(alice, bob);
      pass(0.6 * day);
    }
    expect(failures(bob)).toEqual(['key-too-old']);
  });
});
