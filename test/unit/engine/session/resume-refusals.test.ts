import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { validityTolerance } from '../../../../electron/engine/certificates/validity';
import { encodeResumeM1, encodeResumeM2 } from '../../../../electron/engine/session/resume-message';
import { resumeProof, resumeTarget, sealState, stateOf } from '../../../../electron/engine/session/resume-keys';
import type { Pin } from '../../../../electron/engine/session/handshake-state';
import { encodeFrame, frameTypes } from '../../../../electron/engine/wire/frame';
import { dialFrom, type DeskSide, entryOf, junkResume, keep, type Keeper, keeperOf, listenAt, meetOnce, rewrite, runBoth, type Seen } from '../../../support/resume-kit';
import { lowOrder, newParty, type Party, targetOf, testNow, verifiedChainOf } from '../../../support/session-kit';

let alice: Party;
let bob: Party;
let carol: Party;
let a: Keeper;
let b: Keeper;

beforeAll(async () => {
  [alice, bob, carol] = await Promise.all([newParty('Alice'), newParty('Bob'), newParty('Carol')]);
}, 60_000);

beforeEach(() => {
  a = keeperOf(alice, [bob]);
  b = keeperOf(bob, [alice]);
});

const retry = encodeFrame(frameTypes.retry, new Uint8Array(0));

/** Refused in the one way there is: the retry frame, and waiting for a full M1. */
function refusal({ side }: DeskSide): string {
  if (side.state.phase !== 'awaiting-m1') return side.result;
  expect(side.out).toEqual([retry]);
  return side.state.refused ?? '';
}

/** An M1 of somebody who holds the entry and follows the layout, but not the rules. */
function forge(keeper: Keeper, other: Party, change: { readonly cn?: Uint8Array; readonly share?: Uint8Array; readonly target?: Uint8Array; readonly hint?: Uint8Array; readonly counter?: number; readonly digest?: Uint8Array } = {}): Uint8Array {
  const { crypto } = keeper.party;
  const entry = entryOf(keeper, other);
  const secret = crypto.secret('resumption', entry.secret);
  const cn = change.cn ?? crypto.random(32);
  const state = stateOf(entry.received);
  return encodeResumeM1(
    { keyId: entry.keyId, cn, share: change.share ?? crypto.generateDh().publicKey, target: change.target ?? resumeTarget(crypto, entry.keyId, entry.peerInstanceHash), hint: change.hint ?? new Uint8Array(0) },
    (before) => sealState(crypto, secret, cn, before, { counter: change.counter ?? state.counter, digest: change.digest ?? state.digest }),
    (before) => resumeProof(crypto, secret, before),
  );
}

