import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSessionHost, type SessionHost } from '../../electron/engine/session/session-host';
import type { Session, SessionItem } from '../../electron/engine/session/session';
import type { ResumptionStore } from '../../electron/engine/session/resumption-entry';
import { Resumptions } from '../../electron/engine/session/resumptions';
import { FrameReader } from '../../electron/engine/wire/frame';
import { times } from '../support/exhaustive';
import { createLinkPair, type LinkPair } from '../support/link-pair';
import { ManualClock } from '../support/manual-clock';
import { type DeskSide, dialFrom, keep, type Keeper, keeperOf, listenAt, meetOnce, newResumptionStore } from '../support/resume-kit';
import { newParty, type Party, peersOf, recordingLogger, type Side, targetOf, testNow } from '../support/session-kit';

let alice: Party;
let bob: Party;

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
}, 60_000);

const changed = (bytes: Uint8Array, bit: number): Uint8Array => {
  const at = bit % (bytes.length * 8);
  return bytes.map((byte, index) => (index === at >> 3 ? byte ^ (1 << (at & 7)) : byte));
};

/** Delivers bytes that may be anything; what is no frame is what the connection would close on. */
function deliver(side: Side, bytes: Uint8Array): void {
  const reader = new FrameReader();
  reader.push(Uint8Array.from(bytes));
  try {
    const frame = reader.next();
    if (frame) side.receive(frame.frame);
    else side.end('timeout');
  } catch {
    side.end('closed');
  }
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const sameKey = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

describe('a resumption', () => {
  it('S3-23 A47: one changed bit in any of the four messages: no resumed session there, nor, from M1 and M2, at the other end', () => {
    const [a, b] = [keeperOf(alice, [bob]), keeperOf(bob, [alice])];
    fc.assert(
      fc.property(fc.constantFrom('m1', 'm2', 'm3', 'm4'), fc.nat(200 * 8), (which, bit) => {
        meetOnce(a, b);
        const [from, to] = [dialFrom(a, bob), listenAt(b)];
        const pass = (name: string, bytes: Uint8Array): Uint8Array => (name === which ? changed(bytes, bit) : bytes);
        deliver(to.side, pass('m1', from.side.next()));
        if (to.side.out.length === 2) {
          deliver(from.side, pass('m2', to.side.next()));
          const m4 = pass('m4', to.side.next());
          if (from.side.out.length === 1) deliver(to.side, pass('m3', from.side.next()));
          deliver(from.side, m4);
        } else if (to.side.out.length === 1) {
          // Refused: what follows is a full handshake, untouched.
          deliver(from.side, to.side.next());
          expect(from.side.state.phase).toBe('awaiting-m2');
        }
        for (const { desk } of [from, to]) desk.release();
        const open = [from.side.result === 'open', to.side.result === 'open'];
        if (which === 'm1' || which === 'm2') expect(open).toEqual([false, false]);
        if (which === 'm3') expect(open[1]).toBe(false);
        if (which === 'm4') expect(open[0]).toBe(false);
      }),
      { numRuns: times(120, 40) },
    );
  });

  it('S3-07 S3-10 A42: whatever frames of several resumptions from one entry are mixed: sessions pair up, at most one for each who dials', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5), fc.nat(9)), { maxLength: 30 }), (deliveries) => {
        const [a, b] = [keeperOf(alice, [bob]), keeperOf(bob, [alice])];
        meetOnce(a, b);
        const all: DeskSide[] = [dialFrom(a, bob), dialFrom(b, alice), listenAt(a), listenAt(a), listenAt(b), listenAt(b)];
        const pool: Uint8Array[] = [];
        const collect = (): void => {
          for (const { side } of all) pool.push(...side.out.splice(0));
        };
        collect();
        for (const [to, frame] of deliveries) {
          const bytes = pool[frame % pool.length];
          const at = all[to];
          if (bytes && at) {
            deliver(at.side, bytes);
            if (at.side.state.phase === 'failed') at.desk.release();
          }
          collect();
        }
        const opened = all.flatMap(({ side }) => (side.state.phase === 'open' ? [side.state.opened] : []));
        for (const one of opened) {
          const twins = opened.filter((other) => sameKey(other.keys.keyId, one.keys.keyId));
          expect(new Set(twins.map(({ role }) => role)).size).toBe(twins.length);
          for (const twin of twins) expect(twin.resumes === undefined).toBe(one.resumes === undefined);
        }
        for (const role of ['client', 'server'] as const) {
          for (const { local } of [alice, bob]) {
            const resumed = opened.filter((one) => one.resumes !== undefined && one.role === role && one.peer.identity.peerId === local.peerId);
            expect(resumed.length).toBeLessThanOrEqual(1);
          }
        }
      }),
      { numRuns: times(60, 20) },
    );
  });

  it('S3-12: any chain of resumptions, whoever dials and whatever was lost at the end of each, goes on', () => {
    const [a, b] = [keeperOf(alice, [bob]), keeperOf(bob, [alice])];
    const counts = fc.integer({ min: 1, max: 2 ** 40 });
    fc.assert(
      fc.property(fc.array(fc.record({ byBob: fc.boolean(), sent: counts, lost: fc.nat(1_000), behind: fc.boolean() }), { minLength: 1, maxLength: 12 }), (chain) => {
        meetOnce(a, b);
        for (const { byBob, sent, lost, behind } of chain) {
          const [x, y]: [Keeper, Keeper] = byBob ? [b, a] : [a, b];
          const [at, there] = [x.store.ofPeer(y.party.local.peerId)[0], y.store.ofPeer(x.party.local.peerId)[0]];
          if (!at || !there) return expect.unreachable();
          const received = Math.max(1, sent - lost);
          const digest = alice.crypto.random(32);
          // `behind`: the listener's state is from before what the dialler received.
          y.store.setPositions(there.keyId, { counter: behind ? received - 1 : sent, digest }, there.received);
          x.store.setPositions(at.keyId, at.sent, { counter: received, digest });
          const [from, to] = [dialFrom(x, y.party), listenAt(y)];
          deliver(to.side, from.side.next());
          expect(to.side.state.phase).toBe(behind ? 'awaiting-m1' : 'awaiting-confirm');
          if (behind) deliver(from.side, to.side.next());
          if (behind) deliver(to.side, from.side.next());
          deliver(from.side, to.side.next());
          deliver(to.side, from.side.next());
          deliver(from.side, to.side.next());
          expect([from.side.opened.resumes === undefined, to.side.opened.resumes === undefined]).toEqual([behind, behind]);
          keep(x, from.side.opened);
          keep(y, to.side.opened);
          for (const { desk } of [from, to]) desk.release();
        }
      }),
      { numRuns: times(25, 8) },
    );
  });
});

