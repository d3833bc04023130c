// `npm run fuzz`: feeds every parser that meets foreign bytes with changed inputs for as long as it is told. Options:
//   --seconds <n>     for all targets together (default 60)
//   --target <name>   one of them, or several with commas between; without it all
//   --seed <n>        to repeat a run; it is printed at the end of each
// What it finds is printed with the input as hex, and the exit code is 1.
import { parseArgs } from 'node:util';
import { nodeBundle } from './build.mjs';
import { inCache, inRoot, root } from './lib/paths.mjs';
import { run } from './lib/process.mjs';
import { asCommand, PlainError } from './lib/say.mjs';
import { setUp } from './setup.mjs';

await asCommand(async () => {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, target: { type: 'string' }, seed: { type: 'string' } } });
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new PlainError('--seconds takes a number above 0');
  await setUp({});
  const program = inCache('fuzz', 'fuzz.cjs');
  const { build } = await import('esbuild');
  await build({ ...nodeBundle, entryPoints: [inRoot('test/fuzz/main.ts')], outfile: program });
  const words = Object.entries({ seconds: values.seconds, target: values.target, seed: values.seed }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
  const { code, timedOut } = await run(process.execPath, [program, ...words], { cwd: root, output: 'show', timeout: (seconds + 300) * 1000 });
  if (timedOut) throw new PlainError('A target did not come back: an input keeps it busy for more than five minutes.');
  return code ?? 1;
});
