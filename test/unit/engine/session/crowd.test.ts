import { beforeAll, describe, expect, it } from 'vitest';
import type { Link } from '../../../../electron/engine/ports';
import { Leaving } from '../../../../electron/engine/session/leaving';
import { defaultLimits } from '../../../../electron/engine/session/limits';
import { createSessionHost, type SessionHost, type SessionHostParts } from '../../../../electron/engine/session/session-host';
import { encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import { createLinkPair, type LinkPair, TestLink } from '../../../support/link-pair';
import { ManualClock } from '../../../support/manual-clock';
import { dialler, newParty, type Party, peersOf, recordingLogger, targetOf, testNow } from '../../../support/session-kit';

let alice: Party;
let bob: Party;

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

/** Bob at home, knowing Alice, and the links whose channels he answers. */
function home(clock: ManualClock, changes: Partial<SessionHostParts> = {}): { readonly host: SessionHost; readonly channels: Link[] } {
  const channels: Link[] = [];
  const host = createSessionHost({
    crypto: bob.crypto,
    clock,
    logger: recordingLogger(),
    local: () => bob.local,
    peers: peersOf([alice]),
    onSession: (session) => session.onItems(() => undefined),
    onChannel: (link) => void channels.push(link),
    ...changes,
  });
  return { host, channels };
}

function arrive(clock: ManualClock, host: SessionHost, number: number, first?: Uint8Array): LinkPair {
  const pair = createLinkPair({ clock, diallerAddress: { host: `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`, port: 1 } });
  host.accept(pair.listener);
  if (first) pair.dialler.send(first);
  return pair;
}

const opening = encodeFrame(frameTypes.channelOpen, Uint8Array.of(3, 1));

/** Whether Alice, from an address nobody knows, gets a session. */
async function aliceGetsIn(clock: ManualClock, host: SessionHost): Promise<boolean> {
  const crowd = createSessionHost({ crypto: alice.crypto, clock, logger: recordingLogger(), local: () => alice.local, peers: peersOf([bob]), onSession: () => undefined });
  const pair = arrive(clock, host, 0xff_ff_01);
  let isIn = false;
  crowd.dial(pair.dialler, targetOf(bob)).then(() => (isIn = true), () => undefined);
  await clock.advance(50);
  return isIn;
}

describe('S3-32 A54: a crowd of strangers', () => {
  it('S3-32 A54: nineteen hundred newcomers a second that say nothing leave a contact from a new address its second to speak', async () => {
    const clock = new ManualClock(testNow);
    const { host } = home(clock);
    for (let at = 0; at < 5_700; at += 19) {
      // None is turned away, whenever it comes.
      for (let more = 0; more < 19; more += 1) expect(arrive(clock, host, at + more).listener.destroyed).toBe(false);
      await clock.advance(10);
    }
    // Whoever has been silent for a second goes, so of 1,900 a second none younger than that has to.
    expect(host.counts.halfOpen).toBeLessThanOrEqual(defaultLimits.halfOpen);
    await clock.advance(150);
    expect(await aliceGetsIn(clock, host)).toBe(true);
  });

  it('S3-32 A54: opened channels have places of their own: a flood of them keeps no session out', async () => {
    const clock = new ManualClock(testNow);
    const { host, channels } = home(clock);
    for (let at = 0; at < 3_000; at += 1) {
      arrive(clock, host, at, opening);
      await clock.advance(1);
    }
    const open = channels.length;
    expect(open).toBeGreaterThan(50);
    // What began a channel cost an encapsulation: no more than the budget for strangers allows.
    expect(open).toBeLessThanOrEqual(100 + 3 * 50 + 1);
    expect(host.counts.halfOpen).toBeLessThanOrEqual(defaultLimits.channels.halfOpen);
    expect(await aliceGetsIn(clock, host)).toBe(true);
  });

  it('S3-32 A54: a channel that was opened three seconds ago makes room for the next one when places are short; a newer one stays', async () => {
    const clock = new ManualClock(testNow);
    const { host, channels } = home(clock, { limits: { channels: { halfOpen: 3, halfOpenKept: 1, halfOpenPerSource: 4, silenceMs: 3_000 } } });
    const pairs = [arrive(clock, host, 1, opening), arrive(clock, host, 2, opening)];
    await clock.advance(10);
    const early = arrive(clock, host, 3, opening);
    await clock.advance(10);
    expect(early.listener.destroyed).toBe(true);
    expect(pairs.map(({ listener }) => listener.destroyed)).toEqual([false, false]);
    await clock.advance(3_000);
    const late = arrive(clock, host, 4, opening);
    await clock.advance(10);
    expect([...pairs, late].map(({ listener }) => listener.destroyed)).toEqual([true, false, false]);
    expect(channels).toHaveLength(3);
    expect(host.counts.halfOpen).toBe(2);
  });

  it('S3-32 A54: a meeting, which waits for two people, is not put out once its first word has come; one without a word is', async () => {
    const limits = { channels: { halfOpen: 2, halfOpenKept: 1, halfOpenPerSource: 4, silenceMs: 3_000 } };
    const meeting = encodeFrame(frameTypes.channelOpen, Buffer.concat([Uint8Array.of(4), new Uint8Array(1_216)]));
    for (const speaks of [true, false]) {
      const clock = new ManualClock(testNow);
      const { host } = home(clock, { limits, onChannel: (link) => link.onData(() => undefined) });
      const pair = arrive(clock, host, 1, meeting);
      await clock.advance(1_000);
      if (speaks) pair.dialler.send(encodeFrame(frameTypes.channelData, new Uint8Array(40)));
      await clock.advance(4_000);
      const late = arrive(clock, host, 2, opening);
      await clock.advance(10);
      expect([pair.listener.destroyed, late.listener.destroyed]).toEqual([!speaks, speaks]);
    }
  });

  it('S3-32 A54: one source opens four channels at once', async () => {
    const clock = new ManualClock(testNow);
    const { host, channels } = home(clock);
    for (let at = 0; at < 6; at += 1) arrive(clock, host, 7, opening);
    await clock.advance(10);
    expect(channels).toHaveLength(4);
  });

  it('S3-32 A54: refused handshakes that are never hung up hold a bounded number of connections, and still get their answer', async () => {
    const clock = new ManualClock(testNow);
    const stranger = await newParty('Mallory');
    const { host } = home(clock);
    const pairs: LinkPair[] = [];
    for (let at = 0; at < 300; at += 1) {
      const m1 = Uint8Array.from(dialler(stranger, targetOf(bob), []).next());
      // Another selector: refused for the price of a hash.
      m1[8] = (m1[8] ?? 0) ^ 1;
      pairs.push(arrive(clock, host, at, m1));
    }
    await clock.advance(10);
    expect(host.counts.halfOpen).toBe(0);
    const ended = (): number => pairs.filter(({ listener }) => listener.destroyed).length;
    expect(ended()).toBe(300 - defaultLimits.leaving);
    await clock.advance(50);
    expect(pairs.filter(({ listener }) => listener.sent.length > 0)).toHaveLength(defaultLimits.leaving);
  });

  it('A54: of those that leave, the first to be refused goes first', () => {
    const clock = new ManualClock(testNow);
    const leaving = new Leaving(2);
    const links = [1, 2, 3].map((port) => new TestLink('listener', { host: '192.0.2.1', port }, { clock }));
    for (const link of links) leaving.add(link);
    expect(links.map(({ destroyed }) => destroyed)).toEqual([true, false, false]);
  });

  it('A54: whoever hangs up once refused takes no room of those that still leave, and is kept no longer', async () => {
    const clock = new ManualClock(testNow);
    const stranger = await newParty('Mallory');
    const { host } = home(clock);
    const refused = (at: number): LinkPair => {
      const m1 = Uint8Array.from(dialler(stranger, targetOf(bob), []).next());
      m1[8] = (m1[8] ?? 0) ^ 1;
      return arrive(clock, host, at, m1);
    };
    const patient = refused(0);
    for (let at = 1; at <= 2 * defaultLimits.leaving; at += 1) {
      const pair = refused(at);
      await clock.advance(1);
      pair.dialler.destroy();
      await clock.advance(1);
    }
    expect(patient.listener.sent).toHaveLength(1);
    expect(patient.listener.destroyed).toBe(false);
  });
});
