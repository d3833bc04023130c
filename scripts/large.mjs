// `npm run large`: how the program stands with a very large profile, which it makes once and keeps in .cache/large. Options:
//   --messages <n>    1000000 without it; contacts and conversations become fewer with them (300 and 1000)
//   --anew            makes the profile again
//   --window          measures in the real window instead
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { bundleBench } from './bench/bundle.mjs';
import { measureLargeWindow } from './bench/large-window.mjs';
import { PARTS } from './build.mjs';
import { electronRuntime } from './electron-runtime.mjs';
import { inCache } from './lib/paths.mjs';
import { run } from './lib/process.mjs';
import { asCommand, PlainError, say } from './lib/say.mjs';
import { setUp } from './setup.mjs';

const LIMIT = 60 * 60_000;
const FULL = 1_000_000;
/** As test/bench/large-profile.ts makes it. */
const PASSPHRASE = 'harbour lantern seven tides';

await asCommand(async () => {
  const { values } = parseArgs({ options: { messages: { type: 'string', default: String(FULL) }, anew: { type: 'boolean', default: false }, window: { type: 'boolean', default: false } } });
  const messages = Number(values.messages);
  if (!Number.isInteger(messages) || messages < 1_000 || messages > 10_000_000) throw new PlainError('--messages takes a whole number from 1000 to 10000000');
  const share = Math.min(1, Math.sqrt(messages / FULL));
  const size = [Math.max(3, Math.round(300 * share)), Math.max(10, Math.round(1_000 * share)), messages].map(String);
  await setUp({ electron: values.window, display: values.window, mailbox: false, parts: values.window ? PARTS : [] });
  await bundleBench(['large']);
  const directory = inCache(`large/${messages}`);
  const done = `${directory}.json`;
  if (values.anew || !existsSync(done)) {
    for (const each of [directory, `${directory}.new`, done]) rmSync(each, { recursive: true, force: true });
    mkdirSync(inCache('large'), { recursive: true });
    say(`Making a profile of ${size[0]} contacts, ${size[1]} conversations, ${messages} messages …`);
    await inBundle('make', `${directory}.new`, inCache('large/made.json'), size);
    renameSync(`${directory}.new`, directory);
    renameSync(inCache('large/made.json'), done);
  }
  if (values.window) {
    const { start, scrolled, late, load, memory, ...measured } = await measureLargeWindow(await electronRuntime(), directory, PASSPHRASE);
    print({ ...measured, size: JSON.parse(readFileSync(done, 'utf8')), notes: [`start of the app by that of the least window: ${start.toFixed(2)}×`, `scrolled over ${scrolled} messages, ${late} frames of more than 50 ms`, ...(memory ? [`memory of all processes after this use (PSS): ${memory[1].toFixed(0)} MiB, the least window ${memory[0].toFixed(0)} MiB: ${(memory[1] / memory[0]).toFixed(2)}×`] : [])] }, load[0], load[1]);
    return;
  }
  const report = inCache('large/report.json');
  const before = loadavg()[0] ?? 0;
  await inBundle('measure', directory, report, size);
  const { bytes, unlock, ...measured } = JSON.parse(readFileSync(report, 'utf8'));
  print({ ...measured, notes: [`${(bytes / 1e6).toFixed(0)} MB; from the passphrase to an open profile ${unlock.toFixed(0)} ms`] }, before, loadavg()[0] ?? 0);
});

async function inBundle(work, directory, file, size) {
  rmSync(file, { force: true });
  const { stderr, timedOut } = await run(process.execPath, [inCache('bench/in-large.cjs'), work, directory, file, ...size], { timeout: LIMIT });
  if (timedOut || !existsSync(file)) throw new PlainError(`${work} failed${timedOut ? ' (time limit)' : ''}.\n${stderr.trim()}`);
}

function print({ runtime, size, notes, rows }, before, after) {
  const lines = [
    '',
    `${runtime}, load average ${before.toFixed(1)} to ${after.toFixed(1)}: ${size.contacts} contacts, ${size.conversations} conversations, ${size.messages} messages`,
    ...notes,
    `${''.padEnd(42)} ${'p50 ms'.padStart(8)} ${'p95 ms'.padStart(8)} ${'longest'.padStart(8)}`,
    ...rows.map(({ work, p50, p95, most }) => `${work.padEnd(42)} ${p50.toFixed(2).padStart(8)} ${p95.toFixed(2).padStart(8)} ${most.toFixed(1).padStart(8)}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