interface End {
  readonly party: Party;
  readonly other: Party;
  readonly store: ResumptionStore;
  readonly heard: string[];
  /** Of sessions that were resumed, by key id in hex: from which one. */
  readonly from: Map<string, string>;
  host: SessionHost;
  resumptions: Resumptions;
  current: Session | undefined;
}

/** What outlives a process. */
type Lasting = Pick<End, 'party' | 'other' | 'store' | 'heard' | 'from' | 'current'>;

function endOf(party: Party, other: Party, clock: ManualClock): End {
  const store = newResumptionStore();
  const end: Lasting = { party, other, store, heard: [], from: new Map(), current: undefined };
  return start(end, clock);
}

/** A process of this device: what it keeps in memory is new, its store is not. */
function start(end: Lasting, clock: ManualClock): End {
  const logger = recordingLogger();
  const { party, other, store } = end;
  const resumptions = new Resumptions({ crypto: party.crypto, clock, logger, store });
  const host = createSessionHost({
    crypto: party.crypto,
    clock,
    logger,
    local: () => party.local,
    peers: peersOf([other]),
    resumptions,
    limits: { decapsulationsPerSource: { perSecond: 1_000, burst: 1_000 } },
    onSession: (session) => {
      started.current = session;
      if (session.resumedFrom) started.from.set(hexOf(session.keyId), hexOf(session.resumedFrom));
      session.onItems((items) => started.heard.push(...items.flatMap((item) => (item.kind === 'message' ? [Buffer.from(item.bytes).toString()] : []))));
      session.onClose(() => {
        if (started.current === session) started.current = undefined;
      });
    },
  });
  const started: End = Object.assign(end, { host, resumptions });
  return started;
}

