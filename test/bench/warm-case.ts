import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newParty } from './keyshift-party';
import { createSignalPair } from './libsignal.mjs';
import { interleaved, ratio, type Subject } from './measure';
import { type Report, type Row, spread } from './report';
import { createWarmPair, type KeyshiftPair } from './warm-message';
import { createEnginePair } from './whole-engine';

const ways = ['one-way', 'ping-pong'] as const;
type Way = (typeof ways)[number];

const small: Record<Way, NonNullable<Row['goal']>> = { 'one-way': { must: 15, moonshot: 30 }, 'ping-pong': { must: 25, moonshot: 50 } };
const large: NonNullable<Row['goal']> = { must: 6, moonshot: 10 };
const sizes = [
  { size: 64, name: '64 B', goals: small },
  { size: 1024, name: '1 KiB', goals: small },
  { size: 16 * 1024, name: '16 KiB', goals: { 'one-way': large, 'ping-pong': large } },
];

/** Warm messages between two parties that know each other: the engine's three extents against a libsignal session. */
export async function warmCase(runtime: string, rounds: number): Promise<Omit<Report, 'load'>> {
  const [alice, bob] = await Promise.all([newParty('Alice'), newParty('Bob')]);
  const folder = mkdtempSync(join(tmpdir(), 'keyshift-bench-'));
  const parts: { readonly name: string; readonly pair: KeyshiftPair; readonly count: number }[] = [
    { name: 'seal + open', pair: createWarmPair(alice, bob), count: 4000 },
    { name: 'whole engine, database in memory', pair: createEnginePair(alice, bob), count: 200 },
    { name: 'whole engine, durable database', pair: createEnginePair(alice, bob, { file: (name) => join(folder, `${name}.db`) }), count: 100 },
  ];
  try {
    const rows: Row[] = [];
    for (const { size, name, goals } of sizes) {
      for (const way of ways) {
        const text = new Uint8Array(size).fill(0x61);
        // A session of its own for each row: libsignal's cost depends on what its session has been through.
        const signal = await createSignalPair();
        const subjects: Subject[] = parts.map(({ name: part, pair, count }) => ({
          name: part,
          count,
          run: (times) => {
            for (let turn = 0; turn < times; turn += 1) assertSize(pair.cross(way === 'one-way' || turn % 2 === 0, text), size);
          },
        }));
        const anchor: Subject = {
          name: 'libsignal',
          count: 200,
          run: async (times) => {
            for (let turn = 0; turn < times; turn += 1) assertSize(await signal.cross(way === 'one-way' || turn % 2 === 0, text), size);
          },
        };
        const [theirs = [], ...own] = await interleaved([anchor, ...subjects], rounds);
        for (const [index, times] of own.entries()) {
          rows.push({
            work: `${name}, ${way}`,
            part: parts[index]?.name ?? '',
            own: spread(times),
            anchor: spread(theirs),
            ratio: ratio(theirs, times),
            ...(index === 0 ? { goal: goals[way] } : {}),
          });
        }
      }
    }
    return { runtime, work: 'warm message, sealed and opened', rounds, against: 'libsignal-client 0.103.0', unit: 'µs', rows };
  } finally {
    for (const { pair } of parts) pair.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function assertSize(opened: Uint8Array, size: number): void {
  if (opened.length !== size) throw new Error('what was opened is not what was sealed');
}
