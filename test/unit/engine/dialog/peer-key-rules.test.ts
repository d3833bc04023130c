import { describe, expect, it } from 'vitest';
import { type Device, newPair } from '../../../support/dialog-kit';
import { type End, hour, minute, talkingPair, tenYears } from '../../../support/talking-pair';
import { kekIdFromBytes } from '../../../../electron/engine/wire/ids';
import { Forger } from '../../../support/dialog-forge';

const failures = (device: Device): string[] => device.sink.of('failed').map((each) => each.reason);

/** Alice renews by hand and says something, so often. */
function renew({ a }: { readonly a: End }, times: number): void {
  for (let time = 0; time < times; time += 1) {
    a.shift();
    a.say(`renewed ${a.epoch()}`);
  }
}

/** Alice says one thing under each key, at the time that is told for it; what Bob makes of it. */
async function renewing(timeOf: (epoch: number) => number) {
  const { crypto, alice, bob } = await newPair();
  const forger = new Forger(crypto, alice.person, bob.person);
  const block = forger.block();
  const say = (epoch: number) => {
    forger.newDsk();
    forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId(), epoch, firstSequence: epoch };
    return bob.receive(alice, forger.message(epoch, `${epoch}`, { block, time: timeOf(epoch) }))[0];
  };
  return { bob, say };
}