describe('what a listener answers with a retry', () => {
  it('S3-10 A41: an unknown key id, one that is known with a proof that is not, and one for another device look the same; nothing is leased or erased', () => {
    meetOnce(a, b);
    const m1 = forge(a, bob);
    const strangers: Uint8Array[] = [];
    for (const at of [8, 100, 191]) strangers.push(m1.map((byte, index) => (index === at ? byte ^ 1 : byte)));
    strangers.push(forge(a, bob, { target: resumeTarget(alice.crypto, entryOf(a, bob).keyId, carol.local.instance.credential.hash) }));
    for (const bytes of strangers) {
      const there = listenAt(b);
      there.side.receive(bytes);
      expect(refusal(there)).toBe('resume-unknown');
    }
    expect(entryOf(b, alice).keyId).toEqual(entryOf(a, bob).keyId);
    // None of it burnt the key id: the owner still resumes.
    const [from, to] = [dialFrom(a, bob), listenAt(b)];
    runBoth(from, to);
    expect(to.side.opened.resumes).toBeDefined();
  });

  it('S3-32: junk costs no agreement, no opening and nothing on the disk', () => {
    meetOnce(a, b);
    const before = bob.crypto.meter.read();
    for (let at = 0; at < 20; at += 1) expect(refusal(answeredBy(junkResume()))).toBe('resume-unknown');
    expect(bob.crypto.meter.read()).toEqual(before);
  });

  it('A42: a recorded M1 of a resumption, again: while it is under way, after it failed and after it is done', () => {
    meetOnce(a, b);
    const seen: Seen = new Set();
    const from = dialFrom(a, bob);
    const m1 = from.side.out[0] ?? new Uint8Array();
    const first = listenAt(b, seen);
    first.side.receive(from.side.next());
    const during = listenAt(b, seen);
    during.side.receive(m1);
    expect(refusal(during)).toBe('replayed');
    // Where the filter has forgotten it: the lease stands in the way, and after that nobody can answer M2.
    const forgetful = listenAt(b);
    forgetful.side.receive(m1);
    expect(refusal(forgetful)).toBe('busy');
    first.side.end('timeout');
    first.desk.release();
    const again = listenAt(b);
    again.side.receive(m1);
    expect(again.side.result).toBe('awaiting-confirm');
    from.side.receive(first.side.next());
    again.side.receive(from.side.next());
    expect(again.side.result).toBe('confirmation');
    again.desk.release();
    from.side.end('closed');
    from.desk.release();

    // The entry outlived all of that, on both sides.
    const [once, there] = [dialFrom(a, bob), listenAt(b)];
    const done = once.side.out[0];
    runBoth(once, there);
    const after = listenAt(b);
    after.side.receive(done);
    expect(refusal(after)).toBe('resume-unknown');
  });

  it('S3-10: a lease lapses with its handshake; an entry is used up by M3, not by being seen', () => {
    meetOnce(a, b);
    const [from, to] = [dialFrom(a, bob), listenAt(b)];
    to.side.receive(from.side.next());
    expect(refusal(answeredBy(forge(a, bob)))).toBe('busy');
    to.side.end('timeout');
    to.desk.release();
    const next = answeredBy(forge(a, bob));
    expect(next.side.result).toBe('awaiting-confirm');
  });

  it('A51 S3-10: a dialler that received more than was sent here, or something else, meets a rolled-back device: full handshake', () => {
    for (const change of [{ counter: 9 }, { digest: new Uint8Array(16) }]) {
      meetOnce(a, b);
      expect(refusal(answeredBy(forge(a, bob, change)))).toBe('resume-stale');
      expect(b.store.ofPeer(alice.local.peerId)).toEqual([]);
    }
    // Less is ordinary: records in flight when the connection broke.
    meetOnce(a, b);
    const { sent, received } = entryOf(b, alice);
    b.store.setPositions(entryOf(b, alice).keyId, { counter: 40, digest: bob.crypto.random(32) }, received);
    expect(answeredBy(forge(a, bob, { counter: 7, digest: new Uint8Array(16) })).side.result).toBe('awaiting-confirm');
    expect(sent.counter).toBe(1);
  });

  const hold = (pin: Partial<Pin>): void => {
    b = { ...b, contacts: [{ party: alice, pin }] };
  };
  const changes: readonly (readonly [string, () => void])[] = [
    ['blocked', () => hold({ blocked: true })],
    ['pinned by another key', () => hold({ spkiHash: carol.local.identity.spkiHash })],
    ['pinned by another key still, and waited for under this one', () => hold({ spkiHash: carol.local.identity.spkiHash, successor: alice.local.identity.spkiHash })],
    ['known with a newer device list', () => hold({ listVersion: alice.local.list.version + 1 })],
    ['no contact any more', () => (b = { ...b, contacts: [] })],
    ['expired', () => rewrite(b, alice, { expiresAt: testNow })],
    ['from the future', () => rewrite(b, alice, { madeAt: testNow + 25 * 3_600_000, expiresAt: testNow + 1e9 })],
    ['made under another chain of ours', () => rewrite(b, alice, { ownChainHash: new Uint8Array(32) })],
    ['made for another device of ours', () => rewrite(b, alice, { ownInstanceHash: new Uint8Array(32) })],
    ['made with another device of theirs', () => rewrite(b, alice, { peerInstanceHash: new Uint8Array(32) })],
    ['damaged', () => rewrite(b, alice, { peerChain: new Uint8Array(40) })],
  ];
  it.each(changes)('A57: an entry of somebody who is %s is void: erased, and a full handshake asked for', (_, change) => {
    meetOnce(a, b);
    change();
    const there = answeredBy(forge(a, bob));
    expect(refusal(there)).toBe('resume-stale');
    expect(b.store.ofPeer(alice.local.peerId)).toEqual([]);
  });

  it('A57: an entry outlives nothing its chain is made of: one whose exchange key ended meanwhile is void, from the first millisecond on', () => {
    meetOnce(a, b);
    const end = alice.local.exchange.current.credential.notAfter + validityTolerance;
    const at = (now: number): DeskSide => {
      rewrite(b, alice, { madeAt: now - 1_000, expiresAt: now + 1_000 });
      const there = listenAt(b);
      there.side.now = now;
      there.side.receive(forge(a, bob));
      return there;
    };
    const before = at(end);
    expect(before.side.result).toBe('awaiting-confirm');
    before.desk.release();
    expect(refusal(at(end + 1))).toBe('resume-stale');
    expect(b.store.ofPeer(alice.local.peerId)).toEqual([]);
  });

  it('A57: a person who was blocked gets no session by the full handshake either, on the same connection', () => {
    meetOnce(a, b);
    hold({ blocked: true });
    const [from, to] = [dialFrom(a, bob), listenAt(b)];
    to.side.receive(from.side.next());
    from.side.receive(to.side.next());
    to.side.receive(from.side.next());
    expect([to.side.result, to.side.state.phase === 'failed' && to.side.state.answer]).toEqual(['blocked', 'retry']);
  });

  /** What `b` makes of an M1. */
  function answeredBy(m1: Uint8Array): DeskSide {
    const there = listenAt(b);
    there.side.receive(m1);
    return there;
  }
});

