import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Session, SessionItem } from '../../electron/engine/session/session';
import { createSessionHost, type SessionHost } from '../../electron/engine/session/session-host';
import { isLower } from '../../electron/engine/session/simultaneous';
import { createLinkPair } from '../support/link-pair';
import { ManualClock } from '../support/manual-clock';
import { newParty, type Party, peersOf, recordingLogger, targetOf, testNow } from '../support/session-kit';

let alice: Party;
let bob: Party;

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

interface End {
  readonly host: SessionHost;
  /** In the order announced. */
  readonly announced: Session[];
  readonly closed: Session[];
  readonly items: SessionItem[];
  /** Fewest sessions left after one closed. */
  fewest: number;
  current(): Session | undefined;
}

function endOf(party: Party, other: Party, clock: ManualClock): End {
  const announced: Session[] = [];
  const closed: Session[] = [];
  const items: SessionItem[] = [];
  const host = createSessionHost({
    crypto: party.crypto,
    clock,
    logger: recordingLogger(),
    local: () => party.local,
    peers: peersOf([other]),
    // An ample budget: this is about order, not about floods.
    limits: { decapsulationsPerSource: { perSecond: 1_000, burst: 1_000 } },
    onSession: (session) => {
      announced.push(session);
      session.onItems((batch) => items.push(...batch));
      session.onClose(() => {
        closed.push(session);
        end.fewest = Math.min(end.fewest, host.counts.sessions);
      });
    },
  });
  const end: End = { host, announced, closed, items, fewest: 2, current: () => announced.filter((session) => !closed.includes(session)).at(-1) };
  return end;
}

const delays = fc.integer({ min: 0, max: 400 });

