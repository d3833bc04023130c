// `npm run fuzz`: feeds every parser that meets foreign bytes with changed inputs for as long as it is told, led by which places of the code
// they come by. What goes where nothing went before is kept in test/fuzz/corpus, and goes on from there the next time. Options:
//   --seconds <n>     for all targets together (default 60)
//   --target <name>   one of them, or several with commas between; without it all
//   --seed <n>        to repeat a run; it is printed at the end of each
//   --minimise        feeds nothing: throws out of the corpus what others do as well
//   --unguided        not led by what is counted, as a comparison; keeps nothing
// What it finds is printed with the input as hex, and the exit code is 1.
import { parseArgs } from 'node:util';
import { nodeBundle } from './build.mjs';
import { counting } from './lib/instrument.mjs';
import { inCache, inRoot, root } from './lib/paths.mjs';
import { run } from './lib/process.mjs';
import { putBundle, putFile } from './lib/put-file.mjs';
import { asCommand, PlainError } from './lib/say.mjs';
import { assertSeed } from './lib/seed.mjs';
import { setUp } from './setup.mjs';

/** What is counted: everything of the program itself, nothing of tests and libraries. */
const COUNTED = ['electron/', 'shared/', 'renderer/ui/'];

await asCommand(async () => {
  const { values } = parseArgs({
    options: { seconds: { type: 'string', default: '60' }, target: { type: 'string' }, seed: { type: 'string' }, minimise: { type: 'boolean', default: false }, unguided: { type: 'boolean', default: false } },
  });
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new PlainError('--seconds takes a number above 0');
  assertSeed(values.seed);
  await setUp({});
  const program = inCache('fuzz', 'fuzz.cjs');
  const { plugin, modules } = counting(root, COUNTED);
  await putBundle({ ...nodeBundle, entryPoints: [inRoot('test/fuzz/main.ts')], outfile: program, plugins: [...nodeBundle.plugins, plugin] });
  putFile(`${program}.json`, JSON.stringify(modules.toSorted((a, b) => a.first - b.first)));
  const words = Object.entries({ root, seconds: values.seconds, target: values.target, seed: values.seed }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
  const flags = ['minimise', 'unguided'].flatMap((name) => (values[name] ? [`--${name}`] : []));
  const { code, timedOut } = await run(process.execPath, ['--enable-source-maps', program, ...words, ...flags], { cwd: root, output: 'show', timeout: (seconds + 300) * 1000 });
  if (timedOut) throw new PlainError('A target did not come back: an input keeps it busy for more than five minutes.');
  return code ?? 1;
});
