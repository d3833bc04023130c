import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Counters } from './counters';
import type { Target } from './target';

/** Kept inputs of a target, one a line in base64; behind `#` anything may be said. See test/fuzz/corpus/README.md. */
export type Shelf = 'corpus' | 'found';

export function fileOf(root: string, shelf: Shelf, target: string): string {
  return join(root, 'test', 'fuzz', shelf, `${target.replaceAll(/[^a-z0-9]+/gi, '-')}.txt`);
}

export function readInputs(path: string): Uint8Array[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '').map((line) => (line === '-' ? new Uint8Array(0) : new Uint8Array(Buffer.from(line, 'base64'))));
}

/** Shortest first, each once, so that two people who add something change different lines. */
export function writeInputs(path: string, inputs: readonly Uint8Array[]): void {
  const lines = new Set(inputs.map((bytes) => (bytes.length === 0 ? '-' : Buffer.from(bytes).toString('base64'))));
  if (lines.size === 0) return rmSync(path, { force: true });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${[...lines].toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1)).join('\n')}\n`);
}

type Features = ReadonlySet<number>;
type Reads = (bytes: Uint8Array) => Promise<Features>;

/** Longer inputs are tried, and not kept. */
const LONGEST = 8 * 1024;

/**
 * Few and short inputs that come by all the places that all of them together come by, beyond what the target's own seeds do. How often a
 * place was come by does not count here, so that the corpus stays small.
 */
export async function minimised(target: Target, inputs: readonly Uint8Array[], counters: Counters): Promise<Uint8Array[]> {
  const features: Reads = async (bytes) => {
    counters.reset();
    await target.run(bytes);
    return new Set(counters.touched.subarray(0, counters.count));
  };
  const known = new Set<number>();
  for (const seed of target.seeds) for (const feature of await features(seed)) known.add(feature);
  const ofSeeds = new Set(known);
  const kept: { readonly bytes: Uint8Array; readonly features: Features }[] = [];
  for (const bytes of inputs.filter(({ length }) => length <= LONGEST).toSorted((a, b) => a.length - b.length)) {
    const here = [...(await features(bytes))].filter((feature) => !ofSeeds.has(feature));
    if (here.every((feature) => known.has(feature))) continue;
    for (const feature of here) known.add(feature);
    kept.push({ bytes, features: new Set(here) });
  }
  // From the longest on: out with those whose every place others come by as well.
  const times = new Map<number, number>();
  for (const each of kept) for (const feature of each.features) times.set(feature, (times.get(feature) ?? 0) + 1);
  const needed: Uint8Array[] = [];
  for (const each of kept.toReversed()) {
    const only = [...each.features].filter((feature) => times.get(feature) === 1);
    if (only.length > 0) needed.push(await shortened(each.bytes, new Set(only), features));
    else for (const feature of each.features) times.set(feature, (times.get(feature) ?? 0) - 1);
  }
  return needed;
}

/** Pieces taken out as long as it still comes by what it is kept for. */
async function shortened(bytes: Uint8Array, wanted: Features, features: Reads): Promise<Uint8Array> {
  let best = bytes;
  for (let piece = (best.length + 1) >> 1; piece > 0 && piece * 64 >= best.length; piece >>= 1) {
    for (let at = 0; at < best.length; ) {
      const shorter = new Uint8Array(Buffer.concat([best.subarray(0, at), best.subarray(at + piece)]));
      const still = await features(shorter);
      if ([...wanted].every((feature) => still.has(feature))) best = shorter;
      else at += piece;
    }
  }
  return best;
}
