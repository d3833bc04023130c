// A runtime's report as a table on stdout.
import { cpus } from 'node:os';

/** @param {import('../../test/bench/bursts').BurstReport} report */
export function printBursts({ runtime, rounds, load, commits, rows }) {
  const perSecond = ({ median, lowest, highest }) => `${median.toFixed(0)}/s (${lowest.toFixed(0)}–${highest.toFixed(0)})`;
  const lines = [
    '',
    `${runtime}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, median of ${rounds} rounds, load average ${load.map((each) => each.toFixed(1)).join(' to ')}`,
    'Two headless peers: messages sent, received and acknowledged, all durable (lowest–highest round)',
    `commits of one small row, same disk, same run: ${perSecond(commits)}`,
    ...rows.map((each) => `${each.work.padEnd(8)} ${String(each.count).padStart(6)} at once  ${perSecond(each.perSecond).padEnd(28)} ${(each.perSecond.median / commits.median).toFixed(1)} per commit  ${each.processor ? `${each.processor.map((time) => time.toFixed(0)).join(' + ')} µs of processor  ` : ''}must ${each.goal.must}/s  moonshot ${each.goal.moonshot}/s  ${verdict(each.perSecond.median, each.goal)}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** @param {import('../../test/bench/report').Report} report */
export function printReport({ runtime, work: title, rounds, rows }) {
  const machine = cpus();
  const lines = [
    '',
    `${runtime}, ${machine.length} × ${machine[0]?.model.trim() ?? 'unknown processor'}, median of ${rounds} interleaved rounds`,
    `Keyshift and libsignal-client 0.103.0: µs for one ${title} (lowest–highest round)`,
    row('', 'Keyshift', 'Keyshift µs', 'libsignal µs', 'ratio', 'must', 'moonshot', ''),
    ...rows.map(({ work, part, own, anchor, ratio, goal }) =>
      row(work, part, spread(own), spread(anchor), `${ratio.toFixed(1)}×`, goal ? `${goal.must}×` : '', goal ? `${goal.moonshot}×` : '', goal ? verdict(ratio, goal) : ''),
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function verdict(ratio, { must, moonshot }) {
  if (ratio >= moonshot) return 'moonshot';
  return ratio >= must ? 'met' : 'MISSED';
}

const spread = ({ median, lowest, highest }) => `${number(median)} (${number(lowest)}–${number(highest)})`;
const number = (value) => (value < 100 ? value.toFixed(1) : value.toFixed(0));
const row = (work, part, own, anchor, ...rest) => [work.padEnd(18), part.padEnd(33), own.padEnd(24), anchor.padEnd(22), ...rest.map((each) => each.padEnd(9))].join(' ').trimEnd();
