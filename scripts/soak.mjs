// `npm run soak`: packs a week of use into minutes, on a clock of its own, with real engines, real encrypted databases and real sockets on loopback.
//   --days <n>        days of that clock (default 7)
//   --people <n>      2 to 12 of them, each with one to three devices (default 4)
//   --seconds <n>     stops doing new things after so many real seconds
//   --seed <n>        the same deeds in the same order; it is printed at the end of each run
//   --night           four weeks of six people
//   --short           the form in `npm test`: some hours of three people, and a leak that has to be noticed
//   --mailbox         with a mailbox, where whoever has several devices takes mail and keeps sessions for them, and two more people who never are there together
//   --talk <n>        messages to each of sixteen points that two people write to each other at the end, of which nothing may be left in memory (default 100)
//   --contacts <n>    instead: so many real contacts at once on one peer, which starts anew in between
// Ends with what was done, whether memory and handles stayed flat, and what was lost (nothing); then the exit code is 0.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { nodeBundle } from './build.mjs';
import { natsServer } from './lib/nats-server.mjs';
import { inCache, inRoot, root } from './lib/paths.mjs';
import { run } from './lib/process.mjs';
import { putBundle, putCopy } from './lib/put-file.mjs';
import { asCommand, PlainError } from './lib/say.mjs';
import { assertSeed } from './lib/seed.mjs';
import { setUp } from './setup.mjs';

const forms = {
  usual: { days: '7', people: '4', talk: '100' },
  night: { days: '28', people: '6', points: '112', talk: '100' },
  short: { days: '0.4', people: '2', points: '8', deeds: '8', leak: true },
};

/** @type {Record<string, [number, number]>} */
const bounds = { days: [0.01, 400], people: [2, 12], seconds: [1, 1e6], points: [1, 1e4], deeds: [1, 1e4], contacts: [1, 1000], talk: [25, 1e4] };

/**
 * Lists that have an end which some days do not reach: shorter here, so that they are full before memory is measured, and whatever still comes is kept by something else. By file, what stands there and
 * what a soak has instead.
 * @type {Record<string, [string, string]>}
 */
const shortLists = {
  'electron/storage/search-plans.ts': ['remembered: 3_000,', 'remembered: 60,'],
  'electron/engine/dialog/limits.ts': ['export const keptDeadKeys = 64;', 'export const keptDeadKeys = 4;'],
};

/** @type {import('esbuild').Plugin} */
const shortening = {
  name: 'short lists',
  setup({ onLoad }) {
    for (const [file, [long, short]] of Object.entries(shortLists)) {
      onLoad({ filter: new RegExp(`${file.replaceAll('.', '\\.')}$`) }, ({ path }) => {
        const source = readFileSync(path, 'utf8');
        if (!source.includes(long)) throw new PlainError(`${file} has no more "${long}", which a soak shortens`);
        return { contents: source.replace(long, short), loader: 'ts' };
      });
    }
  },
};

await asCommand(async () => {
  const text = { type: /** @type {const} */ ('string') };
  const { values } = parseArgs({ options: { days: text, people: text, seed: text, seconds: text, points: text, deeds: text, contacts: text, talk: text, snapshots: text, mailbox: { type: 'boolean' }, night: { type: 'boolean' }, short: { type: 'boolean' }, leak: { type: 'boolean' } } });
  for (const [name, [least, most]] of Object.entries(bounds)) {
    if (values[name] !== undefined && !(Number(values[name]) >= least && Number(values[name]) <= most)) throw new PlainError(`--${name} takes a number from ${least} to ${most}`);
  }
  assertSeed(values.seed);
  await setUp({ parts: values.contacts === undefined ? [] : ['headless', 'workers'] });
  await putBundle({ ...nodeBundle, plugins: [...(nodeBundle.plugins ?? []), shortening], entryPoints: { soak: inRoot('test/soak/main.ts'), 'contacts-host': inRoot('test/soak/contacts-host.ts'), 'rsa-keys': inRoot('test/support/rsa-keys.ts') }, outdir: inCache('soak'), outExtension: { '.js': '.cjs' } });
  // Loaded into other processes, from beside the programs that start them.
  for (const name of ['quick-secrets', 'loop-delay', 'dial-from']) putCopy(inRoot(`test/support/${name}.cjs`), inCache(`soak/${name}.cjs`));
  const { short, night, ...given } = values;
  const chosen = { ...forms[short ? 'short' : night ? 'night' : 'usual'], ...given };
  const words = Object.entries(chosen).flatMap(([name, value]) => (value === true ? [`--${name}`] : value === undefined ? [] : [`--${name}`, String(value)]));
  const keys = createRequire(import.meta.url)(inCache('soak/rsa-keys.cjs')).readyKeys(50);
  // Without what V8 notes of code that is used often, which is nothing the program keeps, and comes for days: optimised code, and for each function
  // what kinds of objects it met where (feedback vectors, with all that hangs on them). No count of code shows it.
  const seldomNoted = ['--interrupt-budget-for-feedback-allocation=1000000000', '--interrupt-budget-factor-for-feedback-allocation=1000000'];
  const { code } = await run(process.execPath, ['--expose-gc', '--no-opt', ...seldomNoted, '--require', inRoot('test/support/quick-secrets.cjs'), inCache('soak/soak.cjs'), ...words], {
    cwd: root, output: 'show', timeout: 24 * 3_600_000, env: { ...process.env, KEYSHIFT_TEST_KEYS: JSON.stringify(keys), KEYSHIFT_NATS_SERVER: natsServer()?.file ?? '' },
  });
  return code ?? 1;
});
