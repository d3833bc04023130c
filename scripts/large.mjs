// `npm run large`: how the program stands with a very large profile, which it makes once and keeps in .cache/large. Options:
//   --messages <n>    1000000 without it; contacts and conversations become fewer with them (300 and 1000)
//   --anew            makes the profile again
//   --window          measures in the real window instead
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { FULL, largeProfile, measureLarge } from './bench/large.mjs';
import { measureLargeWindow } from './bench/large-window.mjs';
import { PARTS } from './build.mjs';
import { electronRuntime } from './electron-runtime.mjs';
import { asCommand, PlainError } from './lib/say.mjs';
import { setUp } from './setup.mjs';

/** As test/bench/large-profile.ts makes it. */
const PASSPHRASE = 'harbour lantern seven tides';

await asCommand(async () => {
  const { values } = parseArgs({ options: { messages: { type: 'string', default: String(FULL) }, anew: { type: 'boolean', default: false }, window: { type: 'boolean', default: false } } });
  const messages = Number(values.messages);
  if (!Number.isInteger(messages) || messages < 1_000 || messages > 10_000_000) throw new PlainError('--messages takes a whole number from 1000 to 10000000');
  await setUp({ electron: values.window, display: values.window, mailbox: false, parts: values.window ? PARTS : [] });
  const made = await largeProfile(messages, values.anew);
  if (values.window) {
    const { start, scrolled, late, load, memory, ...measured } = await measureLargeWindow(await electronRuntime(), made.directory, PASSPHRASE);
    print({ ...measured, size: made.size, notes: [`start of the app by that of the least window: ${start.toFixed(2)}×`, `scrolled over ${scrolled} messages, ${late} frames of more than 50 ms`, ...(memory ? [`memory of all processes after this use (PSS): ${memory[1].toFixed(0)} MiB, the least window ${memory[0].toFixed(0)} MiB: ${(memory[1] / memory[0]).toFixed(2)}×`] : [])] }, load[0], load[1]);
    return;
  }
  const before = loadavg()[0] ?? 0;
  const { bytes, unlock, ...measured } = await measureLarge(made);
  print({ ...measured, notes: [`${(bytes / 1e6).toFixed(0)} MB; from the passphrase to an open profile ${unlock.toFixed(0)} ms`] }, before, loadavg()[0] ?? 0);
});

function print({ runtime, size, notes, rows }, before, after) {
  const lines = [
    '',
    `${runtime}, load average ${before.toFixed(1)} to ${after.toFixed(1)}: ${size.contacts} contacts, ${size.conversations} conversations, ${size.messages} messages`,
    ...notes,
    `${''.padEnd(42)} ${'p50 ms'.padStart(8)} ${'p95 ms'.padStart(8)} ${'longest'.padStart(8)} ${'processor p50'.padStart(14)} ${'p95'.padStart(8)}`,
    ...rows.map(({ work, p50, p95, most, processor }) => `${work.padEnd(42)} ${p50.toFixed(2).padStart(8)} ${p95.toFixed(2).padStart(8)} ${most.toFixed(1).padStart(8)} ${(processor ? processor.p50.toFixed(2) : '').padStart(14)} ${(processor ? processor.p95.toFixed(2) : '').padStart(8)}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