describe('too many renewals of the other side', () => {
  it('S2-11 S2-10: at the limit it goes on, one more ends it; that message is not delivered, the history stays, the peer is told', async () => {
    const pair = await talkingPair({ failAfterShifts: 3 });
    const { a, b, cross } = pair;
    renew(pair, 3);
    cross();
    expect(failures(b.device)).toEqual([]);
    renew(pair, 1);
    const [last = new Uint8Array()] = a.device.pending(b.device);
    expect(b.device.receive(a.device, last)).toEqual([{ kind: 'rejected', reason: 'too-many-shifts' }]);
    expect(b.device.sink.texts()).toEqual(['renewed 2', 'renewed 3', 'renewed 4']);
    expect(() => b.say()).toThrow(expect.objectContaining({ code: 'conversation.failed' }));
    b.device.restart();
    expect(b.device.receive(a.device, last)).toEqual([{ kind: 'rejected', reason: 'dialog-failed' }]);
    cross();
    expect([failures(a.device), failures(b.device)]).toEqual([['told-by-peer'], ['too-many-shifts']]);
    expect(() => a.say()).toThrow(expect.objectContaining({ code: 'conversation.failed' }));
    expect(b.device.db.prepare('SELECT reason FROM dialog_tombstones').all()).toEqual([{ reason: 'too-many-shifts' }]);
  });

  it('S2-11: the window slides: renewals that left it do not count; the one at its very edge has left it', async () => {
    for (const [edge, failed] of [[0, false], [1, true]] as const) {
      const pair = await talkingPair({ failAfterShifts: 2, failWithinMilliseconds: hour });
      renew(pair, 1);
      pair.cross();
      pair.pass(30 * minute);
      renew(pair, 1);
      pair.cross();
      pair.pass(30 * minute - edge);
      renew(pair, 1);
      pair.cross();
      expect(failures(pair.b.device)).toEqual(failed ? ['too-many-shifts'] : []);
    }
  });

  it('S2-20 S2-11: a restart starts no new count', async () => {
    const pair = await talkingPair({ failAfterShifts: 3 });
    for (let time = 0; time < 3; time += 1) {
      renew(pair, 1);
      pair.cross();
      pair.b.device.restart();
    }
    expect(failures(pair.b.device)).toEqual([]);
    renew(pair, 1);
    pair.cross();
    expect(failures(pair.b.device)).toEqual(['too-many-shifts']);
  });

  it('S2-11: what was shifted and never used is no renewal anybody sees, and a first key is none', async () => {
    const pair = await talkingPair({ failAfterShifts: 1 });
    for (let time = 0; time < 20; time += 1) pair.a.shift();
    pair.a.say();
    pair.cross();
    expect(failures(pair.b.device)).toEqual([]);
    const dialogId = pair.a.device.engine.open(pair.b.device.peerId, { title: 'another' });
    pair.cross();
    pair.b.device.engine.setPolicy(pair.b.device.dialog(pair.a.device, dialogId), { failAfterShifts: 1 });
    pair.a.device.say(pair.b.device, dialogId, 'x');
    pair.cross();
    expect(failures(pair.b.device)).toEqual([]);
  });

  it('S2-11: acknowledgements under new keys do not count', async () => {
    const { a, b, cross } = await talkingPair({ failAfterShifts: 1 });
    for (let time = 0; time < 10; time += 1) {
      a.shift();
      b.say();
      cross();
    }
    expect(b.device.engine.status(b.key).receiving[0]?.epoch).toBe(11);
    a.say();
    cross();
    expect(failures(b.device)).toEqual([]);
  });

  it('S2-11: a limit of 0 is none', async () => {
    const pair = await talkingPair({ failAfterShifts: 0 });
    renew(pair, 40);
    pair.cross();
    expect(failures(pair.b.device)).toEqual([]);
  });

  it('S2-11 S2-17: an honest backlog of days is no flood, in whatever order it comes', async () => {
    for (const order of [1, -1]) {
      const pair = await talkingPair({ failAfterShifts: 5 });
      for (let time = 0; time < 30; time += 1) {
        renew(pair, 1);
        pair.pass(20 * minute);
      }
      const waiting = pair.a.device.pending(pair.b.device);
      for (const outcome of pair.b.device.receive(pair.a.device, ...(order > 0 ? waiting : waiting.reverse()))) expect(outcome).not.toHaveProperty('reason');
      expect(pair.b.device.sink.texts()).toHaveLength(30);
    }
  });

  it('A30: a new key with every message: the usual limit ends it at the 101st, and what it cost is bounded', async () => {
    const { crypto, alice, bob } = await newPair();
    const forger = new Forger(crypto, alice.person, bob.person);
    const block = forger.block();
    const flood = (from: number, to: number) => {
      const outcomes: unknown[] = [];
      for (let epoch = from; epoch <= to; epoch += 1) {
        forger.newDsk();
        forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId(), epoch, firstSequence: epoch };
        outcomes.push(bob.receive(alice, forger.message(epoch, `${epoch}`, { block, time: bob.clock.time }))[0]);
      }
      return outcomes;
    };
    expect(flood(1, 101)).toEqual(Array.from({ length: 101 }, () => expect.objectContaining({ kind: 'delivered' }) as object));
    expect(bob.crypto.meter.read()).toMatchObject({ verify: 1, kemDecaps: 1, dskUnwrap: 101 });
    expect(flood(102, 110)).toEqual([{ kind: 'rejected', reason: 'too-many-shifts' }, ...Array.from({ length: 8 }, () => ({ kind: 'rejected', reason: 'dialog-failed' }))]);
    const rows = bob.db.prepare('SELECT count(*) AS n FROM receiving_keys').get();
    expect(rows).toEqual({ n: 101 });
  });

  it('S2-11 A07 A90: a backlog under a clock that runs ahead, or behind, or was set back before it, is no flood either', async () => {
    for (const [before, within] of [[tenYears, 0], [-tenYears, 0], [tenYears, -tenYears]] as const) {
      const pair = await talkingPair({ failAfterShifts: 5 });
      const { clock } = pair.a.device;
      clock.time += before;
      renew(pair, 1);
      pair.cross();
      clock.time += within;
      for (let time = 0; time < 30; time += 1) {
        renew(pair, 1);
        pair.pass(20 * minute);
      }
      for (const outcome of pair.b.device.receive(pair.a.device, ...pair.a.device.pending(pair.b.device))) expect(outcome).not.toHaveProperty('reason');
      expect([pair.b.device.sink.texts().length, failures(pair.b.device)]).toEqual([31, []]);
      // What is said to have been written at once still is a flood.
      renew(pair, 6);
      pair.cross();
      expect(failures(pair.b.device)).toEqual(['too-many-shifts']);
    }
  });

  it.each([
    ['of the past', (at: number) => at * hour],
    ['of the future', (at: number) => 2 * tenYears + tenYears * 20 + at * hour],
    ['that go to and fro', (at: number) => tenYears * 20 + (at % 2) * hour],
  ])('A30 A07 S2-11: renewals without end under times %s end nothing, and only so many are taken in an hour; what was put off comes then', async (_, timeOf) => {
    const { bob, say } = await renewing(timeOf);
    const taken = 2_049;
    for (let epoch = 1; epoch <= taken; epoch += 1) expect(say(epoch)?.kind).toBe('delivered');
    const late = { kind: 'rejected', reason: 'throttled' };
    expect([say(taken + 1), say(taken + 2)]).toEqual([late, late]);
    bob.restart();
    bob.clock.pass(hour - 1);
    expect(say(taken + 1)).toEqual(late);
    bob.clock.pass(1);
    expect([say(taken + 1)?.kind, failures(bob), bob.sink.texts().length]).toEqual(['delivered', [], taken + 1]);
  }, 180_000);

  it('A30 A07 S2-11 S2-20: times that go back, or stand still after they went back, hide no flood, also over a restart', async () => {
    for (const timeOf of [(at: number) => tenYears * 20 - at * hour, (at: number) => tenYears * (at < 3 ? 20 : 10), () => 0]) {
      const { bob, say } = await renewing(timeOf);
      for (let epoch = 1; epoch <= 101; epoch += 1) {
        expect(say(epoch)?.kind).toBe('delivered');
        if (epoch === 50) bob.restart();
      }
      expect(say(102)).toEqual({ kind: 'rejected', reason: 'too-many-shifts' });
      expect(failures(bob)).toEqual(['too-many-shifts']);
    }
  }, 60_000);

  it('A90 A07: times from one end of what a clock can say to the other, again and again, add up to no more than can be kept', async () => {
    const { bob, say } = await renewing((epoch) => (epoch % 2 === 0 ? Number.MAX_SAFE_INTEGER : 0));
    for (let epoch = 1; epoch <= 8; epoch += 1) {
      expect(say(epoch), `${epoch}`).toMatchObject({ kind: 'delivered' });
      if (epoch === 5) bob.restart();
    }
    expect(failures(bob)).toEqual([]);
  });

  it('A31: old messages thrown in again and again, by whoever recorded them, count for nothing', async () => {
    const pair = await talkingPair({ failAfterShifts: 4 });
    const { a, b, cross } = pair;
    const recorded: Uint8Array[] = [];
    for (let time = 0; time < 4; time += 1) {
      renew(pair, 1);
      recorded.push(...a.device.pending(b.device), ...a.device.acknowledgements(b.device));
      cross();
    }
    for (let round = 0; round < 50; round += 1) {
      if (round === 25) b.device.restart();
      const outcomes = b.device.receive(a.device, ...recorded.slice().reverse()).map((each) => each.kind);
      expect(new Set(outcomes)).toEqual(new Set(['duplicate']));
    }
    expect(failures(b.device)).toEqual([]);
    expect(b.device.db.prepare('SELECT count(*) AS n FROM peer_shifts WHERE counted = 1').get()).toEqual({ n: 4 });
    a.say('still here');
    cross();
    expect(b.device.sink.texts().at(-1)).toBe('still here');
  });

  it('S2-11 A90: clocks ten years off, on either side, standing still or corrected, make no flood of an honest pace', async () => {
    for (const side of ['a', 'b'] as const) {
      for (const years of [-tenYears, tenYears]) {
        const pair = await talkingPair({ failAfterShifts: 3 });
        const { clock } = pair[side].device;
        for (let time = 0; time < 24; time += 1) {
          if (time === 4) clock.time += years;
          if (time === 12) clock.time -= years;
          if (time === 16) pair.b.device.restart();
          renew(pair, 1);
          pair.cross();
          pair.pass(21 * minute);
        }
        expect(failures(pair.b.device)).toEqual([]);
        renew(pair, 4);
        pair.cross();
        expect(failures(pair.b.device)).toEqual(['too-many-shifts']);
      }
    }
  });

  it('S2-11 A90: nor do both clocks set back ten years at once, between one renewal and the next an hour later', async () => {
    const pair = await talkingPair({ failAfterShifts: 3 });
    for (let time = 0; time < 3; time += 1) {
      renew(pair, 1);
      pair.cross();
      pair.pass(minute);
    }
    for (const each of [pair.a, pair.b]) each.device.clock.time -= tenYears;
    pair.pass(60 * minute);
    renew(pair, 1);
    pair.cross();
    expect(failures(pair.b.device)).toEqual([]);
    expect(pair.b.device.sink.texts()).toHaveLength(4);
    renew(pair, 3);
    pair.cross();
    expect(failures(pair.b.device)).toEqual(['too-many-shifts']);
  });

  it('A26: an epoch that comes near what its field can hold ends the dialog', async () => {
    const { crypto, alice, bob } = await newPair();
    const forger = new Forger(crypto, alice.person, bob.person);
    bob.receive(alice, forger.message(1, 'first'));
    forger.newDsk();
    forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId(), epoch: 2 ** 31 + 1, firstSequence: 2 };
    expect(bob.receive(alice, forger.message(2, 'far'))[0]).toEqual({ kind: 'rejected', reason: 'worn-out' });
    expect(failures(bob)).toEqual(['worn-out']);
  });

  it('A26 A16: so does a key exchange key whose floor could not be told any more; with the last one before it the floor is', async () => {
    const { crypto, alice, bob } = await newPair();
    const forger = new Forger(crypto, alice.person, bob.person);
    forger.kekHeader = { ...forger.kekHeader, epoch: 2 ** 31 };
    expect(bob.receive(alice, forger.message(1, 'the last one'))[0]?.kind).toBe('delivered');
    forger.newDialog();
    forger.newDsk();
    forger.newKek();
    forger.dskHeader = { ...forger.dskHeader, dskId: forger.newDskId() };
    forger.kekHeader = { ...forger.kekHeader, kekId: kekIdFromBytes(crypto.random(16)), epoch: 2 ** 31 + 1 };
    expect(bob.receive(alice, forger.message(1, 'far'))[0]).toEqual({ kind: 'rejected', reason: 'worn-out' });
    expect(failures(bob)).toEqual(['worn-out']);
    expect(bob.sink.texts()).toEqual(['the last one']);
  });
});
