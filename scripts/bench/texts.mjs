// What was measured, as tables of text.
import { dayText } from './day-text.mjs';
import { atLeast, atMost, frameGoal, growthGoal, historyGoal, memoryGoal, pauseGoal, startGoal, windowGoal } from './goals.mjs';
import { quantile } from './quantile.mjs';
import { machine } from './results.mjs';

/** @type {Readonly<Record<string, (report: any) => string>>} */
const texts = {
  ratios: ratiosText, bursts: burstsText, 'catch-up': catchUpText, 'large-file': largeFileText, 'large-file-killed': killedFileText, package: packageText, window: windowText, 'first-message': firstMessageText, starts: startsText, history: historyText, growth: growthText, day: dayText,
  'large-window': largeWindowText, pauses: pausesText, 'pauses-window': framesText,
};

/** @param {{ kind: string }} report of a part */
export function textOf(report) {
  const text = texts[report.kind];
  if (!text) throw new TypeError(`no words for a report of ${report.kind}`);
  return text(report);
}

/** @param {{ reports: readonly import('../../test/bench/large-report').LargeReport[] }} history by rising size */
function historyText({ reports }) {
  const last = reports.at(-1);
  const names = last.rows.map(({ work }) => work);
  const of = (report, work) => report.rows.find((each) => each.work === work);
  const time = (report, work) => `${of(report, work).p50.toFixed(2)} / ${of(report, work).p95.toFixed(2)}`.padEnd(16);
  const grown = (work) => of(last, work).processor.p50 / of(reports[0], work).processor.p50;
  const judged = (work) => atMost(of(last, work).p95, historyGoal);
  const lines = [
    '',
    `${last.runtime}, ${machine()}, ${last.rows[0].times} calls each, one after the other`,
    'What the services answer with a long history: p50 / p95 in milliseconds; growth is that of the processor’s p50',
    `${'messages'.padEnd(40)} ${reports.map(({ size }) => String(size.messages).padEnd(16)).join('')} growth    must ${historyGoal.must} ms, growth ${growthGoal}×; moonshot ${historyGoal.moonshot} ms`,
    ...names.map((work) => `${work.padEnd(40)} ${reports.map((each) => time(each, work)).join('')} ${`${grown(work).toFixed(2)}×`.padEnd(9)} ${judged(work)}, growth ${grown(work) <= growthGoal ? 'met' : 'MISSED'}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** @param {import('../../test/bench/bursts').BurstReport} report */
function burstsText({ runtime, rounds, load, commits, rows }) {
  const perSecond = ({ median, lowest, highest }) => `${median.toFixed(0)}/s (${lowest.toFixed(0)}–${highest.toFixed(0)})`;
  const lines = [
    '',
    `${runtime}, ${machine()}, median of ${rounds} rounds${loadOf(load)}`,
    'Two headless peers: messages sent, received and acknowledged, all durable (lowest–highest round)',
    `commits of one small row, same disk, same run: ${perSecond(commits)}`,
    ...rows.map((each) => `${each.work.padEnd(8)} ${String(each.count).padStart(6)} at once  ${perSecond(each.perSecond).padEnd(28)} ${(each.perSecond.median / commits.median).toFixed(1)} per commit  ${each.processor ? `${each.processor.map((time) => time.toFixed(0)).join(' + ')} µs of processor  ` : ''}must ${each.goal.must}/s  moonshot ${each.goal.moonshot}/s  ${atLeast(each.perSecond.median, each.goal)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** @param {import('../../test/bench/catch-up-report').CatchUpReport} report */
function catchUpText({ runtime, messages, load, facts, begun, told, delay, bytes, own, anchor, ratio }) {
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
  return `${lines.join('\n')}\n`;
}

/** @param {import('../../test/bench/large-file-report').LargeFileReport} report */
function largeFileText({ runtime, mebibytes, load, copied, fetched, saved, anchor, quiet, beside, doors, memory }) {
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
  return `${lines.join('\n')}\n`;
}

/** @param {import('../../test/bench/large-file-report').KilledFileReport} report */
function killedFileText({ runtime, mebibytes, load, copied, fetched, saved, again, memory }) {
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
  return `${lines.join('\n')}\n`;
}

/** @param {import('../../test/bench/report').Report} report */
function ratiosText({ runtime, work: title, rounds, load, against, unit, rows }) {
  const figures = unit === 'µs' ? spread : rate;
  const lines = [
    '',
    `${runtime}, ${machine()}, median of ${rounds} interleaved rounds${loadOf(load)}`,
    `Keyshift and ${against}: ${unit} for one ${title} (lowest–highest round)`,
    row('', '', `Keyshift ${unit}`, `anchor ${unit}`, 'ratio', 'must', 'moonshot', ''),
    ...rows.map(({ work, part, own, anchor, ratio, goal }) =>
      row(work, part, figures(own), figures(anchor), `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(1)}×`, goal ? `${goal.must}×` : '', goal ? `${goal.moonshot}×` : '', goal ? atLeast(ratio, goal) : ''),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** @param {import('./package.mjs').PackageReport} report */
function packageText({ runtime, rounds, load, packed, unpacked, sizes }) {
  const times = ({ median, lowest, highest }) => `p50 ${median.toFixed(0)} ms  (${lowest.toFixed(0)}–${highest.toFixed(0)})`;
  const lines = [
    '',
    `${runtime}, ${machine()}, ${rounds} starts each, in turns${loadOf(load)}`,
    `From the process to the first thing its window shows`,
    `packed                ${times(packed)}   ${(packed.median / unpacked.median).toFixed(2)}×`,
    `out of the repository ${times(unpacked)}`,
    ...Object.entries(sizes).map(([what, bytes]) => `${what}: ${(bytes / 1e6).toFixed(1)} MB`),
  ];
  return `${lines.join('\n')}\n`;
}

/** @param {import('./first-message.mjs').FirstMessageReport} report */
function firstMessageText({ runtime, rounds, load, steps, all }) {
  const times = ({ median, lowest, highest }) => `${median.toFixed(1)} s (${lowest.toFixed(1)}–${highest.toFixed(1)})`;
  const lines = [
    '',
    `${runtime}, ${machine()}, median of ${rounds} rounds${loadOf(load)}`,
    'Two people who never had Keyshift, on one machine: what they wait for; a script does each act at once (lowest–highest round)',
    ...steps.map(({ what, seconds }) => `${what.padEnd(60)} ${times(seconds)}`),
    `${'together'.padEnd(60)} ${times(all)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** @param {import('./window.mjs').WindowReport} report */
function windowText({ runtime, messages, load, drift, received, own }) {
  const times = ({ median, p99, lowest, highest }) => `p50 ${median.toFixed(1)} ms  p99 ${p99.toFixed(1)} ms  (${lowest.toFixed(1)}–${highest.toFixed(1)})`;
  const met = received.median <= windowGoal.p50 && received.p99 <= windowGoal.p99;
  const lines = [
    '',
    `${runtime}, ${machine()}, two windows, ${messages} messages one after the other, both warm${loadOf(load)}`,
    `From Enter to painted; the clocks of the two pages held their distance within ${drift.toFixed(2)} ms`,
    `in the other window   ${times(received)}   must p50 ${windowGoal.p50} ms, p99 ${windowGoal.p99} ms  moonshot p50 ${windowGoal.moonshot} ms  ${met ? (received.median <= windowGoal.moonshot ? 'moonshot' : 'met') : 'MISSED'}`,
    `one's own bubble      ${times(own)}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** @param {import('./start.mjs').StartReport} report */
function startsText({ runtime, load, starts, memory }) {
  const line = (work, own, anchor, unit, goal) => {
    if (own.length === 0) return `${work.padEnd(52)} not measured: no keyring here, or no Linux`;
    const middle = quantile(own.map((each, at) => each / (anchor[at] ?? Number.NaN)), 0.5);
    const judged = goal ? `  must ${goal.must}×  moonshot ${goal.moonshot}×  ${atMost(middle, goal)}` : '';
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
  return `${lines.join('\n')}\n`;
}

/** @param {{ axes: readonly import('./growth.mjs').Growth[] }} growth */
function growthText({ axes }) {
  const lines = axes.flatMap(({ axis, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last) return [];
    const others = /** @type {const} */ (['contacts', 'conversations', 'messages']).filter((each) => each !== axis).map((each) => `${first.size[each]} ${each}`);
    const cost = (/** @type {(typeof points)[number]} */ point, /** @type {number} */ at) => `${(point.rows[at]?.processor ?? Number.NaN).toFixed(2)} / ${(point.rows[at]?.clock ?? Number.NaN).toFixed(2)}`.padEnd(16);
    return [
      '',
      `${first.runtime}, ${machine()}${loadOf([first.load[0], last.load[1]])}`,
      `What one of each costs as ${axis} grow, beside ${others.join(' and ')}: milliseconds of processor / clock, medians; growth is the processor's`,
      `${axis.padEnd(42)} ${points.map(({ size }) => String(size[axis]).padEnd(16)).join('')} growth    must ${growthGoal}×`,
      ...first.rows.map(({ work, processor, saysAll }, at) => {
        const grown = (last.rows[at]?.processor ?? Number.NaN) / processor;
        return `${work.padEnd(42)} ${points.map((point) => cost(point, at)).join('')} ${`${grown.toFixed(2)}×`.padEnd(9)} ${saysAll ? 'says all there is: no goal' : grown <= growthGoal ? 'met' : 'MISSED'}`;
      }),
    ];
  });
  return `${lines.join('\n')}\n`;
}

/** @param {Awaited<ReturnType<typeof import('./large-window.mjs').measureLargeWindow>>} report */
function largeWindowText({ runtime, load, rows, start, scrolled, late, memory }) {
  const lines = [
    '',
    `${runtime}, ${machine()}${loadOf(load)}`,
    'The real window with a profile of a million messages, milliseconds',
    ...rows.map(({ work, times, p50, p95, most }) => `${work.padEnd(42)} p50 ${p50.toFixed(1).padStart(7)}  p95 ${p95.toFixed(1).padStart(7)}  longest ${most.toFixed(1).padStart(7)}  (${times})`),
    `start by that of the least window: ${start.toFixed(2)}×; scrolled over ${scrolled} messages, ${late} frames of more than 50 ms`,
    ...(memory ? [`memory of all processes after this use (PSS): ${memory[1].toFixed(0)} MiB beside ${memory[0].toFixed(0)} MiB: ${(memory[1] / memory[0]).toFixed(2)}×  must ${memoryGoal.must}×  ${atMost(memory[1] / memory[0], memoryGoal)}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** @param {import('../../test/bench/pauses-report').PauseReport} report */
function pausesText({ runtime, size, load, rows }) {
  const lines = [
    '',
    `${runtime}, ${machine()}${loadOf(load)}`,
    `How late timers are called while 100,000 messages go out of a profile of ${size.messages.toLocaleString('en')} more, milliseconds`,
    ...rows.map(({ work, messages, watched, p50, p99, p999, most, processor }) => `${work.padEnd(36)} p50 ${p50.toFixed(1)}  p99 ${p99.toFixed(1)}  p99.9 ${p999.toFixed(1)}  longest ${most.toFixed(1)}  ${messages} messages in ${(watched / 1_000).toFixed(0)} s, ${processor?.toFixed(0) ?? '–'} ms of processor a thousand  must p99.9 ${pauseGoal.must} ms  ${atMost(p999, pauseGoal)}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** @param {Awaited<ReturnType<typeof import('./pauses-window.mjs').measurePausesInWindow>>} report */
function framesText({ runtime, load, rows }) {
  const lines = [
    '',
    `${runtime}, ${machine()}${loadOf(load)}`,
    'Between frames of the real window while the longest conversation of a profile of 100,000 messages goes, milliseconds',
    ...rows.map(({ work, frames, p50, p99, p999, most, long }) => `${work.padEnd(28)} p50 ${p50.toFixed(1)}  p99 ${p99.toFixed(1)}  p99.9 ${p999.toFixed(1)}  longest ${most.toFixed(1)}  ${frames} frames, ${long} long tasks${work === 'nothing goes' ? '' : `  must p99.9 ${frameGoal.must} ms  ${atMost(p999, frameGoal)}`}`),
  ];
  return `${lines.join('\n')}\n`;
}

const loadOf = (load) => (load ? `, load average ${load.map((each) => each.toFixed(1)).join(' to ')}` : '');

const spread = ({ median, lowest, highest }) => `${number(median)} (${number(lowest)}–${number(highest)})`;
/** Microseconds for a megabyte as megabytes a second. */
const rate = ({ median, lowest, highest }) => `${number(1e6 / median)} (${number(1e6 / highest)}–${number(1e6 / lowest)})`;
const number = (value) => (value < 100 ? value.toFixed(1) : value.toFixed(0));
const row = (work, part, own, anchor, ...rest) => [work.padEnd(24), part.padEnd(33), own.padEnd(24), anchor.padEnd(22), ...rest.map((each) => each.padEnd(9))].join(' ').trimEnd();
