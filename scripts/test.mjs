// `npm test`: sets everything up and runs all stages, in this order:
//   lockfile                       what npm will fetch
//   lint, types, build             what stands in the files; all at once
//   vitest                         everything that runs in plain Node: unit, contract, integration, property, network, mailbox, …
//   flood                          real windows that are measured
//   e2e, electron, package         all other windows; in Electron's own Node; packs a deb, installs it, uses it and removes it; at once
// Words choose some of them:
//   npm test -- lint types                      stages
//   npm test -- unit                            a folder of test/
//   npm test -- test/e2e/verify.test.ts         one file
//   npm test -- unit -t "safety number"         words from the first dash on go to the runner
// The last line is the sum of what vitest, node:test and Playwright report.
import { drawOfCommit } from './lib/draw.mjs';
import { asCommand, PlainError, say, seconds } from './lib/say.mjs';
import { selection, takesPackagesAlone, together } from './lib/test-selection.mjs';
import { setUp } from './setup.mjs';

const NEEDS_ELECTRON = ['electron', 'flood', 'e2e', 'package'];
const NEEDS_DISPLAY = ['flood', 'e2e', 'package'];

// An orderly exit also ends the runner and the virtual display.
for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1 })) process.once(signal, () => process.exit(128 + number));

await asCommand(async () => {
  const started = performance.now();
  // The part that short forms take of the many (test/support/exhaustive.ts): the same for one commit, whenever and wherever it is tried.
  process.env.KEYSHIFT_DRAW ??= await drawOfCommit();
  const { stages: names, filters, options } = selection(process.argv.slice(2));
  // Lint, types and build take npm's packages alone: what else is missing is fetched beside them.
  await setUp({});
  const rest = setUp({
    electron: names.some((name) => NEEDS_ELECTRON.includes(name)),
    display: names.some((name) => NEEDS_DISPLAY.includes(name)),
    desktop: names.includes('e2e'),
    network: names.includes('vitest') && (filters.vitest ?? ['test/network/']).some((filter) => filter.includes('test/network')),
    mailbox: names.includes('vitest') && (filters.vitest ?? ['mailbox']).some((filter) => /mailbox|contract|^test\/$/.test(filter)),
    rpm: names.includes('package'),
    typings: names.includes('types'),
  });
  const runtime = rest.catch(() => undefined); // told below
  // Packing comes last and its tools from the network: they come while the others run. What goes wrong is told when they are needed.
  if (names.includes('package')) void import('./package/tools.mjs').then(({ tool }) => tool('tools', '')).catch(() => undefined);
  const { stages } = await import('./lib/test-stages.mjs');
  const { sum } = await import('./lib/test-reports.mjs');
  const { keepReports } = await import('./lib/report-files.mjs');
  const done = [];
  for (const group of together(names)) {
    if (!takesPackagesAlone(group)) await rest;
    say(`\n── ${group.join(', ')}`);
    done.push(
      ...(await Promise.all(
        group.map(async (name) => {
          const since = performance.now();
          const outcome = await stages[name]({ runtime, filters: filters[name] ?? [], options }).catch(failed);
          return { name, time: seconds(since), ...outcome };
        }),
      )),
    );
  }
  await rest;
  keepReports();
  say(`\n── summary (${seconds(started)})`);
  // Once more at the end: of a long run this is what is seen, and often all that is kept.
  for (const { failures = [] } of done) for (const line of failures) say(`✗ ${line}`);
  for (const stage of done) say(lineOf(stage));
  const bad = done.filter(({ ok }) => !ok);
  if (bad.length > 0) say(`Failed stages: ${bad.map(({ name }) => name).join(', ')} (draw ${process.env.KEYSHIFT_DRAW}, for npm run exhaustive -- --draw)`);
  // Next to the last line, where nobody overlooks it: a run without failures may still have left something unproven.
  for (const { notProven = [] } of done) for (const line of notProven) say(line);
  const { passed, failed: lost, skipped } = sum(done.map(({ count }) => count));
  // What was asked for may be in one of two stages of windows, or in neither.
  const found = passed + lost + skipped > 0 || !done.some(({ count }) => count);
  if (!found) say('No test is called so.');
  process.stdout.write(`${passed} passed, ${lost} failed\n`);
  return bad.length > 0 || !found ? 1 : 0;
});

function failed(error) {
  say(error instanceof PlainError ? error.message : String(error.stack ?? error));
  return { ok: false };
}

function lineOf({ name, time, ok, count, note }) {
  const counts = count && `${count.passed} passed, ${count.failed} failed${count.skipped ? `, ${count.skipped} skipped` : ''}`;
  return `${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(9)} ${time.padStart(8)}  ${counts ?? note ?? ''}`.trimEnd();
}
