// `npm run bench`: how fast Keyshift is beside what others ship, each as a ratio taken inside one process. Options:
//   --rounds <n>      measured rounds per row, at least 5 (default 9)
//   --messages <n>    messages a new device catches up on (default 100000)
//   --mebibytes <n>   size of the file of `large-file` and `large-file-killed` (default 1024); four times that on the disk
//   --hours <n>       of `day` (default 24)
//   --snapshots <dir> of `day`: heap snapshots of the page, at hour 4 and at the end
//   --only <parts>    some of the parts (scripts/bench/parts.mjs), with commas between; all without it
//   --goals           measures nothing: all goals beside what was measured last
//   --write           writes that into docs/performance.md, with its plots
//
// What messages are measured against is a package of its own, test/bench, which the first run of `node` or `electron` installs.
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { installAnchors } from './bench/anchors.mjs';
import { bundleBench } from './bench/bundle.mjs';
import { writeDocument } from './bench/document.mjs';
import { goalsText } from './bench/goals-text.mjs';
import { parts } from './bench/parts.mjs';
import { keepResult, keptResults } from './bench/results.mjs';
import { textOf } from './bench/texts.mjs';
import { PARTS } from './build.mjs';
import { asCommand, PlainError, say } from './lib/say.mjs';
import { setUp } from './setup.mjs';

await asCommand(async () => {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '9' }, messages: { type: 'string', default: '100000' }, mebibytes: { type: 'string', default: '1024' }, hours: { type: 'string', default: '24' }, snapshots: { type: 'string' }, only: { type: 'string' }, goals: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
  });
  const amounts = { rounds: whole('rounds', values.rounds, 5, 1_000), messages: whole('messages', values.messages, 100, 1_000_000), mebibytes: whole('mebibytes', values.mebibytes, 16, 16_384), hours: whole('hours', values.hours, 1, 24), snapshots: values.snapshots };
  const names = values.only?.split(',') ?? Object.keys(parts).filter((name) => !parts[name]?.alone);
  const unknown = names.find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) throw new PlainError(`--only takes some of ${Object.keys(parts).join(', ')}, not ${JSON.stringify(unknown)}`);
  const failed = values.goals || values.write ? [] : await measureAll(names, amounts);
  const kept = keptResults(Object.keys(parts));
  if (values.only === undefined || values.goals) process.stdout.write(goalsText(kept, Object.keys(parts)));
  if (values.write) say(`Written: ${writeDocument(kept, Object.keys(parts)).join(', ')}`);
  if (failed.length > 0) throw new PlainError(`Not measured, for an error said above: ${failed.join(', ')}`);
});

/** One part that fails does not end the others. @param {readonly string[]} names @param {import('./bench/parts.mjs').Amounts} amounts */
async function measureAll(names, amounts) {
  const chosen = names.map((name) => parts[name]);
  const electron = chosen.some((part) => part.electron);
  await setUp({ electron, display: electron, mailbox: chosen.some((part) => part.mailbox), parts: chosen.some((part) => part.bundle === undefined) ? PARTS : [] });
  if (chosen.some((part) => part.anchors)) await installAnchors();
  await bundleBench([...new Set(chosen.flatMap((part) => part.bundle ?? []))]);
  const failed = [];
  for (const name of names) {
    const reason = parts[name].cannot?.();
    if (reason !== undefined) {
      say(`Not measured: ${name}. ${reason}.`);
      continue;
    }
    say(`Measuring ${name} …`);
    const before = loadavg()[0] ?? 0;
    try {
      const reports = await parts[name].measure(amounts);
      keepResult({ part: name, load: [before, loadavg()[0] ?? 0], reports });
      for (const report of reports) process.stdout.write(textOf(report));
    } catch (error) {
      if (names.length === 1) throw error;
      say(`${name}: ${error instanceof Error ? error.message : String(error)}`);
      failed.push(name);
    }
  }
  return failed;
}

/** @param {string} name @param {string} value @param {number} least @param {number} most */
function whole(name, value, least, most) {
  const number = Number(value);
  if (!Number.isInteger(number) || number < least || number > most) throw new PlainError(`--${name} takes a whole number from ${least} to ${most}`);
  return number;
}
