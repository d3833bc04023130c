// `npm run fuzz`: see scripts/fuzz.mjs.
import { counters } from './counters';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fileOf, minimised, readInputs, writeInputs } from './corpus';
import { Finding, fuzz, type FuzzReport, type Guide } from './fuzzer';
import type { Counters } from './counters';
import type { Target } from './target';
import { allTargets } from './targets';
import { modules } from './places';

/** Inputs of each target, however short the time. */
const LEAST = 64;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Numbers and texts of the files whose code was come by. */
function wordsOf(seen: Counters): (string | number)[] {
  const touched = seen.touched.subarray(0, seen.count).toSorted();
  const words: (string | number)[] = [];
  let at = 0;
  for (const { first, places, words: here } of modules()) {
    while (at < touched.length && (touched[at] ?? 0) < first) at += 1;
    if (at < touched.length && (touched[at] ?? 0) < first + places) words.push(...here);
  }
  return words;
}

interface Options {
  readonly root: string;
  readonly seconds: number;
  readonly seed: number;
  readonly isGuided: boolean;
}

async function hunt(target: Target, { root, seconds, seed, isGuided }: Options): Promise<number> {
  const path = fileOf(root, 'corpus', target.name);
  const kept = readInputs(path);
  const guide: Guide = { counters, words: wordsOf, kept: [...kept, ...readInputs(fileOf(root, 'found', target.name))], isLed: isGuided };
  const from = performance.now();
  const before = process.cpuUsage();
  let report: FuzzReport;
  try {
    report = await fuzz(target, seed, (count) => count >= LEAST && count % 16 === 0 && performance.now() > from + seconds * 1_000, guide);
  } catch (error) {
    if (!(error instanceof Finding)) throw error;
    const folder = join(root, '.cache', 'fuzz', 'findings');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${target.name.replaceAll(/[^a-z0-9]+/gi, '-')}.txt`), `${Buffer.from(error.input).toString('base64')}\n`);
    say(`FOUND ${error.message}\n${error.cause instanceof Error ? (error.cause.stack ?? '') : ''}`);
    return 1;
  }
  const { inputs, outcomes, places, fresh } = report;
  const { user, system } = process.cpuUsage(before);
  const all = isGuided ? await minimised(target, [...kept, ...fresh], counters) : kept;
  if (isGuided) writeInputs(path, all);
  const speed = Math.round((inputs * 1e6) / (user + system));
  say(`${target.name.padEnd(24)} ${String(inputs).padStart(9)} inputs, ${String(speed).padStart(6)} a processor second, ${String(outcomes.size).padStart(4)} outcomes, ${String(places).padStart(5)} places, ${all.length} kept (${all.length - kept.length >= 0 ? '+' : ''}${all.length - kept.length})`);
  return 0;
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { root: { type: 'string' }, seconds: { type: 'string' }, target: { type: 'string' }, seed: { type: 'string' }, minimise: { type: 'boolean' }, unguided: { type: 'boolean' } } });
  const seed = values.seed === undefined ? Date.now() % 0x1_0000_0000 : Number(values.seed);
  const root = values.root ?? process.cwd();
  const wanted = values.target?.split(',');
  const all = await allTargets();
  const targets = all.filter(({ name }) => wanted === undefined || wanted.includes(name));
  const unknown = wanted?.find((name) => !all.some((target) => target.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`No target is called ${unknown}. There are: ${all.map(({ name }) => name).join(', ')}\n`);
    return 1;
  }
  if (values.minimise) {
    for (const target of targets) {
      const path = fileOf(root, 'corpus', target.name);
      const kept = readInputs(path);
      const fewer = await minimised(target, kept, counters);
      writeInputs(path, fewer);
      say(`${target.name.padEnd(24)} ${kept.length} kept, now ${fewer.length}`);
    }
    return 0;
  }
  let found = 0;
  for (const target of targets) found += await hunt(target, { root, seed, seconds: Number(values.seconds ?? 60) / targets.length, isGuided: !values.unguided });
  say(`seed ${seed}: ${targets.length} targets, ${found} findings`);
  return found > 0 ? 1 : 0;
}

void main().then((code) => process.exit(code));
