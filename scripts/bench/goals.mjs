// What each figure has to reach, and the list of all goals beside what was measured.

/** From Enter in one window to painted in the other, milliseconds. */
export const windowGoal = { p50: 40, p99: 120, moonshot: 20 };
/** What the services answer with a million messages: p95, milliseconds. */
export const historyGoal = { must: 5, moonshot: 1 };
/** No more than so often as dear with a hundred times as much of what grows. */
export const growthGoal = 1.5;
/** How many times the least window's figure. */
export const startGoal = { must: 1.4, moonshot: 1.15 };
export const memoryGoal = { must: 1.5, moonshot: 1.2 };
/** How much later than due a timer may be called in one of a thousand, milliseconds: a frame, and half of one. */
export const pauseGoal = { must: 16, moonshot: 8 };

/** Between two frames of the window in one of a thousand, milliseconds: one frame of sixty a second left out, and none. */
export const frameGoal = { must: 34, moonshot: 25 };

/** @typedef {'moonshot' | 'met' | 'MISSED'} Verdict */
/** @typedef {{ work: string, where: string, against: string, own: string, anchor: string, figure: string, must: string, moonshot: string, verdict: Verdict }} GoalLine */

/** At least so much. @returns {Verdict} */
export const atLeast = (value, { must, moonshot }) => (value >= moonshot ? 'moonshot' : value >= must ? 'met' : 'MISSED');
/** At most so much. @returns {Verdict} */
export const atMost = (value, { must, moonshot }) => (value <= moonshot ? 'moonshot' : value <= must ? 'met' : 'MISSED');

/** @param {readonly any[]} reports of all parts @returns {GoalLine[]} */
export function goalLines(reports) {
  const of = (/** @type {string} */ kind) => reports.filter((report) => report.kind === kind);
  return [
    ...of('ratios').flatMap(ratioLines),
    ...of('bursts').flatMap(burstLines),
    ...of('window').map(windowLine),
    ...of('starts').flatMap(startLines),
    ...of('large-window').flatMap(largeWindowLines),
    ...of('day').flatMap(dayLines),
    ...of('history').flatMap(historyLines),
    ...of('growth').flatMap(growthLines),
    ...of('pauses').flatMap(pauseLines),
    ...of('pauses-window').flatMap(frameLines),
  ];
}

/** @param {import('../../test/bench/report').Report} report */
function ratioLines({ runtime, against, unit, rows }) {
  const figure = (/** @type {number} */ micros) => (unit === 'µs' ? `${short(micros)} µs` : `${short(1e6 / micros)} MB/s`);
  return rows.flatMap(({ work, part, own, anchor, ratio, goal }) =>
    goal ? [{ work: `${work} (${part})`, where: runtimeName(runtime), against, own: figure(own.median), anchor: figure(anchor.median), figure: `${ratio.toFixed(2)}×`, must: `${goal.must}×`, moonshot: `${goal.moonshot}×`, verdict: atLeast(ratio, goal) }] : [],
  );
}

/** @param {import('../../test/bench/bursts').BurstReport} report @returns {GoalLine[]} */
function burstLines({ runtime, commits, rows }) {
  return rows.map(({ work, count, perSecond, goal }) => ({
    work: `durable messages, ${count} of ${work} at once, two processes`, where: runtimeName(runtime), against: 'commits of one row, same disk', own: `${perSecond.median.toFixed(0)}/s`, anchor: `${commits.median.toFixed(0)}/s`, figure: `${perSecond.median.toFixed(0)}/s`,
    must: `${goal.must}/s`, moonshot: `${goal.moonshot}/s`, verdict: atLeast(perSecond.median, goal),
  }));
}

/** @param {import('./window.mjs').WindowReport} report @returns {GoalLine} */
function windowLine({ runtime, received }) {
  const met = received.median <= windowGoal.p50 && received.p99 <= windowGoal.p99;
  return {
    work: 'from Enter in one real window to painted in the other', where: runtimeName(runtime), against: '–', own: `p50 ${received.median.toFixed(1)} ms, p99 ${received.p99.toFixed(1)} ms`, anchor: '–', figure: `p50 ${received.median.toFixed(1)} ms`,
    must: `p50 ${windowGoal.p50} ms, p99 ${windowGoal.p99} ms`, moonshot: `p50 ${windowGoal.moonshot} ms`, verdict: met ? (received.median <= windowGoal.moonshot ? 'moonshot' : 'met') : 'MISSED',
  };
}

/** @param {any} report of start.mjs */
function startLines({ runtime, starts, memory }) {
  const line = (/** @type {string} */ work, /** @type {number[]} */ own, /** @type {number[]} */ anchor, /** @type {string} */ unit, /** @type {{ must: number, moonshot: number }} */ goal) =>
    own.length === 0 || anchor.length === 0 ? [] : [timesLine(work, runtime, middle(own), middle(anchor), middle(own.map((each, at) => each / (anchor[at] ?? Number.NaN))), unit, goal)];
  return [
    ...line('start, unlocked by keyring, to a usable window', starts.open, starts.least, 'ms', startGoal),
    ...line('memory of all processes (PSS), open for three seconds', memory.open, memory.least, 'MiB', memoryGoal),
  ];
}