describe('after a refusal', () => {
  it('A47: the full handshake goes on over the same connection; the dialler erases and notes what was refused', () => {
    meetOnce(a, b);
    b.store.removeAll();
    const [from, to] = [dialFrom(a, bob), listenAt(b)];
    to.side.receive(from.side.next());
    from.side.receive(to.side.next());
    expect([from.side.state.phase, a.store.ofPeer(bob.local.peerId)]).toEqual(['awaiting-m2', []]);
    expect([a.resumptions.refusedAt(bob.local.peerId), a.lines]).toEqual([undefined, []]);
    runBoth(from, to);
    expect(a.resumptions.refusedAt(bob.local.peerId)).toBe(testNow);
    expect(a.lines).toEqual(['session.resume-refused {}']);
    expect([from.side.opened.resumes, to.side.opened.resumes]).toEqual([undefined, undefined]);
    keep(a, from.side.opened);
    expect(a.resumptions.refusedAt(bob.local.peerId)).toBe(testNow);
  });

  it('A55 A56: whose entry another session used up meanwhile, or that is gone, was refused for no reason to be told', () => {
    meetOnce(a, b);
    const refusedAfter = (meanwhile: (at: Keeper, keyId: Uint8Array) => void) => {
      const held = keeperOf(alice, [bob], a.store);
      const desk = held.resumptions.desk();
      const entry = desk.toDial({ ...targetOf(bob), pinnedSpkiHash: bob.local.identity.spkiHash }) ?? expect.unreachable('an entry');
      meanwhile(held, entry.keyId);
      desk.refused(entry);
      desk.opened(verifiedChainOf(bob));
      return held.resumptions.refusedAt(bob.local.peerId);
    };
    const kept = entryOf(a, bob);
    const again = (): void => a.store.put({ ...kept, secret: kept.secret.slice() });
    expect(refusedAfter(({ resumptions }, keyId) => resumptions.surrendered(keyId))).toBeUndefined();
    again();
    expect(refusedAfter(({ store }, keyId) => store.remove(keyId))).toBeUndefined();
    again();
    expect(refusedAfter(() => {})).toBe(testNow);
  });

  it('A47: one resumption per connection: a second one ends it without a word, and so does a retry to a full M1', () => {
    meetOnce(a, b);
    const there = listenAt(b);
    there.side.receive(forge(a, bob, { target: new Uint8Array(16) }));
    there.side.receive(forge(a, bob));
    expect([there.side.result, there.side.state.phase === 'failed' && there.side.state.answer]).toEqual(['unexpected-frame', 'none']);
    const from = dialFrom(a, bob);
    from.side.receive(retry);
    from.side.next();
    from.side.receive(retry);
    expect(from.side.result).toBe('retry-asked');
  });

  it('A47: retries forced by somebody in the middle cost full handshakes and never a session without one', () => {
    for (let at = 0; at < 3; at += 1) {
      meetOnce(a, b);
      const from = dialFrom(a, bob);
      from.side.next();
      from.side.receive(retry);
      const to = listenAt(b);
      runBoth(from, to);
      expect(to.side.opened.resumes).toBeUndefined();
    }
  });

  it('S3-11 A47: a dialler answered in the wrong mode or type, or with another key id or CN than its own, has no session, and does not try that entry again', () => {
    const wrong = (m1: Uint8Array): Uint8Array[] => {
      const [keyId, cn] = [m1.slice(8, 40), m1.slice(40, 72)];
      const m2 = encodeResumeM2({ keyId, cn, sn: bob.crypto.random(32), share: bob.crypto.generateDh().publicKey });
      const full = m2.slice();
      full[7] = 1;
      return [full, m1, encodeFrame(frameTypes.record, m2.slice(7)), encodeResumeM2({ keyId: cn, cn, sn: keyId, share: bob.crypto.generateDh().publicKey }), encodeResumeM2({ keyId, cn: keyId, sn: bob.crypto.random(32), share: bob.crypto.generateDh().publicKey })];
    };
    for (let which = 0; which < 5; which += 1) {
      meetOnce(a, b);
      const from = dialFrom(a, bob);
      from.side.receive(wrong(from.side.next())[which]);
      expect(from.side.state.phase).toBe('failed');
      expect(from.side.out).toEqual([]);
      expect(a.store.ofPeer(bob.local.peerId)).toEqual([]);
    }
  });

  it('a connection that breaks or times out says nothing about the entry', () => {
    meetOnce(a, b);
    for (const reason of ['closed', 'timeout'] as const) {
      const from = dialFrom(a, bob);
      from.side.end(reason);
      from.desk.release();
    }
    expect(dialFrom(a, bob).side.state.phase).toBe('awaiting-m2-resume');
  });

  it('a refusal that a renewed chain explains is not kept as one', () => {
    const { peer } = meetOnce(a, b).atA;
    b.store.removeAll();
    const [from, to] = [dialFrom(a, bob), listenAt(b)];
    to.side.receive(from.side.next());
    from.side.receive(to.side.next());
    from.desk.opened({ ...peer, issuer: peer.instance });
    expect([a.resumptions.refusedAt(bob.local.peerId), a.lines]).toEqual([undefined, []]);
    from.desk.opened(peer);
    expect(a.resumptions.refusedAt(bob.local.peerId)).toBe(testNow);
  });
});

