// `npm run fuzz`: see scripts/fuzz.mjs.
import { parseArgs } from 'node:util';
import { Finding, fuzz } from './fuzzer';
import { allTargets } from './targets';

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { seconds: { type: 'string' }, target: { type: 'string' }, seed: { type: 'string' } } });
  const seed = values.seed === undefined ? Date.now() % 0x1_0000_0000 : Number(values.seed);
  const targets = (await allTargets()).filter(({ name }) => values.target === undefined || values.target.split(',').includes(name));
  if (targets.length === 0) {
    process.stderr.write(`No target is called ${String(values.target)}: test/fuzz/targets says which there are.\n`);
    return 1;
  }
  const each = (Number(values.seconds ?? 60) * 1000) / targets.length;
  let found = 0;
  for (const target of targets) {
    const until = performance.now() + each;
    try {
      const { inputs, outcomes } = fuzz(target, seed, (count) => count % 64 === 0 && performance.now() > until);
      process.stdout.write(`${target.name.padEnd(20)} ${String(inputs).padStart(9)} inputs, ${outcomes.size} outcomes\n`);
    } catch (error) {
      if (!(error instanceof Finding)) throw error;
      found += 1;
      process.stdout.write(`FOUND ${error.message}\n${error.cause instanceof Error ? (error.cause.stack ?? '') : ''}\n`);
    }
  }
  process.stdout.write(`seed ${seed}: ${targets.length} targets, ${found} findings\n`);
  return found > 0 || targets.length === 0 ? 1 : 0;
}

void main().then((code) => process.exit(code));
