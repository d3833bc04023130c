import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeChain } from '../../../../electron/engine/certificates/chain';
import type { KeyMismatch, Pin, SessionHost } from '../../../../electron/engine/session/session-host';
import { createSessionHost } from '../../../../electron/engine/session/session-host';
import type { Session } from '../../../../electron/engine/session/session';
import { Resumptions } from '../../../../electron/engine/session/resumptions';
import { encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import { createLinkPair } from '../../../support/link-pair';
import { ManualClock } from '../../../support/manual-clock';
import { type Lives, livesOf } from '../../../support/rekey-kit';
import { newResumptionStore } from '../../../support/resume-kit';
import { dialler, type ForgedM1, forgeM1, forgeM2, type Party, peersOf, recordingLogger, targetOf, testNow } from '../../../support/session-kit';

let ada: Lives;
let ben: Party;
let clock: ManualClock;

beforeAll(async () => {
  const [first, second] = await Promise.all([livesOf('Ada', 0, ['routine', 'routine']), livesOf('Ben', 10, [])]);
  [ada, ben] = [first, second.newest];
}, 60_000);

beforeEach(() => {
  clock = new ManualClock(testNow);
});

function nth(epoch: number): Party {
  const life = ada.lives[epoch - 1];
  if (!life) throw new Error('no such key');
  return life;
}

interface End {
  readonly host: SessionHost;
  readonly sessions: Session[];
  readonly mismatches: KeyMismatch[];
  readonly reasons: string[];
}

/** `pin`: what is pinned of the other one; may be changed from then on. */
function endOf(party: Party, other: Party, pin: Partial<Pin> = {}): End {
  const { crypto, local } = party;
  const sessions: Session[] = [];
  const mismatches: KeyMismatch[] = [];
  const logger = recordingLogger();
  const resumptions = new Resumptions({ crypto, clock, logger, store: newResumptionStore() });
  const host = createSessionHost({
    crypto,
    clock,
    logger,
    local: () => local,
    peers: { pinned: (peerId) => peersOf([{ party: other, pin }]).pinned(peerId) },
    resumptions,
    onSession: (session) => sessions.push(session),
    onKeyMismatch: (mismatch) => mismatches.push(mismatch),
  });
  return { host, sessions, mismatches, reasons: logger.lines };
}

async function dial(from: End, to: End, target: ReturnType<typeof targetOf>): Promise<string> {
  const pair = createLinkPair({ clock });
  to.host.accept(pair.listener);
  const dialled = from.host.dial(pair.dialler, target).then(
    () => 'open',
    (error: { reason?: string }) => error.reason ?? 'a defect',
  );
  await clock.advance(500);
  return dialled;
}

const pinOf = (epoch: number): Pin => ({ spkiHash: nth(epoch).local.identity.spkiHash, blocked: false });

describe('when another key is asked about', () => {
  it('S5-01 S5-02: an authentic M1 as the same person under another key tells who, from where and what was shown', async () => {
    const [a, b] = [endOf(ada.newest, ben), endOf(ben, ada.newest, pinOf(1))];
    expect(await dial(a, b, targetOf(ben))).toBe('retry-asked');
    expect(b.mismatches.map(({ peerId, dialledBy, remote, chain }) => [peerId, dialledBy, remote.host, chain.identity.epoch])).toEqual([[ada.newest.local.peerId, 'them', '203.0.113.1', 3]]);
    expect([a.mismatches, a.sessions, b.sessions]).toEqual([[], [], []]);
  });

  it('S5-02: so does an M2 that proves to have read our M1', async () => {
    const [a, b] = [endOf(ada.newest, ben), endOf(ben, ada.newest, pinOf(1))];
    // Dialled as Ben knows her: her device still reads what is sealed to the exchange key of then.
    expect(await dial(b, a, targetOf(nth(1)))).toBe('contact.key-mismatch');
    expect(b.mismatches.map(({ peerId, dialledBy, remote, chain }) => [peerId, dialledBy, remote.host, chain.identity.epoch])).toEqual([[ada.newest.local.peerId, 'us', '203.0.113.2', 3]]);
    expect([a.mismatches, a.sessions, b.sessions]).toEqual([[], [], []]);
  });

  it('S5-02 A77: garbage, expiry, another version, a reset and strangers ask nothing, whatever key they show', async () => {
    const under = (epoch: number) => endOf(ben, ada.newest, pinOf(epoch));
    const m1 = (changes: ForgedM1 = {}): Uint8Array => forgeM1(ada.newest, ben, changes);
    const garbage = new Uint8Array(64).fill(7);
    const spoiledChain = Uint8Array.from(encodeChain(ada.newest.local.chain), (byte, at) => (at === 2_000 ? byte ^ 1 : byte));
    const otherVersion = m1();
    otherVersion[1] = 9;
    const cases: Record<string, readonly [End, Uint8Array, string]> = {
      'a bad signature under the pinned key': [under(3), m1({ signature: garbage }), 'signature'],
      'a bad signature under another key': [under(1), m1({ signature: garbage }), 'chain'],
      'a chain that is not sound': [under(1), m1({ chain: spoiledChain }), 'chain'],
      'an old M1': [under(1), m1({ time: testNow - 25 * 3_600_000 }), 'chain'],
      'another list than shown': [under(1), m1({ listVersion: 99 }), 'chain'],
      'another version': [under(1), otherVersion, 'malformed'],
      'no M1 at all': [under(1), encodeFrame(frameTypes.record, new Uint8Array(64)), 'malformed'],
    };
    for (const [which, [end, bytes, reason]] of Object.entries(cases)) {
      const pair = createLinkPair({ clock });
      end.host.accept(pair.listener);
      pair.dialler.send(bytes);
      await clock.advance(500);
      expect([which, end.reasons.map((line) => (JSON.parse(line.slice(line.indexOf('{'))) as { reason: string }).reason), end.mismatches, end.sessions]).toEqual([which, [reason], [], []]);
    }
    // Expired for both: the same authentic M1 that is a mismatch today.
    const late = under(1);
    clock.wall += 200 * 24 * 3_600_000;
    const pair = createLinkPair({ clock });
    late.host.accept(pair.listener);
    pair.dialler.send(m1({ time: clock.now() }));
    await clock.advance(500);
    expect([late.mismatches, late.reasons.length]).toEqual([[], 1]);
  });

  it('S5-02: nor does whoever answers a dial with garbage, an error, or nothing', async () => {
    const answers: Record<string, readonly [(m1: Uint8Array) => Uint8Array | undefined, string]> = {
      'a static part that nobody signed': [(m1) => forgeM2(readerOfOld(), m1, { signature: new Uint8Array(64) }), 'chain'],
      'not our nonce': [(m1) => forgeM2(readerOfOld(), m1, { nonceCopy: new Uint8Array(32) }), 'nonce-copy'],
      'a retry': [() => encodeFrame(frameTypes.retry, new Uint8Array(0)), 'retry-asked'],
      'no frame': [() => new Uint8Array(64).fill(200), 'malformed'],
      'a reset': [() => undefined, 'closed'],
    };
    for (const [which, [answer, reason]] of Object.entries(answers)) {
      const b = endOf(ben, ada.newest, pinOf(1));
      const pair = createLinkPair({ clock });
      pair.listener.onData((bytes) => {
        const back = answer(bytes);
        if (back) pair.listener.send(back);
        else pair.listener.destroy();
      });
      const dialled = b.host.dial(pair.dialler, targetOf(nth(1)));
      const [outcome] = await Promise.all([dialled.catch((error: { reason: string }) => error.reason), clock.advance(500)]);
      expect([which, outcome, b.mismatches, b.sessions]).toEqual([which, reason, [], []]);
    }
  });
});

/** Ada with the newest key, whose exchange key in use is that of her first: so the forger reads an M1 to it. */
function readerOfOld(): Party {
  const old = nth(1).local.exchange.current;
  const { local } = ada.newest;
  return { ...ada.newest, local: { ...local, exchange: { ...local.exchange, current: old } } };
}

describe('a key that the pinned one vouches for', () => {
  const vouched = (): Pin => ({ ...pinOf(1), successor: nth(3).local.identity.spkiHash });

  it('S5-09: is taken in both roles, and the session says so once it is confirmed', async () => {
    for (const who of ['she dials', 'she is dialled']) {
      const [a, b] = [endOf(ada.newest, ben), endOf(ben, ada.newest, vouched())];
      expect([who, await (who === 'she dials' ? dial(a, b, targetOf(ben)) : dial(b, a, { ...targetOf(ada.newest), pinnedSpkiHash: vouched().spkiHash }))]).toEqual([who, 'open']);
      expect([a.sessions.map(({ underSuccessor }) => underSuccessor), b.sessions.map(({ underSuccessor }) => underSuccessor)]).toEqual([[false], [true]]);
      expect([a.mismatches, b.mismatches]).toEqual([[], []]);
    }
  });

  it('S5-09: the pinned one goes on meanwhile, a third one does not', async () => {
    const b = endOf(ben, ada.newest, vouched());
    expect(await dial(endOf(nth(1), ben), b, targetOf(ben))).toBe('open');
    expect(b.sessions.map(({ underSuccessor }) => underSuccessor)).toEqual([false]);
    expect(await dial(endOf(nth(2), ben), b, targetOf(ben))).toBe('retry-asked');
    expect(b.mismatches.map(({ chain }) => chain.identity.epoch)).toEqual([2]);
    const blocked = endOf(ben, ada.newest, { ...vouched(), blocked: true });
    expect(await dial(endOf(ada.newest, ben), blocked, targetOf(ben))).toBe('retry-asked');
    expect([blocked.sessions, blocked.mismatches]).toEqual([[], []]);
  });

  it('A74: is not confirmed by who shows it and does not hold its keys', async () => {
    const b = endOf(ben, ada.newest, vouched());
    const pair = createLinkPair({ clock });
    b.host.accept(pair.listener);
    // All of an honest M1, and then no M3.
    pair.dialler.send(dialler(ada.newest, targetOf(ben), [ben]).next());
    await clock.advance(20_000);
    expect([b.sessions, b.host.counts.sessions]).toEqual([[], 0]);
  });

  it('S5-33: what was resumed under one key is not resumed under another', async () => {
    const pin: { -readonly [K in keyof Pin]: Pin[K] } = { ...pinOf(1) };
    const b = endOf(ben, ada.newest, pin);
    const again = async (from: End, to: End, target: ReturnType<typeof targetOf>): Promise<readonly unknown[]> => {
      for (const session of [...from.sessions, ...to.sessions]) session.close();
      await clock.advance(10);
      return [await dial(from, to, target), from.sessions.at(-1)?.resumed];
    };
    // Under the old key: resumed as ever, also while a later one is known.
    const old = endOf(nth(1), ben);
    expect([await again(old, b, targetOf(ben)), await again(old, b, targetOf(ben))]).toEqual([['open', false], ['open', true]]);
    pin.successor = nth(3).local.identity.spkiHash;
    expect(await again(old, b, targetOf(ben))).toEqual(['open', true]);
    // Confirmed under the later one, and not pinned yet: a full handshake each time.
    const newer = endOf(ada.newest, ben);
    expect([await again(newer, b, targetOf(ben)), await again(newer, b, targetOf(ben))]).toEqual([['open', false], ['open', false]]);
    delete pin.successor;
    pin.spkiHash = nth(3).local.identity.spkiHash;
    expect(await again(newer, b, targetOf(ben))).toEqual(['open', true]);
    // The old one has an entry still: it opens nothing any more.
    expect(await again(old, b, targetOf(ben))).toEqual(['retry-asked', true]);
    expect(b.mismatches.map(({ chain }) => chain.identity.epoch)).toEqual([1]);
  });

  it('S5-10: the two ends of a session have one pair secret, given once', async () => {
    const [a, b] = [endOf(ada.newest, ben), endOf(ben, ada.newest)];
    await dial(a, b, targetOf(ben));
    const taken = [a, b].map(({ sessions }) => sessions[0]?.takePairSecret());
    expect(taken[0]?.bytes).toHaveLength(32);
    expect(taken[0]?.bytes).toEqual(taken[1]?.bytes);
    expect(a.sessions[0]?.takePairSecret()).toBeUndefined();
    const before = Uint8Array.from(taken[0]?.bytes ?? []);
    for (const secret of taken) secret?.wipe();
    const [c, d] = [endOf(ada.newest, ben), endOf(ben, ada.newest)];
    await dial(c, d, targetOf(ben));
    expect(Buffer.compare(c.sessions[0]?.takePairSecret()?.bytes ?? before, before)).not.toBe(0);
    d.sessions[0]?.close();
    expect(d.sessions[0]?.takePairSecret()).toBeUndefined();
  });
});