describe('nonces and shares', () => {
  it('A49: CN all zero, a share of low order: the listener has nothing to say', () => {
    meetOnce(a, b);
    for (const [reason, change] of [['nonce', { cn: new Uint8Array(32) }], ...lowOrder.map((share) => ['share', { share }] as const)] as const) {
      const there = listenAt(b);
      there.side.receive(forge(a, bob, change));
      expect([there.side.result, there.side.out]).toEqual([reason, []]);
      there.desk.release();
    }
    expect(entryOf(b, alice)).toBeDefined();
  });

  it('A49: SN all zero or CN again, the own share reflected or one of low order: the dialler ends it', () => {
    const answers = (m1: Uint8Array): (readonly [string, Uint8Array])[] => {
      const [keyId, cn, ours] = [m1.slice(8, 40), m1.slice(40, 72), m1.slice(72, 104)];
      const share = bob.crypto.generateDh().publicKey;
      const sn = bob.crypto.random(32);
      return [
        ['nonce', encodeResumeM2({ keyId, cn, sn: new Uint8Array(32), share })],
        ['nonce', encodeResumeM2({ keyId, cn, sn: cn, share })],
        ['share', encodeResumeM2({ keyId, cn, sn, share: ours })],
        ...lowOrder.map((low) => ['share', encodeResumeM2({ keyId, cn, sn, share: low })] as const),
      ];
    };
    for (let which = 0; which < 3 + lowOrder.length; which += 1) {
      meetOnce(a, b);
      const from = dialFrom(a, bob);
      const [reason, m2] = answers(from.side.next())[which] ?? [];
      from.side.receive(m2);
      expect([from.side.result, from.side.out]).toEqual([reason, []]);
    }
  });

  it('S3-13 S3-14: 32 bytes each and nothing else, though the text allows 8 to 128: other lengths are no message', () => {
    meetOnce(a, b);
    for (const length of [8, 10, 16, 20, 24, 31, 33, 64, 96, 128]) {
      for (const share of [new Uint8Array(32).fill(9), undefined]) {
        const there = listenAt(b);
        // Nines wherever the length of the hint is then read: it fits none of these.
        const change = { target: new Uint8Array(16).fill(9), ...(share ? { cn: alice.crypto.random(length), share } : { share: new Uint8Array(length).fill(9) }) };
        // The state's nonce wants 24 bytes of CN: a short one is sealed under zeros.
        there.side.receive(length < 24 && share ? encodeFrame(frameTypes.m1, Uint8Array.of(2, ...alice.crypto.random(153 + length))) : forge(a, bob, change));
        expect([there.side.result, there.side.out]).toEqual(['malformed', []]);
        const from = dialFrom(a, bob);
        const m1 = from.side.next();
        const sn = share ? alice.crypto.random(length) : alice.crypto.random(32);
        if (from.side.state.phase === 'awaiting-m2-resume') from.side.receive(encodeResumeM2({ keyId: m1.slice(8, 40), cn: m1.slice(40, 72), sn, share: share ?? alice.crypto.random(length) }));
        expect(from.side.result).toBe('malformed');
        from.desk.release();
        meetOnce(a, b);
      }
    }
  });

  it('a hint is passed over, up to 64 bytes; a longer one is no message', () => {
    meetOnce(a, b);
    const there = listenAt(b);
    there.side.receive(forge(a, bob, { hint: new Uint8Array(64).fill(3) }));
    expect(there.side.result).toBe('awaiting-confirm');
    const other = listenAt(b);
    other.side.receive(forge(a, bob, { hint: new Uint8Array(65) }));
    expect(other.side.result).toBe('malformed');
  });

  it('A43: the own M1 comes back: this device is not the one it was meant for', () => {
    meetOnce(a, b);
    const from = dialFrom(a, bob);
    const here = listenAt(a);
    here.side.receive(from.side.next());
    expect(refusal(here)).toBe('resume-unknown');
  });

  it('A43 S3-06: M3 reflected as M4 and M4 as M3', () => {
    meetOnce(a, b);
    const [from, to] = [dialFrom(a, bob), listenAt(b)];
    to.side.receive(from.side.next());
    from.side.receive(to.side.next());
    const [m3, m4] = [from.side.next(), to.side.next()];
    from.side.receive(m3);
    to.side.receive(m4);
    expect([from.side.result, to.side.result]).toEqual(['confirmation', 'confirmation']);
  });
});