/** @param {any} report of large-window.mjs @returns {GoalLine[]} */
function largeWindowLines({ runtime, memory }) {
  return memory ? [timesLine('memory of all processes (PSS), a million messages, after use', runtime, memory[1], memory[0], memory[1] / memory[0], 'MiB', memoryGoal)] : [];
}

/** @param {{ runtime: string, least: number, hours: { hour: number, all: number }[] }} report MiB */
function dayLines({ runtime, least, hours }) {
  return hours.map(({ hour, all }) => timesLine(`memory of all processes (PSS), after ${hour === 1 ? 'an hour' : `${hour} hours`} of use`, runtime, all, least, all / least, 'MiB', memoryGoal));
}

/** @param {{ reports: readonly import('../../test/bench/large-report').LargeReport[] }} report by rising size */
function historyLines({ reports }) {
  const last = reports.at(-1);
  if (!last) return [];
  return last.rows.map(({ work, p95, processor }) => ({
    work: `${work}, ${last.size.messages.toLocaleString('en')} messages`, where: runtimeName(last.runtime), against: '–', own: `p95 ${p95.toFixed(2)} ms`, anchor: '–', figure: `p95 ${p95.toFixed(2)} ms, ${processor.p95.toFixed(2)} of processor`,
    must: `p95 ${historyGoal.must} ms`, moonshot: `p95 ${historyGoal.moonshot} ms`, verdict: atMost(p95, historyGoal),
  }));
}

/** @param {{ axes: readonly import('./growth.mjs').Growth[] }} report */
function growthLines({ axes }) {
  return axes.flatMap(({ axis, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    if (!first || !last || first === last) return [];
    const times = Math.round(last.size[axis] / first.size[axis]);
    return first.rows.flatMap(({ work, processor, saysAll }, at) => {
      if (saysAll) return [];
      const grown = (last.rows[at]?.processor ?? Number.NaN) / processor;
      return [{
        work: `${work}, ${axis} × ${times}`, where: runtimeName(first.runtime), against: `${first.size[axis].toLocaleString('en')} ${axis}`, own: `${(last.rows[at]?.processor ?? Number.NaN).toFixed(2)} ms`, anchor: `${processor.toFixed(2)} ms`, figure: `${grown.toFixed(2)}×`,
        must: `${growthGoal}×`, moonshot: 'flat', verdict: atMost(grown, { must: growthGoal, moonshot: 1.05 }),
      }];
    });
  });
}

/** @param {import('../../test/bench/pauses-report').PauseReport} report @returns {GoalLine[]} */
function pauseLines({ runtime, rows }) {
  return rows.map(({ work, p999 }) => ({
    work: `pauses while 100,000 messages go: ${work}`, where: runtimeName(runtime), against: '–', own: `p99.9 ${p999.toFixed(1)} ms`, anchor: '–', figure: `p99.9 ${p999.toFixed(1)} ms`,
    must: `p99.9 ${pauseGoal.must} ms`, moonshot: `p99.9 ${pauseGoal.moonshot} ms`, verdict: atMost(p999, pauseGoal),
  }));
}

/** @param {Awaited<ReturnType<typeof import('./pauses-window.mjs').measurePausesInWindow>>} report @returns {GoalLine[]} */
function frameLines({ runtime, rows: [idle, ...rows] }) {
  return rows.map(({ work, p999 }) => ({
    work: `between frames of the window: ${work}`, where: runtimeName(runtime), against: 'nothing goes', own: `p99.9 ${p999.toFixed(1)} ms`, anchor: `${idle?.p999.toFixed(1)} ms`, figure: `p99.9 ${p999.toFixed(1)} ms`,
    must: `p99.9 ${frameGoal.must} ms`, moonshot: `p99.9 ${frameGoal.moonshot} ms`, verdict: atMost(p999, frameGoal),
  }));
}

/** @param {string} work @param {string} runtime @param {number} own @param {number} anchor @param {number} times @param {string} unit @param {{ must: number, moonshot: number }} goal @returns {GoalLine} */
function timesLine(work, runtime, own, anchor, times, unit, goal) {
  const { must, moonshot } = goal;
  return { work, where: runtimeName(runtime), against: 'the least window', own: `${own.toFixed(0)} ${unit}`, anchor: `${anchor.toFixed(0)} ${unit}`, figure: `${times.toFixed(2)}×`, must: `${must}×`, moonshot: `${moonshot}×`, verdict: atMost(times, goal) };
}

/** `Electron 33.2.1 main process (Node 20.18.1)` takes more room than it says. */
const runtimeName = (/** @type {string} */ runtime) => runtime.replace(/ main process.*$/, '');
const short = (/** @type {number} */ value) => (value < 100 ? value.toFixed(1) : value.toFixed(0));
const middle = (/** @type {readonly number[]} */ values) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
