import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../electron/storage/database';
import { migrate } from '../../electron/storage/migrate';
import { createResumptionStore } from '../../electron/storage/resumption-store';
import type { ResumptionStore } from '../../electron/engine/session/resumption-entry';
import { createResumptionMemory } from './resumption-memory';
import { interleaved, ratio, type Subject } from './measure';
import { type Report, type Row, spread } from './report';
import { newRecord, part, type Peer, shakeHands, startPeer } from './session-keyshift';
import { TlsAnchor } from './session-tls';
import { inMemory, loopback, type Wire } from './session-wires';

const full = { must: 2.5, moonshot: 4 };
const resumed = { must: 3, moonshot: 8 };

/**
 * Handshakes, both sides in one thread, from two connected sockets (loopback) or streams (in memory) until both sides have
 * confirmed; opening and closing them is not in it. `unseen`: neither side has verified anything of the other before,
 * as at the first session after a start. Resumed: by what the last session left behind, here an entry that is
 * used once, there a ticket; found, erased and followed by the next one within the time. TLS keeps its ticket in memory
 * alone: what is judged against it keeps its entries there, too; the product's own store, durable, stands beside it.
 */
export async function handshakeCase(runtime: string, rounds: number, count = 20): Promise<Omit<Report, 'load'>> {
  const records = await Promise.all([newRecord('Alice'), newRecord('Bob')]);
  const [alice, bob] = await newPair(records);
  const tls = new TlsAnchor();
  const wires = [await loopback(), inMemory()];
  const cases: { readonly work: string; readonly part: string; readonly goal?: Row['goal']; readonly own: Subject; readonly anchor: Subject }[] = [];
  for (const wire of wires) {
    const anchor = tlsFull(tls, wire, count);
    cases.push({ work: `full, ${wire.name}`, part: 'known peer', goal: full, own: keyshift(wire, count, () => [alice, bob]), anchor });
    if (wire.name === 'loopback') cases.push({ work: `full, ${wire.name}`, part: 'unseen peer, nothing cached', own: unseen(records, wire, count), anchor });
  }
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-bench-handshake-'));
  const databases = ['alice.db', 'bob.db'].map((name) => openDatabase(join(folder, name), randomBytes(32)));
  for (const db of databases) migrate(db);
  const resuming = [
    { where: 'entries in memory', peers: await newPair(records, createResumptionMemory) },
    { where: 'encrypted database, durable', peers: await newPair(records, (at) => createResumptionStore(databases[at] ?? never())) },
  ];
  for (const wire of wires) {
    const anchor = tlsResumed(tls, wire, count * 5);
    for (const [at, { where, peers }] of resuming.entries()) {
      if (at > 0 && wire.name !== 'loopback') continue;
      cases.push({ work: `resumed, ${wire.name}`, part: where, ...(at === 0 && { goal: resumed }), own: keyshift(wire, count * 5, () => peers, true), anchor });
    }
  }
  try {
    const subjects = [...new Set(cases.flatMap(({ own, anchor }) => [anchor, own]))];
    const times = await interleaved(subjects, rounds);
    const of = (subject: Subject): number[] => times[subjects.indexOf(subject)] ?? [];
    const rows = cases.map(({ work, part: name, goal, own, anchor }): Row => ({
      work,
      part: name,
      own: spread(of(own)),
      anchor: spread(of(anchor)),
      ratio: ratio(of(anchor), of(own)),
      ...(goal && { goal }),
    }));
    return { runtime, work: 'handshake, both sides', rounds, against: 'TLS 1.3, mutual RSA-3072', unit: 'µs', rows };
  } finally {
    alice.close();
    bob.close();
    for (const peer of resuming.flatMap(({ peers }) => peers)) peer.close();
    for (const db of databases) db.close();
    rmSync(folder, { recursive: true, force: true });
    for (const wire of wires) wire.close();
  }
}

type Records = Awaited<ReturnType<typeof newRecord>>;

async function newPair([one, other]: readonly [Records, Records], store?: (at: number) => ResumptionStore): Promise<readonly [Peer, Peer]> {
  return [await startPeer(one, other, store?.(0)), await startPeer(other, one, store?.(1))];
}

function keyshift(wire: Wire, count: number, peers: (turn: number) => readonly [Peer, Peer], resumes = false): Subject {
  return {
    name: `Keyshift ${wire.name}`,
    count,
    // The session to resume.
    ...(resumes && { before: async () => part(await shakeHands(...peers(0), await wire.open())) }),
    run: (times) =>
      timed(times, wire, async (ends, turn) => {
        const pair = await shakeHands(...peers(turn), ends);
        if (pair.dialler.resumed !== resumes || pair.listener.resumed !== resumes) throw new Error(resumes ? 'it was not resumed' : 'this was meant to be a full handshake');
        return () => part(pair);
      }),
  };
}

/** Started anew for every handshake: caches of verified chains and certificates are empty on both sides. */
function unseen(records: readonly [Records, Records], wire: Wire, count: number): Subject {
  let fresh: (readonly [Peer, Peer])[] = [];
  const { run } = keyshift(wire, count, (turn) => fresh[turn] ?? never());
  return {
    name: 'unseen',
    count,
    before: async (times) => {
      for (const peer of fresh.flat()) peer.close();
      fresh = [];
      for (let turn = 0; turn < times; turn += 1) fresh.push(await newPair(records));
    },
    run,
  };
}

function tlsFull(tls: TlsAnchor, wire: Wire, count: number): Subject {
  return {
    name: `TLS ${wire.name}`,
    count,
    run: (times) =>
      timed(times, wire, async (ends) => {
        const pair = await tls.shakeHands(ends);
        return () => tls.part(pair);
      }),
  };
}

function tlsResumed(tls: TlsAnchor, wire: Wire, count: number): Subject {
  return {
    name: `TLS ${wire.name}, resumed`,
    count,
    before: async () => {
      const first = await tls.shakeHands(await wire.open());
      await tls.ticket(first);
      await tls.part(first);
    },
    run: (times) =>
      timed(times, wire, async (ends) => {
        const pair = await tls.shakeHands(ends, true);
        return () => tls.part(pair);
      }),
  };
}

/** Milliseconds of the handshakes alone. */
async function timed(count: number, wire: Wire, once: (ends: Awaited<ReturnType<Wire['open']>>, turn: number) => Promise<() => Promise<void>>): Promise<number> {
  let sum = 0;
  for (let turn = 0; turn < count; turn += 1) {
    const ends = await wire.open();
    const started = performance.now();
    const end = await once(ends, turn);
    sum += performance.now() - started;
    await end();
  }
  return sum;
}

function never(): never {
  throw new Error('there is one for each');
}