describe('over schedules', () => {
  const event = fc.record({
    what: fc.constantFrom('a dials', 'b dials', 'both dial', 'cut', 'close', 'a restarts', 'b restarts', 'b forgets', 'say'),
    wait: fc.constantFrom(0, 1, 2, 3, 60, 300, 30_000),
    delay: fc.integer({ min: 1, max: 40 }),
  });

  type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;
  // The second connection is closed by the side that dialled it, after that side has heard of it and before it was answered there.
  const endsEarly: Event[] = [
    { what: 'a dials', wait: 300, delay: 1 },
    { what: 'a dials', wait: 60, delay: 16 },
    { what: 'close', wait: 0, delay: 1 },
  ];

  it('S3-10 S3-31 A55: cuts, restarts, forgetting and dials from both sides in any order: the two are together again, with one entry each, the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 10 }), async (events) => {
        const clock = new ManualClock(testNow);
        const [a, b] = [endOf(alice, bob, clock), endOf(bob, alice, clock)];
        const pairs: LinkPair[] = [];
        const dial = (from: End, to: End, delay: number): void => {
          const pair = createLinkPair({ clock, delay });
          pairs.push(pair);
          to.host.accept(pair.listener);
          from.host.dial(pair.dialler, targetOf(to.party)).catch(() => {});
        };
        let said = 0;
        const run = (what: string, delay: number): void => {
          if (what === 'a dials' || what === 'both dial') dial(a, b, delay);
          if (what === 'b dials' || what === 'both dial') dial(b, a, delay);
          if (what === 'cut') for (const { dialler, listener } of pairs) [dialler, listener].map((link) => link.vanish());
          if (what === 'close') a.current?.close();
          if (what === 'b forgets') b.store.removeAll();
          if (what === 'say') a.current?.send([text(`${(said += 1)}`)]);
          for (const [name, end] of [['a restarts', a], ['b restarts', b]] as const) {
            if (what !== name) continue;
            end.host.close();
            start(end, clock);
          }
        };
        for (const { what, wait, delay } of events) {
          run(what, delay);
          await clock.advance(wait);
        }
        await clock.advance(60_000);
        if (!a.current || !b.current) dial(a, b, 1);
        await clock.advance(60_000);
        expect(a.current?.keyId).toBeDefined();
        expect(a.current?.keyId).toEqual(b.current?.keyId);
        expect(a.current?.resumed).toBe(b.current?.resumed);
        // What was said arrives at most once and in order, whatever sessions came and went.
        expect(b.heard).toEqual([...new Set(b.heard)].sort((x, y) => Number(x) - Number(y)));
        const [atA, atB] = [a.store.ofPeer(bob.local.peerId), b.store.ofPeer(alice.local.peerId)];
        // One, the same on both sides; none where it was forgotten, or used up by a second session that lost against this one.
        const kept = [atA, atB].map((entries) => entries.map(({ keyId }) => hexOf(keyId)));
        expect(kept.map(({ length }) => length).filter((count) => count > 1)).toEqual([]);
        expect(new Set(kept.flat()).size).toBeLessThanOrEqual(1);
        // It is that of the session in use. Or of one that was resumed from it and ended before the other side had said a word on it: then the older one is in use again, and its own is used up.
        const [ofLast] = kept.flat();
        const line = [ofLast];
        for (let at = ofLast; at !== undefined; at = a.from.get(at) ?? b.from.get(at)) line.push(at);
        if (ofLast !== undefined) expect(line).toContain(hexOf(a.current?.keyId ?? new Uint8Array()));
        const serves = atA.length > 0 && atB.length > 0;
        // And it serves: the next one resumes.
        a.current?.close();
        await clock.advance(1_000);
        dial(b, a, 1);
        await clock.advance(1_000);
        expect([a.current?.resumed, b.current?.resumed]).toEqual([serves, serves]);
        for (const end of [a, b]) end.host.close();
      }),
      { numRuns: times(40, 12), examples: [[endsEarly]] },
    );
  });
});

function text(value: string): SessionItem {
  return { kind: 'message', bytes: new TextEncoder().encode(value) };
}
