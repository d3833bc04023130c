// `npm run slowest`: what took longest in the last `npm test`, file by file.
//   --count <n>      how many of each (default 30)
// Of vitest the clock and the processors: a file whose second figure is far below its first waits. Of windows the clock alone.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { lastReport } from './lib/report-files.mjs';
import { asCommand, PlainError } from './lib/say.mjs';
import { fileTimes, playwrightTimes } from './lib/test-times.mjs';

const read = (name) => {
  try {
    return readFileSync(lastReport(name), 'utf8');
  } catch {
    return '';
  }
};

await asCommand(async () => {
  const { values } = parseArgs({ options: { count: { type: 'string', default: '30' } } });
  const count = Number(values.count);
  if (!(count >= 1)) throw new PlainError('--count takes a number from 1 on');
  const files = fileTimes(read('vitest-times.jsonl'));
  const windows = ['windows', 'alone', 'package'].flatMap((project) => playwrightTimes(read(`playwright-${project}.json`)));
  if (files.length === 0 && windows.length === 0) throw new PlainError('There is no report yet: npm test leaves one.');
  const lines = (list, line) => list.slice(0, count).map(line).join('\n');
  const sum = (list, of) => list.reduce((total, one) => total + of(one), 0).toFixed(0);
  process.stdout.write(`clock   processors, in seconds (vitest, ${files.length} files: ${sum(files, ({ wall }) => wall)} and ${sum(files, ({ cpu }) => cpu)})\n`);
  process.stdout.write(`${lines(files, ({ wall, cpu, file }) => `${wall.toFixed(1).padStart(5)}   ${cpu.toFixed(1).padStart(5)}   ${file}`)}\n`);
  process.stdout.write(`clock, in seconds (windows, ${windows.length} files: ${sum(windows, ({ wall }) => wall)})\n`);
  process.stdout.write(`${lines(windows, ({ wall, file }) => `${wall.toFixed(1).padStart(5)}   ${file}`)}\n`);
});
