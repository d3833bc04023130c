import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Listener } from '../../electron/engine/ports';
import { SessionError } from '../../electron/engine/session/failure';
import type { Session, SessionItem } from '../../electron/engine/session/session';
import { createSessionHost, type SessionHost } from '../../electron/engine/session/session-host';
import { frameHeaderLength } from '../../electron/engine/wire/frame';
import { createTcpTransport } from '../../electron/network/tcp-transport';
import { type Fault, FaultProxy, type Way } from '../support/fault-proxy';
import { dialler, listener as listenerSide, newParty, type Party, peersOf, recordingLogger, targetOf, testNow } from '../support/session-kit';
import { until } from '../support/spoiled-pair';

let alice: Party;
let bob: Party;
let listener: Listener;
let proxy: FaultProxy;
let fault: Fault = {};
/** What both say at once on every session, behind a greeting. */
let speech: readonly SessionItem[] = [];
let a: End;
let b: End;
/** Bytes of M1 and M3 (out), M2 and M4 (back), as these two people make them. */
const lengths = { m1: 0, m2: 0, m3: 0, m4: 0 };

interface End {
  readonly host: SessionHost;
  readonly sessions: Session[];
  readonly heard: string[];
}

const plenty = { perSecond: 10_000, burst: 10_000 };

const clock = {
  now: () => testNow + Math.floor(performance.now()),
  monotonic: () => performance.now(),
  setTimer(milliseconds: number, run: () => void) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

const textOf = (item: SessionItem): string => (item.kind === 'message' ? Buffer.from(item.bytes).toString() : item.kind);

function endOf(party: Party, other: Party): End {
  const sessions: Session[] = [];
  const heard: string[] = [];
  const host = createSessionHost({
    crypto: party.crypto,
    clock,
    logger: recordingLogger(),
    local: () => party.local,
    peers: peersOf([other]),
    // Many handshakes from one address, on purpose.
    limits: { decapsulationsPerSource: plenty, decapsulations: plenty, decapsulationsKept: plenty },
    onSession: (session) => {
      sessions.push(session);
      session.onItems((items) => heard.push(...items.map(textOf)));
      // What an application does with a session: it speaks at once. Each item is a record.
      for (const item of [{ kind: 'message' as const, bytes: Buffer.from(`hello from ${party.name}`) }, ...speech]) session.send([item]);
    },
  });
  return { host, sessions, heard };
}

beforeAll(async () => {
  [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
  const one = dialler(alice, targetOf(bob), [bob]);
  const m1 = one.next();
  const two = listenerSide(bob, [alice]).receive(m1);
  const m2 = two.next();
  one.receive(m2);
  Object.assign(lengths, { m1: m1.length, m2: m2.length, m3: one.next().length, m4: two.next().length });
  [a, b] = [endOf(alice, bob), endOf(bob, alice)];
  listener = await createTcpTransport().listen({ host: '127.0.0.1', port: 0 }, (link) => b.host.accept(link));
  proxy = await FaultProxy.start(() => listener.address.port, () => fault);
}, 60_000);

afterAll(async () => {
  a?.host.close();
  b?.host.close();
  await listener?.close();
  await proxy?.close();
});

async function dial(): Promise<Session | SessionError> {
  const link = await createTcpTransport().dial({ host: '127.0.0.1', port: proxy.port }, 2_000);
  return a.host.dial(link, targetOf(bob)).catch((error: unknown) => {
    if (error instanceof SessionError) return error;
    throw error;
  });
}

const nothingLeft = () => a.host.counts.sessions === 0 && b.host.counts.sessions === 0 && b.host.counts.halfOpen === 0;

function forget(): void {
  for (const list of [a.sessions, a.heard, b.sessions, b.heard]) list.length = 0;
}

/** Every place where a frame of one way begins, ends, or is past its header, and one byte beside each. */
function places(frames: readonly number[]): number[] {
  const found = new Set<number>();
  let at = 0;
  for (const length of frames) {
    for (const place of [at, at + frameHeaderLength, at + Math.floor(length / 2), at + length]) {
      for (const near of [place - 1, place, place + 1]) if (near >= 0) found.add(near);
    }
    at += length;
  }
  return [...found].sort((one, other) => one - other);
}

describe('a handshake that is cut', () => {
  it.each<Way>(['out', 'back'])('S3-07 A51 A53: at every boundary of its frames, on the way %s: nothing is heard before it is confirmed, nothing is left of it, and the next one succeeds', async (way) => {
    const frames = way === 'out' ? [lengths.m1, lengths.m3] : [lengths.m2, lengths.m4];
    const total = frames.reduce((sum, length) => sum + length, 0);
    for (const after of places(frames)) {
      forget();
      fault = { cut: { way, after } };
      const outcome = await dial();
      await until(`nothing left, cut ${after} bytes ${way}`, nothingLeft);
      const [opener, other] = way === 'out' ? [b, a] : [a, b];
      // The side that did not get the whole of what the other one confirms with has no session and has heard nothing.
      if (after < total) expect([opener.sessions.length, opener.heard.length], `${after} of ${total} bytes ${way}`).toEqual([0, 0]);
      if (after < total && way === 'back') expect(outcome).toBeInstanceOf(SessionError);
      // A side may have heard the first thing the other one said, and only that.
      for (const { heard } of [opener, other]) expect(heard.length).toBeLessThanOrEqual(1);
    }
    forget();
    fault = {};
    const session = await dial();
    if (session instanceof SessionError) throw session;
    await until('both have spoken', () => a.heard.length === 1 && b.heard.length === 1);
    session.close();
    await until('the end', nothingLeft);
  }, 60_000);

  it('S3-09 A51: records: cut within one, its beginning is dropped; cut between two, what came is whole', async () => {
    const items = Array.from({ length: 40 }, (_, at): SessionItem => ({ kind: 'message', bytes: Buffer.from(`${at} ${'z'.repeat(at * 37)}`) }));
    const first = lengths.m2 + lengths.m4;
    for (const after of [first, first + 1, first + 50, first + 400, first + 401, first + 3_000, first + 9_000]) {
      forget();
      fault = { cut: { way: 'back', after } };
      speech = items;
      await dial();
      await until('the end', nothingLeft);
      // Behind the greeting, which is the first record: a beginning of what was sent, whole.
      expect(a.heard).toEqual(['hello from Bob', ...items.map(textOf)].slice(0, a.heard.length));
      expect(a.heard.length).toBeLessThan(items.length + 1);
      if (after > first + 1_000) expect(a.heard.length).toBeGreaterThan(5);
    }
    speech = [];
  }, 60_000);

  it('A42: a handshake that is said twice, by two connections, opens one session', async () => {
    forget();
    fault = { doubled: true };
    const session = await dial();
    if (session instanceof SessionError) throw session;
    await until('both have spoken', () => a.heard.length === 1 && b.heard.length >= 1);
    session.send([{ kind: 'message', bytes: Buffer.from('once') }]);
    await until('it', () => b.heard.length >= 2);
    await until('the copy is refused', () => b.host.counts.halfOpen === 0);
    expect(b.sessions).toHaveLength(1);
    expect(b.heard).toHaveLength(2);
    expect(b.host.counts.sessions).toBe(1);
    session.close();
    await until('the end', nothingLeft);
  }, 60_000);
});
