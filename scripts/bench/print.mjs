// What was measured, as tables on stdout.
import { cpus } from 'node:os';
import { quantile } from './quantile.mjs';

/** Milliseconds. */
const windowGoal = { p50: 40, p99: 120, moonshot: 20 };

/** Milliseconds. */
const historyGoal = { must: 5, moonshot: 1 };
/** No more than so often as dear with a hundred times the history. */
const growth = 1.5;

/** @param {readonly import('../../test/bench/large-report').LargeReport[]} reports by rising size */
export function printHistory(reports) {
  const last = reports.at(-1);
  const names = last.rows.map(({ work }) => work);
  const of = (report, work) => report.rows.find((each) => each.work === work);
  const time = (report, work) => `${of(report, work).p50.toFixed(2)} / ${of(report, work).p95.toFixed(2)}`.padEnd(16);
  const grown = (work) => of(last, work).processor.p50 / of(reports[0], work).processor.p50;
  const judged = (work) => (of(last, work).p95 <= historyGoal.moonshot ? 'moonshot' : of(last, work).p95 <= historyGoal.must ? 'met' : 'MISSED');
  const lines = [
    '',
    `${last.runtime}, ${machine()}, ${last.rows[0].times} calls each, one after the other`,
    'What the services answer with a long history: p50 / p95 in milliseconds; growth is that of the processor’s p50',
    `${'messages'.padEnd(40)} ${reports.map(({ size }) => String(size.messages).padEnd(16)).join('')} growth    must ${historyGoal.must} ms, growth ${growth}×; moonshot ${historyGoal.moonshot} ms`,
    ...names.map((work) => `${work.padEnd(40)} ${reports.map((each) => time(each, work)).join('')} ${`${grown(work).toFixed(2)}×`.padEnd(9)} ${judged(work)}, growth ${grown(work) <= growth ? 'met' : 'MISSED'}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** @param {import('../../test/bench/bursts').BurstReport} report */
export function printBursts({ runtime, rounds, load, commits, rows }) {
  const perSecond = ({ median, lowest, highest }) => `${median.toFixed(0)}/s (${lowest.toFixed(0)}–${highest.toFixed(0)})`;
  const lines = [
    '',
    `${runtime}, ${machine()}, median of ${rounds} rounds${loadOf(load)}`,
    'Two headless peers: messages sent, received and acknowledged, all durable (lowest–highest round)',
    `commits of one small row, same disk, same run: ${perSecond(commits)}`,
    ...rows.map((each) => `${each.work.padEnd(8)} ${String(each.count).padStart(6)} at once  ${perSecond(each.perSecond).padEnd(28)} ${(each.perSecond.median / commits.median).toFixed(1)} per commit  ${each.processor ? `${each.processor.map((time) => time.toFixed(0)).join(' + ')} µs of processor  ` : ''}must ${each.goal.must}/s  moonshot ${each.goal.moonshot}/s  ${verdict(each.perSecond.median, each.goal)}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** @param {import('../../test/bench/catch-up-report').CatchUpReport} report */
export function printCatchUp({ runtime, messages, load, facts, begun, told, delay, bytes, own, anchor, ratio }) {
  const lines = [
    '',
    `${runtime}, ${machine()}, one run${loadOf(load)}`,
    `A new device of one's own hears ${messages} messages, both devices on one event loop, databases in memory; the anchor only writes them into one`,
    `written into the log  ${begun.toFixed(1)} s, ${(facts / begun).toFixed(0)} facts/s`,
    `told and taken over   ${told.toFixed(1)} s, ${(facts / told).toFixed(0)} facts/s, ${(bytes / messages).toFixed(0)} bytes of database a message`,
    row('', '', 'Keyshift µs', 'anchor µs', 'ratio'),
    row('one message', 'told, and written on both', number(own), number(anchor), `${ratio.toFixed(2)}×`),
    `event loop            p50 ${delay.p50.toFixed(1)} ms  p99 ${delay.p99.toFixed(1)} ms  longest ${delay.most.toFixed(1)} ms`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** @param {import('../../test/bench/large-file-report').LargeFileReport} report */
export function printLargeFile({ runtime, mebibytes, load, copied, fetched, saved, anchor, quiet, beside, doors, memory }) {
  const rate = (name, value) => `${name.padEnd(22)}${value.toFixed(0)} MiB/s`;
  const times = (name, { count, p50, p95, most }) => `${name.padEnd(22)}p50 ${p50.toFixed(1)} ms  p95 ${p95.toFixed(1)} ms  longest ${most.toFixed(1)} ms  (${count})`;
  const lines = [
    '',
    `${runtime}, ${machine()}, one run${loadOf(load)}`,
    `A sparse file of ${mebibytes} MiB between two headless peers, loopback TCP, both on one disk; messages and calls go on beside it`,
    rate('taken in, sealed', copied),
    rate('fetched and checked', fetched),
    rate('saved', saved),
    rate('hashed and copied', anchor) + ' with Node’s own streams, no network (anchor)',
    times('a message alone', quiet),
    times('beside the file', beside),
    times('the sender’s door', doors[0]),
    times('the receiver’s door', doors[1]),
    ...(memory ? [`memory                sender ${memory[0].before.toFixed(0)} → at most ${memory[0].most.toFixed(0)} MiB, receiver ${memory[1].before.toFixed(0)} → ${memory[1].most.toFixed(0)} MiB`] : []),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** @param {import('../../test/bench/large-file-report').KilledFileReport} report */
export function printKilledFile({ runtime, mebibytes, load, copied, fetched, saved, again, memory }) {
  const rate = (name, value) => `${name.padEnd(22)}${value.toFixed(0)} MiB/s`;
  const most = ({ before, most: highest }) => `${before.toFixed(0)} → at most ${highest.toFixed(0)} MiB`;
  const lines = [
    '',
    `${runtime}, ${machine()}, one run${loadOf(load)}`,
    `A sparse file of ${mebibytes} MiB between two headless peers; the receiver is killed in the middle, the sender at three quarters; what is saved is the same file`,
    rate('taken in, sealed', copied),
    rate('fetched and checked', fetched) + ', with both starts',
    rate('saved', saved),
    `fetched again         ${again.map((each) => each.toFixed(1)).join(' and ')} MiB`,
    `memory                sender ${most(memory[0])}, receiver ${most(memory[1])}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** @param {import('../../test/bench/report').Report} report */
export function printReport({ runtime, work: title, rounds, load, against, unit, rows }) {
  const figures = unit === 'µs' ? spread : rate;
  const lines = [
    '',
    `${runtime}, ${machine()}, median of ${rounds} interleaved rounds${loadOf(load)}`,
    `Keyshift and ${against}: ${unit} for one ${title} (lowest–highest round)`,
    row('', '', `Keyshift ${unit}`, `anchor ${unit}`, 'ratio', 'must', 'moonshot', ''),
    ...rows.map(({ work, part, own, anchor, ratio, goal }) =>
      row(work, part, figures(own), figures(anchor), `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(1)}×`, goal ? `${goal.must}×` : '', goal ? `${goal.moonshot}×` : '', goal ? verdict(ratio, goal) : ''),
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** @param {import('./package.mjs').PackageReport} report */
export function printPackage({ runtime, rounds, load, packed, unpacked, sizes }) {
  const times = ({ median, lowest, highest }) => `p50 ${median.toFixed(0)} ms  (${lowest.toFixed(0)}–${highest.toFixed(0)})`;
  const lines = [
    '',
    `${runtime}, ${machine()}, ${rounds} starts each, in turns${loadOf(load)}`,
    `From the process to the first thing its window shows`,
    `packed                ${times(packed)}   ${(packed.median / unpacked.median).toFixed(2)}×`,
    `out of the repository ${times(unpacked)}`,
    ...Object.entries(sizes).map(([what, bytes]) => `${what}: ${(bytes / 1e6).toFixed(1)} MB`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** @param {import('./window.mjs').WindowReport} report */
export function printWindow({ runtime, messages, load, drift, received, own }) {
  const times = ({ median, p99, lowest, highest }) => `p50 ${median.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms  (${lowest.toFixed(1)}–${highest.toFixed(1)})`;
  const met = received.median <= windowGoal.p50 && received.p99 <= windowGoal.p99;
  const lines = [
    '',
    `${runtime}, ${machine()}, two windows, ${messages} messages one after the other, both warm${loadOf(load)}`,
    `From Enter to painted; the clocks of the two pages held their distance within ${drift.toFixed(2)} ms`,
    `in the other window   ${times(received)}   must p50 ${windowGoal.p50} ms, p99 ${windowGoal.p99} ms  moonshot p50 ${windowGoal.moonshot} ms  ${met ? (received.median <= windowGoal.moonshot ? 'moonshot' : 'met') : 'MISSED'}`,
    `one's own bubble      ${times(own)}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** How many times the least window's figure. */
const startGoal = { must: 1.4, moonshot: 1.15 };
const memoryGoal = { must: 1.5, moonshot: 1.2 };

/** @param {import('./start.mjs').StartReport} report */
export function printStarts({ runtime, load, starts, memory }) {
  const line = (work, own, anchor, unit, goal) => {
    if (own.length === 0) return `${work.padEnd(52)} not measured: no keyring here, or no Linux`;
    const middle = quantile(own.map((each, at) => each / (anchor[at] ?? Number.NaN)), 0.5);
    const judged = goal ? `  must ${goal.must}×  moonshot ${goal.moonshot}×  ${middle <= goal.moonshot ? 'moonshot' : middle <= goal.must ? 'met' : 'MISSED'}` : '';
    return `${work.padEnd(52)} ${range(own)} ${unit}  least window ${range(anchor)} ${unit}  ${middle.toFixed(2)}×${judged}`;
  };
  const range = (values) => `${quantile(values, 0.5).toFixed(0)} (${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)})`;
  const lines = [
    '',
    `${runtime}, ${machine()}, ${starts.least.length} starts of each in turn, median (lowest–highest) of each and of the ratios${loadOf(load)}`,
    'The app beside a page with React and a list (test/bench/skeleton), small profile',
    line('start to the lock screen', starts.locked, starts.least, 'ms'),
    line('start, unlocked by keyring, to a usable window', starts.open, starts.least, 'ms', startGoal),
    line('memory of all processes (PSS), open for 3 seconds', memory.open, memory.least, 'MiB', memoryGoal),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

const machine = () => `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
const loadOf = (load) => (load ? `, load average ${load.map((each) => each.toFixed(1)).join(' to ')}` : '');

function verdict(ratio, { must, moonshot }) {
  if (ratio >= moonshot) return 'moonshot';
  return ratio >= must ? 'met' : 'MISSED';
}

const spread = ({ median, lowest, highest }) => `${number(median)} (${number(lowest)}–${number(highest)})`;
/** Microseconds for a megabyte as megabytes a second. */
const rate = ({ median, lowest, highest }) => `${number(1e6 / median)} (${number(1e6 / highest)}–${number(1e6 / lowest)})`;
const number = (value) => (value < 100 ? value.toFixed(1) : value.toFixed(0));
const row = (work, part, own, anchor, ...rest) => [work.padEnd(24), part.padEnd(33), own.padEnd(24), anchor.padEnd(22), ...rest.map((each) => each.padEnd(9))].join(' ').trimEnd();
