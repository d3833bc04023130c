// `npm run large`: how the program stands with a very large profile, which it makes once and keeps in .cache/large. Options:
//   --messages <n>    1000000 without it; contacts and conversations become fewer with them (300 and 1000)
//   --anew            makes the profile again
//   --window          measures in the real window instead
//   --cold            with nothing of the file in memory when an answer is asked for, as on a machine that was just switched on (Linux)
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { FULL, largeProfile, measureLarge } from './bench/large.mjs';
import { LARGE_PASSPHRASE, measureLargeWindow } from './bench/large-window.mjs';
import { textOf } from './bench/texts.mjs';
import { PARTS } from './build.mjs';
import { electronRuntime } from './electron-runtime.mjs';
import { asCommand, PlainError } from './lib/say.mjs';
import { setUp } from './setup.mjs';

await asCommand(async () => {
  const { values } = parseArgs({ options: { messages: { type: 'string', default: String(FULL) }, anew: { type: 'boolean', default: false }, window: { type: 'boolean', default: false }, cold: { type: 'boolean', default: false } } });
  const messages = Number(values.messages);
  if (!Number.isInteger(messages) || messages < 1_000 || messages > 10_000_000) throw new PlainError('--messages takes a whole number from 1000 to 10000000');
  await setUp({ electron: values.window, display: values.window, mailbox: false, parts: values.window ? PARTS : [] });
  const made = await largeProfile(messages, values.anew);
  if (values.window) {
    process.stdout.write(textOf({ kind: 'large-window', ...(await measureLargeWindow(await electronRuntime(), made.directory, LARGE_PASSPHRASE)) }));
    return;
  }
  const before = loadavg()[0] ?? 0;
  print(await measureLarge(made, values.cold), before, loadavg()[0] ?? 0);
});

/** @param {import('../test/bench/large-report').LargeReport} report @param {number} before @param {number} after */
function print({ runtime, size, bytes, unlock, rows }, before, after) {
  const lines = [
    '',
    `${runtime}, load average ${before.toFixed(1)} to ${after.toFixed(1)}: ${size.contacts} contacts, ${size.conversations} conversations, ${size.messages} messages`,
    `${(bytes / 1e6).toFixed(0)} MB; from the passphrase to an open profile ${unlock.toFixed(0)} ms`,
    `${''.padEnd(42)} ${'p50 ms'.padStart(8)} ${'p95 ms'.padStart(8)} ${'longest'.padStart(8)} ${'processor p50'.padStart(14)} ${'p95'.padStart(8)}`,
    ...rows.map(({ work, p50, p95, most, processor }) => `${work.padEnd(42)} ${p50.toFixed(2).padStart(8)} ${p95.toFixed(2).padStart(8)} ${most.toFixed(1).padStart(8)} ${processor.p50.toFixed(2).padStart(14)} ${processor.p95.toFixed(2).padStart(8)}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
