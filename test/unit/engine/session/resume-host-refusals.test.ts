import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Crypto } from '../../../../electron/engine/crypto/crypto';
import type { Secret, SecretKind } from '../../../../electron/engine/crypto/secret';
import type { SessionHostParts } from '../../../../electron/engine/session/session-host';
import type { ResumptionStore } from '../../../../electron/engine/session/resumption-entry';
import { encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import { createLinkPair } from '../../../support/link-pair';
import { ManualClock } from '../../../support/manual-clock';
import { junkResume } from '../../../support/resume-kit';
import { newParty, type Party, peersOf, targetOf, testNow } from '../../../support/session-kit';
import { dial, type End, endOf, entries, text } from '../../../support/resuming-ends';

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
  a = endOf(clock, alice, bob);
  b = endOf(clock, bob, alice);
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
    const carol = endOf(clock, await newParty('Carol'), alice);
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
    b = endOf(clock, bob, alice, { limits });
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
    b = endOf(clock, { ...bob, crypto }, alice, { peers });
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
    b = endOf(clock, bob, alice, { peers: peersOf([blocked]) }, b.store);
    await expect(dial(a, b)).rejects.toThrow('retry-asked');
    expect([a.sessions.length, b.sessions.length]).toEqual([1, 0]);
  });

  it('A57: the pin changes while a resumption is under way: no session', async () => {
    (await dial(a, b)).session.close();
    await clock.advance(10);
    const pins = { blocked: false };
    const store = b.store;
    b = endOf(clock, bob, alice, { peers: { pinned: (peerId) => (peerId === alice.local.peerId ? { spkiHash: pins.blocked ? new Uint8Array(32) : alice.local.identity.spkiHash, blocked: false } : undefined) } }, store);
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
    a = endOf(clock, alice, bob, {}, failing(a.store));
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
