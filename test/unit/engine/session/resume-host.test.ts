import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { Secret, SecretKind } from '../../../../electron/engine/crypto/secret';
import type { Session, SessionItem } from '../../../../electron/engine/session/session';
import { createSessionHost, type SessionHost, type SessionHostParts } from '../../../../electron/engine/session/session-host';
import type { ResumptionStore } from '../../../../electron/engine/session/resumption-entry';
import { Resumptions } from '../../../../electron/engine/session/resumptions';
import { isLower } from '../../../../electron/engine/session/simultaneous';
import { encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import { bytewise, createLinkPair, type LinkPairOptions } from '../../../support/link-pair';
import { ManualClock } from '../../../support/manual-clock';
import { junkResume, newResumptionStore } from '../../../support/resume-kit';
import { newParty, type Party, peersOf, recordingLogger, targetOf, testNow } from '../../../support/session-kit';

let alice: Party;
let bob: Party;
let clock: ManualClock;
let a: End;
let b: End;

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

beforeEach(() => {
  clock = new ManualClock(testNow);
  a = endOf(alice, bob);
  b = endOf(bob, alice);
});

interface End {
  readonly party: Party;
  readonly host: SessionHost;
  readonly store: ResumptionStore;
  readonly resumptions: Resumptions;
  readonly sessions: Session[];
  readonly items: SessionItem[];
  readonly logger: ReturnType<typeof recordingLogger>;
}

function endOf(party: Party, other: Party, changes: Partial<SessionHostParts> = {}, store: ResumptionStore = newResumptionStore()): End {
  const [sessions, items]: [Session[], SessionItem[]] = [[], []];
  const logger = recordingLogger();
  const { crypto } = party;
  const resumptions = new Resumptions({ crypto, clock, logger, store });
  const host = createSessionHost({
    crypto,
    clock,
    logger,
    local: () => party.local,
    peers: peersOf([other]),
    resumptions,
    onSession: (session) => {
      sessions.push(session);
      session.onItems((batch) => items.push(...batch));
    },
    ...changes,
  });
  return { party, host, store, resumptions, sessions, items, logger };
}

/** `from` dials `to`; both ends of the connection and the session, or why there was none. */
async function dial(from: End, to: End, options: Partial<LinkPairOptions> = {}) {
  const pair = createLinkPair({ clock, ...options });
  to.host.accept(pair.listener);
  const dialled = from.host.dial(pair.dialler, targetOf(to.party));
  dialled.catch(() => {});
  await clock.advance(200);
  return { pair, dialled, session: await dialled };
}

const text = (value: string): SessionItem => ({ kind: 'message', bytes: new TextEncoder().encode(value) });
const entries = (of: End, other: Party) => of.store.ofPeer(other.local.peerId);

describe('sessions that resume', () => {
  it('S3-08 S3-10: cut, they resume, say so on both sides, and items go on', async () => {
    const first = await dial(a, b);
    expect([first.session.resumed, b.sessions[0]?.resumed]).toEqual([false, false]);
    first.session.send([text('before')]);
    await clock.advance(10);
    first.pair.dialler.destroy();
    await clock.advance(10);
    for (let at = 1; at <= 3; at += 1) {
      const next = at === 2 ? await dial(b, a) : await dial(a, b);
      expect([a.sessions[at]?.resumed, b.sessions[at]?.resumed]).toEqual([true, true]);
      expect(a.sessions[at]?.keyId).toEqual(b.sessions[at]?.keyId);
      next.session.send([text(`again ${at}`)]);
      await clock.advance(10);
      next.pair.listener.destroy();
      await clock.advance(10);
    }
    expect(b.items).toEqual([text('before'), text('again 1'), text('again 3')]);
    expect(a.items).toEqual([text('again 2')]);
  });

  it('S3-26 S3-11: the same when every byte comes alone', async () => {
    (await dial(a, b)).session.close();
    await clock.advance(10);
    const { session } = await dial(a, b, { tamper: bytewise() });
    expect(session.resumed).toBe(true);
    session.send([text('slowly')]);
    await clock.advance(10);
    expect(b.items).toEqual([text('slowly')]);
  });

  it('one entry per pair of devices, the one of the session in use; its positions are written at the end', async () => {
    const { session } = await dial(a, b);
    const [kept] = entries(a, bob);
    expect(kept?.keyId).toEqual(session.keyId);
    expect([kept?.sent.counter, kept?.received.counter]).toEqual([1, 1]);
    session.send([text('one')]);
    session.send([text('two')]);
    b.sessions[0]?.send([text('three')]);
    await clock.advance(10);
    session.close();
    await clock.advance(10);
    const [[atA], [atB]] = [entries(a, bob), entries(b, alice)];
    expect([atA?.sent.counter, atA?.received.counter]).toEqual([3, 2]);
    expect([atB?.sent, atB?.received]).toEqual([atA?.received, atA?.sent]);
    expect(entries(a, bob)).toHaveLength(1);
  });

  it('A51: records in flight when the connection broke are no reason to refuse', async () => {
    const { session, pair } = await dial(a, b);
    b.sessions[0]?.send([text('arrives')]);
    await clock.advance(10);
    b.sessions[0]?.send([text('lost'), text('lost, too')]);
    pair.dialler.vanish();
    pair.listener.vanish();
    await clock.advance(10);
    expect(session.digests.received.counter).toBeLessThan(b.sessions[0]?.digests.sent.counter ?? 0);
    expect((await dial(a, b)).session.resumed).toBe(true);
  });

  it('A51: broken for one side only: the other, whose session stands still, has not lost what it sent', async () => {
    const first = await dial(a, b);
    b.sessions[0]?.send([text('arrives')]);
    await clock.advance(10);
    first.pair.dialler.vanish();
    await clock.advance(10);
    expect(entries(a, bob)[0]?.received.counter).toBe(2);
    const next = await dial(a, b);
    expect([next.session.resumed, b.sessions[1]?.resumed]).toEqual([true, true]);
    expect([a.resumptions.refusedAt(bob.local.peerId), b.logger.lines.join()]).toEqual([undefined, '']);
    // The same the other way round: who dials says what its session, which stands still, has received.
    b.sessions[1]?.send([text('arrives, too')]);
    await clock.advance(10);
    const [atB] = entries(b, alice);
    next.pair.listener.vanish();
    await clock.advance(10);
    expect(entries(b, alice)[0]?.sent.counter).toBeGreaterThan(atB?.sent.counter ?? 0);
    expect((await dial(a, b)).session.resumed).toBe(true);
  });

  it('S3-12 A55: an older session that is in use again does not bring the entry back that was used up', async () => {
    const first = await dial(a, b);
    first.pair.dialler.vanish();
    const second = await dial(a, b);
    expect(second.session.resumed).toBe(true);
    // It ends on both sides while the older one still stands at the listener's.
    second.pair.dialler.vanish();
    second.pair.listener.vanish();
    await clock.advance(10);
    expect(b.sessions.at(-1)).toBe(b.sessions[0]);
    expect(entries(b, alice).map(({ keyId }) => keyId)).toEqual([second.session.keyId]);
    expect((await dial(a, b)).session.resumed).toBe(true);
    expect(a.resumptions.refusedAt(bob.local.peerId)).toBeUndefined();
  });

  it('S3-31 A55: who lost its end and dials anew at once is not put out for a session that is dead', async () => {
    const [low, high] = isLower(alice.local, bob.local) ? [a, b] : [b, a];
    const first = await dial(low, high);
    first.session.send([text('there')]);
    high.sessions[0]?.send([text('back')]);
    await clock.advance(10);
    first.pair.listener.vanish();
    // By the rule for simultaneous opening the session that the lower one dialled would stay.
    const next = await dial(high, low);
    next.session.send([text('again')]);
    await clock.advance(6_000);
    expect([low.sessions.length, low.sessions.at(-1)?.keyId, low.items.at(-1)]).toEqual([2, next.session.keyId, text('again')]);
    low.sessions.at(-1)?.send([text('here')]);
    await clock.advance(10);
    expect(high.items.at(-1)).toEqual(text('here'));
    next.pair.dialler.destroy();
    await clock.advance(10);
    expect((await dial(high, low)).session.resumed).toBe(true);
    expect(high.resumptions.refusedAt(low.party.local.peerId)).toBeUndefined();
  });

  it('A51: a listener that lost what it had sent meets a full handshake', async () => {
    const { session } = await dial(a, b);
    const [early] = entries(b, alice);
    b.sessions[0]?.send([text('sent')]);
    await clock.advance(10);
    session.close();
    await clock.advance(10);
    // Restored from before the end of the session: the store's state of then.
    if (early) b.store.put(early);
    const next = await dial(a, b);
    expect([next.session.resumed, b.sessions[1]?.resumed]).toEqual([false, false]);
    expect(b.logger.lines.join()).toContain('resume-stale');
  });
});

describe('both dial at once, and the second M1 is heard when the first session has used the entry up', () => {
  /** Both have an entry and no session. */
  async function apart(): Promise<void> {
    (await dial(a, b)).session.close();
    await clock.advance(10);
  }

  const work = ({ party }: End) => {
    const { rsaVerify, kemEncaps, kemDecaps, sign, verify, dh } = party.crypto.meter.read();
    return { rsaVerify, kemEncaps, kemDecaps, sign, verify, dh };
  };

  /** The second has dialled over a slow way, 20 ms each, when the first does over a fast one. */
  function bothDial(late: End, early: End) {
    const slow = createLinkPair({ clock, delay: 20 });
    early.host.accept(slow.listener);
    const second = late.host.dial(slow.dialler, targetOf(early.party));
    second.catch(() => {});
    const fast = createLinkPair({ clock });
    late.host.accept(fast.listener);
    const first = early.host.dial(fast.dialler, targetOf(late.party));
    first.catch(() => {});
    return { slow, fast, first, second };
  }

  it.each([
    ['the lower', true],
    ['the higher', false],
  ])('S3-08 S3-10 S3-31: the session that %s one dialled stands: refused, the other one ends its dial in place of a full handshake', async (_, lowerFirst) => {
    await apart();
    const [early, late] = isLower(alice.local, bob.local) === lowerFirst ? [a, b] : [b, a];
    const before = [early, late].map(work);
    const { slow, first, second } = bothDial(late, early);
    await clock.advance(5);
    expect((await first).resumed).toBe(true);
    await clock.advance(1_000);
    await expect(second).rejects.toThrow('met-meanwhile');
    expect(slow.dialler.sent.map((bytes) => [bytes[0], bytes[7]])).toEqual([[1, 2]]);
    expect(early.logger.lines.join()).toContain('resume-unknown');
    expect([early, late].map(({ host }) => host.counts)).toEqual([{ halfOpen: 0, sessions: 1 }, { halfOpen: 0, sessions: 1 }]);
    // One agreement each, of the one resumption, and no other work of public keys.
    expect([early, late].map(work)).toEqual(before.map((each) => ({ ...each, dh: each.dh + 1 })));
    expect([late.resumptions.refusedAt(early.party.local.peerId), late.logger.lines.join()]).toEqual([undefined, '']);
    // And the entry is that of the session, on both sides.
    const keyId = (await first).keyId;
    expect([entries(early, late.party), entries(late, early.party)].map((kept) => kept.map((entry) => entry.keyId))).toEqual([[keyId], [keyId]]);
  });

  it('S3-10: where that session has ended again by then, the full handshake follows as ever', async () => {
    await apart();
    const { fast, slow, second } = bothDial(b, a);
    await clock.advance(30);
    fast.dialler.destroy();
    await clock.advance(1_000);
    expect((await second).resumed).toBe(false);
    expect(slow.dialler.sent.map((bytes) => [bytes[0], bytes[7]])).toEqual([[1, 2], [1, 1], [3, expect.any(Number)]]);
  });

  it('A56: a session that stood before the dial is no reason: who dials beside it may have lost it', async () => {
    await apart();
    await dial(a, b);
    await clock.advance(10);
    a.store.removeAll();
    const { pair } = await dial(b, a);
    expect(pair.dialler.sent.map((bytes) => [bytes[0], bytes[7]])).toEqual([[1, 2], [1, 1], [3, expect.any(Number)]]);
  });
});

describe('a refusal on the connection', () => {
  it('A47 A56: the full handshake follows at once on the same connection, without another dial; it is noted', async () => {
    (await dial(a, b)).session.close();
    await clock.advance(10);
    b.store.removeAll();
    const { session, pair } = await dial(a, b);
    expect(session.resumed).toBe(false);
    expect(pair.dialler.sent.map((bytes) => [bytes[0], bytes[7]])).toEqual([[1, 2], [1, 1], [3, expect.any(Number)]]);
    expect(a.resumptions.refusedAt(bob.local.peerId)).toBeGreaterThanOrEqual(testNow);
    expect(a.logger.lines.filter((line) => line.startsWith('session.resume-refused'))).toHaveLength(1);
    expect(b.logger.lines.join()).toContain('resume-unknown');
    session.close();
    await clock.advance(10);
    expect((await dial(a, b)).session.resumed).toBe(true);
  });

  it('A47 A56: said by a stranger at that address, it costs the entry and is no news of the person', async () => {
    (await dial(a, b)).session.close();
    await clock.advance(10);
    const carol = endOf(await newParty('Carol'), alice);
    const pair = createLinkPair({ clock });
    carol.host.accept(pair.listener);
    const dialled = a.host.dial(pair.dialler, targetOf(bob));
    dialled.catch(() => {});
    await clock.advance(200);
    await expect(dialled).rejects.toThrow('retry-asked');
    expect([entries(a, bob), a.resumptions.refusedAt(bob.local.peerId)]).toEqual([[], undefined]);
    expect(a.logger.lines.join()).not.toContain('resume-refused');
    expect((await dial(a, b)).session.resumed).toBe(false);
    expect(a.resumptions.refusedAt(bob.local.peerId)).toBeUndefined();
  });

  it('A41: comes as late as every other refusal, counted from M1', async () => {
    const pair = createLinkPair({ clock });
    b.host.accept(pair.listener);
    pair.dialler.send(junkResume());
    await clock.advance(50);
    expect(pair.listener.sent).toEqual([]);
    await clock.advance(1);
    expect(pair.listener.sent).toEqual([encodeFrame(frameTypes.retry, new Uint8Array(0))]);
    expect([pair.listener.closed, b.host.counts.halfOpen]).toEqual([false, 1]);
    await clock.advance(10_000);
    expect([pair.listener.destroyed, b.host.counts.halfOpen]).toEqual([true, 0]);
  });

  it('S3-11: whoever does not wait for the answer is gone without one', async () => {
    const pair = createLinkPair({ clock });
    b.host.accept(pair.listener);
    const junk = junkResume();
    pair.dialler.send(Buffer.concat([junk, encodeFrame(frameTypes.m1, new Uint8Array(1_300).fill(1))]));
    await clock.advance(100);
    expect([pair.listener.destroyed, pair.listener.sent, b.host.counts.halfOpen]).toEqual([true, [], 0]);
  });

  it('S3-32 A54: refused connections hold no place that others need: they give way as silent ones do', async () => {
    const limits = { halfOpen: 4, halfOpenKept: 1, halfOpenPerSource: 4 };
    b = endOf(bob, alice, { limits });
    const junk = junkResume();
    const pairs = Array.from({ length: 3 }, (_, at) => createLinkPair({ clock, diallerAddress: { host: `198.51.100.${at + 1}`, port: 1 } }));
    for (const pair of pairs) {
      b.host.accept(pair.listener);
      pair.dialler.send(junk);
    }
    await clock.advance(1_200);
    expect(b.host.counts.halfOpen).toBe(3);
    const { session } = await dial(a, b, { diallerAddress: { host: '203.0.113.9', port: 1 } });
    expect(session.resumed).toBe(false);
    expect(pairs.filter((pair) => pair.listener.closed)).toHaveLength(1);
  });

  it('A47: a dialler answered with bytes that are no frame does not try that entry again', async () => {
    (await dial(a, b)).session.close();
    await clock.advance(10);
    const pair = createLinkPair({ clock });
    pair.listener.onData(() => pair.listener.send(new Uint8Array(32).fill(0xff)));
    const dialled = a.host.dial(pair.dialler, targetOf(bob));
    dialled.catch(() => {});
    await clock.advance(20);
    await expect(dialled).rejects.toThrow('malformed');
    expect(entries(a, bob)).toEqual([]);
    expect((await dial(a, b)).session.resumed).toBe(false);
  });

  it('S3-30: what was agreed is wiped when the disk fails between confirmation and session', async () => {
    const masters: Secret<'session-master'>[] = [];
    const isMaster = (made: Secret<SecretKind>): made is Secret<'session-master'> => made.kind === 'session-master';
    const crypto: Crypto = {
      ...bob.crypto,
      secret: (kind, bytes) => {
        const made = bob.crypto.secret(kind, bytes);
        if (isMaster(made)) masters.push(made);
        return made;
      },
    };
    let asked = 0;
    const peers: SessionHostParts['peers'] = {
      pinned: (peerId) => {
        asked += 1;
        if (asked > 1) throw new Error('the disk fails');
        return peersOf([alice]).pinned(peerId);
      },
    };
    b = endOf({ ...bob, crypto }, alice, { peers });
    const pair = createLinkPair({ clock });
    b.host.accept(pair.listener);
    a.host.dial(pair.dialler, targetOf(bob)).catch(() => {});
    await clock.advance(200);
    expect([asked, b.sessions, pair.listener.destroyed, b.host.counts]).toEqual([2, [], true, { halfOpen: 0, sessions: 0 }]);
    expect(masters.map(({ wiped }) => wiped)).toEqual([true]);
  });

  it('A57: blocked between two sessions: neither resumed nor anew', async () => {
    const blocked = { party: alice, pin: { blocked: true } };
    (await dial(a, b)).session.close();
    await clock.advance(10);
    b = endOf(bob, alice, { peers: peersOf([blocked]) }, b.store);
    await expect(dial(a, b)).rejects.toThrow('retry-asked');
    expect([a.sessions.length, b.sessions.length]).toEqual([1, 0]);
  });

  it('A57: the pin changes while a resumption is under way: no session', async () => {
    (await dial(a, b)).session.close();
    await clock.advance(10);
    const pins = { blocked: false };
    const store = b.store;
    b = endOf(bob, alice, { peers: { pinned: (peerId) => (peerId === alice.local.peerId ? { spkiHash: pins.blocked ? new Uint8Array(32) : alice.local.identity.spkiHash, blocked: false } : undefined) } }, store);
    const pair = createLinkPair({ clock });
    b.host.accept(pair.listener);
    const dialled = a.host.dial(pair.dialler, targetOf(bob));
    dialled.catch(() => {});
    await clock.advance(2);
    pins.blocked = true;
    await clock.advance(100);
    expect([b.sessions.length, pair.listener.destroyed, store.ofPeer(alice.local.peerId)]).toEqual([0, true, []]);
  });
});

describe('a store that fails', () => {
  const failing = (store: ResumptionStore): ResumptionStore => {
    const no = (): never => {
      throw new Error('the disk is full');
    };
    return { ...store, put: no, setPositions: no, remove: no, removePeer: no, removeAll: no, removeUnusable: no };
  };

  it('costs resumptions, never a session; what was used up stays so while the program runs', async () => {
    (await dial(a, b)).session.close();
    await clock.advance(10);
    const [before] = entries(a, bob);
    a = endOf(alice, bob, {}, failing(a.store));
    const resumed = await dial(a, b);
    expect(resumed.session.resumed).toBe(true);
    expect(entries(a, bob)[0]?.keyId).toEqual(before?.keyId);
    resumed.session.close();
    await clock.advance(10);
    const next = await dial(a, b);
    expect(next.session.resumed).toBe(false);
    next.session.send([text('works')]);
    await clock.advance(10);
    expect(b.items).toEqual([text('works')]);
    expect(a.logger.lines.filter((line) => line.startsWith('resumption.not-kept'))).toHaveLength(2);
  });
});
