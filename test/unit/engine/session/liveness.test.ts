import { beforeAll, describe, expect, it, vi } from 'vitest';
import { defaultLimits } from '../../../../electron/engine/session/limits';
import { Liveness } from '../../../../electron/engine/session/liveness';
import type { Session, SessionItem } from '../../../../electron/engine/session/session';
import { createSessionHost } from '../../../../electron/engine/session/session-host';
import { createLinkPair } from '../../../support/link-pair';
import { ManualClock } from '../../../support/manual-clock';
import { newParty, type Party, peersOf, recordingLogger, targetOf, testNow } from '../../../support/session-kit';

let alice: Party;
let bob: Party;

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

/** A session between the two on a clock of the test; Bob answers no item by himself. */
async function connected(onItems: ((session: Session) => void) | undefined = (session) => session.onItems(() => undefined)) {
  const clock = new ManualClock(testNow);
  const theirs: Session[] = [];
  const hostOf = (party: Party, other: Party, onSession: (session: Session) => void) =>
    createSessionHost({ crypto: party.crypto, clock, logger: recordingLogger(), local: () => party.local, peers: peersOf([other]), onSession });
  const a = hostOf(alice, bob, (session) => session.onItems(() => undefined));
  const b = hostOf(bob, alice, (session) => {
    theirs.push(session);
    onItems?.(session);
  });
  const pair = createLinkPair({ clock });
  b.accept(pair.listener);
  const dialled = a.dial(pair.dialler, targetOf(bob));
  await clock.advance(100);
  const session = await dialled;
  const [other] = theirs;
  if (other === undefined) throw new Error('no session on the other side');
  let endedAt: number | undefined;
  const begun = clock.monotonic();
  session.onClose(() => (endedAt = clock.monotonic() - begun));
  return { clock, pair, session, other, ended: () => endedAt, sent: () => pair.dialler.sent.length };
}

const message: SessionItem = { kind: 'message', bytes: Buffer.from('hello') };

describe('an answer that is owed', () => {
  it('S3-09: nobody answers what was sent: asked after 8 s, given up after 20 s', async () => {
    const { clock, pair, session, ended, sent } = await connected();
    await clock.advance(3_000);
    pair.listener.vanish();
    session.send([message]);
    const before = sent();
    await clock.advance(7_900);
    expect(sent() - before).toBe(0);
    await clock.advance(200);
    expect(sent() - before).toBe(1);
    await clock.advance(11_800);
    expect(ended()).toBeUndefined();
    await clock.advance(200);
    expect(ended()).toBeGreaterThanOrEqual(22_900);
    expect(ended()).toBeLessThanOrEqual(23_100);
    // One ping, however long it was waited for.
    expect(sent() - before).toBe(1);
  });

  it('counts from the first that nobody answered, so that more of it puts nothing off', async () => {
    const { clock, pair, session, ended } = await connected();
    pair.listener.vanish();
    for (let second = 0; second < 25 && ended() === undefined; second += 1) {
      session.send([message]);
      await clock.advance(1_000);
    }
    expect(ended()).toBe(20_000);
  });

  it('whatever is heard settles it: a quiet reader on a live connection is not given up', async () => {
    const { clock, session, ended, sent } = await connected();
    const before = sent();
    session.send([message]);
    await clock.advance(600_000);
    expect(ended()).toBeUndefined();
    // The message, the ping for its answer, and one every 20 s as ever.
    expect(sent() - before).toBeLessThanOrEqual(2 + 2 * 31);
  });

  it('cards, first words and pongs are answered by nobody and owe nothing', async () => {
    const { clock, pair, session, ended } = await connected();
    pair.listener.vanish();
    session.send([{ kind: 'card', bytes: Buffer.from('card') }, { kind: 'standing', bytes: Buffer.from('here') }]);
    await clock.advance(44_800);
    expect(ended()).toBeUndefined();
    await clock.advance(400);
    expect(ended()).toBeDefined();
  });

  it('a link that still takes what waits is alive, however slow', async () => {
    const { clock, pair, session, ended } = await connected();
    pair.listener.vanish();
    session.send([message]);
    for (let times = 0; times < 3; times += 1) {
      await clock.advance(12_000);
      pair.dialler.drain();
    }
    expect(ended()).toBeUndefined();
    await clock.advance(9_200); // 45 s of silence end it all the same
    expect(ended()).toBeDefined();
  });

  it('S3-08: who is not reading says often enough that it lives, before and after it has a handler', async () => {
    const quiet = await connected(() => undefined);
    quiet.session.send([message]);
    await quiet.clock.advance(120_000);
    expect(quiet.ended()).toBeUndefined();
    const { clock, session, other, ended } = await connected();
    other.pause();
    for (let times = 0; times < 10; times += 1) {
      session.send([message]);
      await clock.advance(12_000);
    }
    expect(ended()).toBeUndefined();
    other.resume();
    await clock.advance(60_000);
    expect(ended()).toBeUndefined();
  });
});