describe('simultaneous open', () => {
  it('S3-31 A55: over many schedules exactly one session stays, the same on both sides, dialled by the lower; it works; nobody closes before', async () => {
    await fc.assert(
      fc.asyncProperty(delays, delays, delays, delays, fc.array(delays, { minLength: 8, maxLength: 8 }), async (startA, startB, wayA, wayB, jitter) => {
        const clock = new ManualClock(testNow);
        const a = endOf(alice, bob, clock);
        const b = endOf(bob, alice, clock);
        // In order per direction, each chunk held up differently.
        const heldUp = (offset: number) => {
          const last = { dialler: 0, listener: 0 };
          return (bytes: Uint8Array, from: 'dialler' | 'listener', index: number) => {
            last[from] = Math.max(last[from], clock.monotonic() + (jitter[(offset + index) % 8] ?? 0));
            return [{ bytes, delay: last[from] - clock.monotonic() }];
          };
        };
        const byA = createLinkPair({ clock, delay: wayA, tamper: heldUp(0) });
        const byB = createLinkPair({ clock, delay: wayB, tamper: heldUp(3) });
        const results: { readonly who: string; readonly session: Session }[] = [];
        clock.setTimer(startA, () => {
          b.host.accept(byA.listener);
          void a.host.dial(byA.dialler, targetOf(bob)).then((session) => results.push({ who: 'a', session }));
        });
        clock.setTimer(startB, () => {
          a.host.accept(byB.listener);
          void b.host.dial(byB.dialler, targetOf(alice)).then((session) => results.push({ who: 'b', session }));
        });
        await clock.advance(13_000);
        expect([a.host.counts.sessions, b.host.counts.sessions]).toEqual([1, 1]);
        // Whenever one of the two closes, the other is confirmed on that side.
        expect(Math.min(a.fewest, b.fewest)).toBeGreaterThanOrEqual(1);
        const [keptA, keptB] = [a.current(), b.current()];
        expect(keptA?.keyId).toEqual(keptB?.keyId);
        const lower = isLower(alice.local, bob.local) ? keptA : keptB;
        expect(lower?.role).toBe('dialler');
        expect(results).toHaveLength(2);
        keptA?.send([{ kind: 'message', bytes: Uint8Array.of(1) }]);
        keptB?.send([{ kind: 'message', bytes: Uint8Array.of(2) }]);
        await clock.advance(2_000);
        expect(b.items).toContainEqual({ kind: 'message', bytes: Uint8Array.of(1) });
        expect(a.items).toContainEqual({ kind: 'message', bytes: Uint8Array.of(2) });
        a.host.close();
        b.host.close();
      }),
      { numRuns: 60 },
    );
  }, 120_000);

  it('S3-31: a peer that dials again after losing its connection replaces the session that only we think alive', async () => {
    for (const [from, to] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const clock = new ManualClock(testNow);
      const [first, b] = [endOf(from, to, clock), endOf(to, from, clock)];
      const old = createLinkPair({ clock });
      // The one who stays dialled, so that the rule alone would keep the dead session for one of the two.
      first.host.accept(old.listener);
      void b.host.dial(old.dialler, targetOf(from));
      await clock.advance(25_000);
      expect(b.host.counts.sessions).toBe(1);
      old.listener.vanish();
      await clock.advance(1);
      const fresh = createLinkPair({ clock });
      b.host.accept(fresh.listener);
      void first.host.dial(fresh.dialler, targetOf(to));
      await clock.advance(100);
      expect([first.host.counts.sessions, b.host.counts.sessions]).toEqual([1, 1]);
      expect(b.current()?.keyId).toEqual(first.current()?.keyId);
    }
  });

  it('S3-31 A55: a survivor that the other side never confirms gives way again: the loser was kept for that', async () => {
    const [low, high] = isLower(alice.local, bob.local) ? [alice, bob] : [bob, alice];
    const clock = new ManualClock(testNow);
    const [a, b] = [endOf(low, high, clock), endOf(high, low, clock)];
    // What the lower dials stays by the rule; its M3 is lost on the way.
    const byLow = createLinkPair({ clock, tamper: (bytes, from, index) => (from === 'dialler' && index >= 1 ? [] : [{ bytes }]) });
    const byHigh = createLinkPair({ clock });
    b.host.accept(byLow.listener);
    a.host.accept(byHigh.listener);
    const byRule = a.host.dial(byLow.dialler, targetOf(high));
    void b.host.dial(byHigh.dialler, targetOf(low));
    await clock.advance(100);
    expect(a.current()?.keyId).toEqual((await byRule).keyId);
    expect(a.host.counts.sessions).toBe(2);
    await clock.advance(11_000);
    expect([a.host.counts.sessions, b.host.counts.sessions]).toEqual([1, 1]);
    expect(a.announced.at(-1)?.role).toBe('listener');
    expect(a.announced.at(-1)?.keyId).toEqual(b.announced.at(-1)?.keyId);
    b.announced.at(-1)?.send([{ kind: 'message', bytes: Uint8Array.of(3) }]);
    await clock.advance(10);
    expect(a.items).toEqual([{ kind: 'message', bytes: Uint8Array.of(3) }]);
  });

  it('S3-31: of three, where the second fell silent before it was spoken on, the newest closes the oldest too', async () => {
    const clock = new ManualClock(testNow);
    const [a, b] = [endOf(alice, bob, clock), endOf(bob, alice, clock)];
    const oldest = createLinkPair({ clock });
    a.host.accept(oldest.listener);
    void b.host.dial(oldest.dialler, targetOf(alice));
    await clock.advance(30_000);
    // Its four messages get through, and nothing behind them.
    const second = createLinkPair({ clock, tamper: (bytes, from, index) => (index > (from === 'dialler' ? 1 : 0) ? [] : [{ bytes }]) });
    b.host.accept(second.listener);
    void a.host.dial(second.dialler, targetOf(bob));
    await clock.advance(20);
    expect([a.host.counts.sessions, b.host.counts.sessions]).toEqual([2, 2]);
    const newest = createLinkPair({ clock });
    b.host.accept(newest.listener);
    const [current] = await Promise.all([a.host.dial(newest.dialler, targetOf(bob)), clock.advance(20)]);
    await clock.advance(50_000);
    expect([a.host.counts.sessions, b.host.counts.sessions]).toEqual([1, 1]);
    expect([a.current()?.keyId, b.current()?.keyId]).toEqual([current.keyId, current.keyId]);
    expect(Math.min(a.fewest, b.fewest)).toBe(1);
  });

  it('S3-31: a host that ends takes nothing up again that had lost', async () => {
    const [low, high] = isLower(alice.local, bob.local) ? [alice, bob] : [bob, alice];
    const clock = new ManualClock(testNow);
    const [a, b] = [endOf(low, high, clock), endOf(high, low, clock)];
    const byLow = createLinkPair({ clock, tamper: (bytes, from, index) => (from === 'dialler' && index >= 1 ? [] : [{ bytes }]) });
    b.host.accept(byLow.listener);
    void a.host.dial(byLow.dialler, targetOf(high));
    await clock.advance(50);
    const byHigh = createLinkPair({ clock });
    a.host.accept(byHigh.listener);
    void b.host.dial(byHigh.dialler, targetOf(low)).catch(() => undefined);
    await clock.advance(50);
    expect([a.host.counts.sessions, a.announced.length]).toEqual([2, 1]);
    a.host.close();
    expect([a.host.counts.sessions, a.announced.length]).toEqual([0, 1]);
  });

  it('S3-31: one side dialling twice: one session stays, the same on both', async () => {
    await fc.assert(
      fc.asyncProperty(delays, delays, delays, async (between, wayOne, wayTwo) => {
        const clock = new ManualClock(testNow);
        const [a, b] = [endOf(alice, bob, clock), endOf(bob, alice, clock)];
        for (const [at, delay] of [
          [0, wayOne],
          [between, wayTwo],
        ] as const) {
          clock.setTimer(at, () => {
            const pair = createLinkPair({ clock, delay });
            b.host.accept(pair.listener);
            void a.host.dial(pair.dialler, targetOf(bob)).catch(() => {});
          });
        }
        await clock.advance(20_000);
        expect([a.host.counts.sessions, b.host.counts.sessions]).toEqual([1, 1]);
        expect(a.current()?.keyId).toEqual(b.announced.filter((session) => !b.closed.includes(session)).at(-1)?.keyId);
        a.host.close();
        b.host.close();
      }),
      { numRuns: 30 },
    );
  }, 60_000);
});
