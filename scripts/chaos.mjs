// `npm run chaos`: real processes on real disks to which everything happens that happens to computers: they are killed, lose power, are full, cannot be
// written to, have wrong clocks and damaged files. Afterwards nothing confirmed is lost, both sides have the same, or it says clearly why not.
//   --only <names>    some of the faults that docs/testing.md lists, with commas between
//   --amount <n>      how often each is done, 5 without it
//   --short           the form in `npm test`: some of them, side by side
//   --seed <n>        the same chance; it is printed at the end of each run
//   --night           an amount of 60
// What cannot be made here is named: file systems of its own need root on Linux, the mailbox a nats-server.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { nodeBundle } from './build.mjs';
import { natsServer } from './lib/nats-server.mjs';
import { inCache, inRoot, root } from './lib/paths.mjs';
import { isRoot, run } from './lib/process.mjs';
import { putBundle, putCopy } from './lib/put-file.mjs';
import { asCommand, PlainError } from './lib/say.mjs';
import { assertSeed } from './lib/seed.mjs';
import { setUp } from './setup.mjs';

const known = ['kill', 'power', 'full', 'read-only', 'failing', 'clock', 'damage', 'mailbox', 'half-open', 'upgrade', 'exports', 'frozen', 'full-steps', 'full-beginnings', 'folders', 'crossed', 'mailbox-between', 'full-exports', 'changing', 'turned', 'refusing'];

await asCommand(async () => {
  const text = /** @type {const} */ ({ type: 'string' });
  const { values } = parseArgs({ options: { only: text, amount: text, seed: text, 'at-once': text, night: { type: 'boolean' }, short: { type: 'boolean' } } });
  if (values.short) Object.assign(values, { amount: '0.5', only: 'power,clock,damage,upgrade,frozen,full-steps,turned', 'at-once': '8', ...values });
  const amount = Number(values.amount ?? (values.night ? 60 : 5));
  if (!(amount > 0 && amount <= 1000)) throw new PlainError('--amount takes a number above 0, at most 1000');
  const unknown = String(values.only ?? known).split(',').find((name) => !known.includes(name));
  assertSeed(values.seed);
  if (unknown !== undefined) throw new PlainError(`${unknown}: faults are ${known.join(', ')}.`);
  await setUp({ parts: ['headless', 'workers'] });
  // Another run may be starting processes with these at this moment.
  await putBundle({ ...nodeBundle, entryPoints: { chaos: inRoot('test/chaos/main.ts'), walker: inRoot('test/chaos/walk/walker.ts') }, outdir: inCache('chaos'), outExtension: { '.js': '.cjs' } });
  // Loaded into other processes, from beside the program that starts them.
  for (const name of ['quick-secrets.cjs', 'dial-from.cjs', 'skewed-clock.cjs', 'hurried.cjs', 'only-to.cjs', 'attack-script.mjs']) putCopy(inRoot('test/support', name), inCache('chaos', name));
  const mounts = process.platform === 'linux' && isRoot && spawnSync('unshare', ['-m', 'true']).status === 0;
  const words = [inCache('chaos/chaos.cjs'), '--amount', String(amount), ...(['only', 'seed'].flatMap((name) => (values[name] === undefined ? [] : [`--${name}`, values[name]]))), '--atOnce', values['at-once'] ?? '1'];
  const [program, ...before] = mounts ? ['unshare', '-m', '--propagation', 'private', process.execPath] : [process.execPath];
  const { code } = await run(program, [...before, ...words], { cwd: root, output: 'show', timeout: 24 * 3_600_000, env: { ...process.env, KEYSHIFT_MOUNTS: mounts ? '1' : '0', KEYSHIFT_NATS_SERVER: natsServer()?.file ?? '' } });
  return code ?? 1;
});