describe('making sure at once', () => {
  it('a live session answers and goes on', async () => {
    const { clock, session, other, ended, sent } = await connected();
    const before = sent();
    session.checkNow(5_000);
    session.checkNow(5_000); // once is enough
    expect(sent() - before).toBe(1);
    await clock.advance(60_000);
    expect(ended()).toBeUndefined();
    other.close();
    await clock.advance(10);
    expect(ended()).toBeDefined();
    session.checkNow(5_000);
    await clock.advance(10_000);
  });

  it('a dead one ends at the deadline, the earlier of two', async () => {
    const { clock, pair, session, ended } = await connected();
    pair.listener.vanish();
    session.checkNow(5_000);
    await clock.advance(1_000);
    session.checkNow(2_000);
    await clock.advance(1_900);
    expect(ended()).toBeUndefined();
    await clock.advance(200);
    expect(ended()).toBe(3_000);
  });

  it('one that is not reading hears nothing, so it is not judged by that', async () => {
    const { clock, session, ended, sent } = await connected();
    session.pause();
    const before = sent();
    session.checkNow(5_000);
    expect(sent()).toBe(before);
    await clock.advance(5_500);
    expect(ended()).toBeUndefined();
  });
});

describe('having what was sent', () => {
  it('is told once, by the answer to what went behind it', async () => {
    const { clock, session, other } = await connected();
    const taken: string[] = [];
    other.onItems((items) => taken.push(...items.map(({ kind }) => kind)));
    session.send([{ kind: 'card', bytes: new Uint8Array(4) }]);
    session.onTaken(() => taken.push('told'));
    expect(taken).toEqual([]);
    await clock.advance(10);
    expect(taken).toEqual(['card', 'told']);
    session.onTaken(() => taken.push('told again'));
    await clock.advance(60_000); // other answers come, too
    expect(taken).toEqual(['card', 'told', 'told again']);
  });

  it('is not told by words that answer something else, as whoever is not reading says them', async () => {
    const { clock, session, other } = await connected();
    const told: boolean[] = [];
    other.pause();
    session.onTaken(() => told.push(true));
    await clock.advance(20_000);
    expect(told).toEqual([]);
    other.resume();
    await clock.advance(1_000);
    expect(told).toEqual([true]);
  });

  it('is told once, however often somebody answers, and never once the session has ended', async () => {
    const { clock, session, other, ended } = await connected();
    const told: string[] = [];
    const random = vi.spyOn(alice.crypto, 'random');
    session.onTaken(() => told.push('once'));
    const token = new Uint8Array(random.mock.results.at(-1)?.value ?? []);
    random.mockRestore();
    other.send([{ kind: 'pong', token }, { kind: 'pong', token }]);
    await clock.advance(1_000);
    other.send([{ kind: 'pong', token }]);
    await clock.advance(1_000);
    expect(told).toEqual(['once']);
    other.pause();
    session.onTaken(() => told.push('too late'));
    session.close();
    session.onTaken(() => told.push('much too late'));
    other.resume();
    await clock.advance(60_000);
    expect(ended()).toBeDefined();
    expect(told).toEqual(['once']);
  });
});

describe('Liveness', () => {
  it('always knows when to look again, and looking then does something', () => {
    let now = 0;
    const liveness = new Liveness(defaultLimits, now);
    const steps: unknown[] = [];
    for (let times = 0; times < 4; times += 1) {
      now = liveness.next;
      steps.push([now, liveness.look(now)]);
      if (times === 0) liveness.sent(now);
    }
    expect(steps).toEqual([[20_000, 'ping'], [28_000, 'ping'], [40_000, 'end'], [40_000, 'end']]);
  });

  it('S3-08 S3-09: silence, to the millisecond: asked once after 20 s, over after 45', () => {
    const liveness = new Liveness(defaultLimits, 0);
    expect([0, 19_999, 20_000, 20_001, 44_999, 45_000].map((now) => liveness.look(now))).toEqual([undefined, undefined, 'ping', undefined, undefined, 'end']);
  });

  it('S3-09: an answer that is owed, to the millisecond: asked once after 8 s, over after 20; later by what moves on', () => {
    const liveness = new Liveness(defaultLimits, 0);
    liveness.moved(0);
    expect(liveness.look(8_000)).toBeUndefined();
    liveness.heard(10_000);
    liveness.sent(10_000);
    expect([17_999, 18_000, 18_001].map((now) => liveness.look(now))).toEqual([undefined, 'ping', undefined]);
    liveness.moved(20_000);
    expect([27_999, 28_000, 28_001, 39_999, 40_000].map((now) => liveness.look(now))).toEqual([undefined, 'ping', undefined, undefined, 'end']);
  });

  it('S3-09: who asks to make sure has the earlier of two answers, and what is heard settles both', () => {
    const liveness = new Liveness(defaultLimits, 0);
    expect([liveness.makeSure(0, 5_000), liveness.makeSure(100, 2_000)]).toEqual([true, false]);
    expect([2_099, 2_100].map((now) => liveness.look(now))).toEqual([undefined, 'end']);
    liveness.heard(2_100);
    expect(liveness.look(5_000)).toBeUndefined();
  });

  it('S3-08: who is not reading says every 6 s that it lives, is told so once, and ends nothing', () => {
    const liveness = new Liveness(defaultLimits, 0);
    liveness.reads(false, 0);
    expect(liveness.next).toBe(6_000);
    expect([5_999, 6_000, 6_001].map((now) => liveness.look(now))).toEqual([undefined, 'pong', undefined]);
    liveness.reads(false, 7_000);
    expect([liveness.next, liveness.look(12_000), liveness.makeSure(12_000, 1_000), liveness.look(100_000)]).toEqual([12_000, 'pong', false, 'pong']);
    liveness.reads(true, 100_000);
    expect([liveness.next, liveness.look(119_999), liveness.look(120_000)]).toEqual([120_000, undefined, 'ping']);
  });
});
