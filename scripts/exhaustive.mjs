// `npm run exhaustive`: all of what `npm test` tries a part of, others for each commit: every bit that is flipped, every step that is killed at, every
// schedule, every screen, and the large numbers that rows of docs/requirements.md name.
//   words            some of the files alone: folders or files of test/
//   --draw <n>       takes of everything the part of that number again, as `npm test` did when it said it
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { filesBelow } from './lib/fingerprint.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { run } from './lib/process.mjs';
import { asCommand, PlainError } from './lib/say.mjs';

/** Numbers that rows name, by the variable each test has for its own. */
const numbers = { KEYSHIFT_SALTS: '1000000', KEYSHIFT_NONCES: '1000000', KEYSHIFT_SESSIONS: '1000000', KEYSHIFT_MESSAGES: '10000' };

const HOUR = 3_600_000;

await asCommand(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { draw: { type: 'string' } } });
  if (values.draw !== undefined && !/^\d{1,10}$/.test(values.draw)) throw new PlainError('--draw takes the number that a run of npm test said at its end');
  const files = filesBelow(inRoot('test')).map((file) => relative(root, file).replaceAll('\\', '/'));
  const short = files.filter((file) => /\.test\.tsx?$/.test(file) && isShort(readFileSync(inRoot(file), 'utf8')) && (positionals.length === 0 || positionals.some((word) => file.startsWith(word))));
  if (short.length === 0) throw new PlainError('none of these files has a short form');
  const form = values.draw === undefined ? { KEYSHIFT_EXHAUSTIVE: '1', ...numbers } : { KEYSHIFT_DRAW: values.draw };
  const { code } = await run(process.execPath, [inRoot('scripts/test.mjs'), ...short], { cwd: root, env: { ...process.env, ...form }, output: 'show', timeout: 12 * HOUR });
  return code ?? 1;
});

/** What draws its cases by test/support/exhaustive.ts, or has one of the variables above. */
function isShort(source) {
  return source.includes("support/exhaustive'") || Object.keys(numbers).some((name) => source.includes(name));
}
