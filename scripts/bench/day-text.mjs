// The rows of `day`: what everything holds at hours 0, 1, 8 and 24, and whether it grows.
const SHOWN = [0, 1, 8, 24];
const mebibyte = 1_048_576;
/** What may come on top between the hours after the first few and the last: MiB, and pieces. */
const goals = { page: 4, nodes: 2_500, listeners: 200, main: 4, descriptors: 8, timers: 12 };

/** @param {import('./day.mjs').DayReport} report */
export function dayText({ runtime, load, seconds, points, done, least }) {
  const last = points.at(-1);
  const shown = points.filter(({ hour }) => SHOWN.includes(hour) || hour === last?.hour);
  const kinds = [...new Set(points.flatMap((each) => Object.keys(each.kinds)))];
  /** @param {string} what @param {(point: import('./day-held.mjs').DayHeld) => number | undefined} of */
  const line = (what, of) => `${what.padEnd(34)}${shown.map((point) => (of(point)?.toFixed(0) ?? '–').padStart(9)).join('')}`;
  const lines = [
    '',
    `${runtime}, a day of use in ${seconds.toFixed(0)} s, load average ${load[0].toFixed(1)} to ${load[1].toFixed(1)}`,
    Object.entries(done).map(([what, times]) => `${what} ${times}`).join(', '),
    `${'after hours of use'.padEnd(34)}${shown.map(({ hour }) => String(hour).padStart(9)).join('')}`,
    line('memory of all processes (PSS), MiB', ({ all }) => all),
    ...(least === undefined ? [] : [`  the least window ${least.toFixed(0)} MiB`]),
    ...kinds.map((kind) => line(`  ${kind}`, (point) => point.kinds[kind])),
    line('objects of the page, MiB', ({ page }) => page.heap / mebibyte),
    line('nodes', ({ page }) => page.nodes),
    line('  of them shown elements', ({ page }) => page.elements),
    line('listeners', ({ page }) => page.listeners),
    line('objects of the main process, MiB', ({ main }) => main.heap / mebibyte),
    line('  outside of its heap, MiB', ({ main }) => main.outside / mebibyte),
    line('descriptors', ({ main }) => main.descriptors),
    line('timers', ({ main }) => main.timers),
  ];
  const grows = growth(points);
  lines.push(...grows.map((what) => `GROWS ${what}`));
  if (grows.length === 0) lines.push(points.length < 6 ? 'Nothing said of growth: too short.' : 'flat: nothing that is counted grows from hour to hour');
  return `${lines.join('\n')}\n`;
}

/** What grows from hour to hour: the middle of the last third against that of the third after the beginning. @param {readonly import('./day-held.mjs').DayHeld[]} points */
export function growth(points) {
  if (points.length < 6) return [];
  const counted = points.slice(2);
  const third = Math.floor(counted.length / 2);
  /** @param {(point: import('./day-held.mjs').DayHeld) => number} of */
  const grown = (of) => middle(counted.slice(-third).map(of)) - middle(counted.slice(0, third).map(of));
  return [
    ['objects of the page, MiB', grown(({ page }) => page.heap / mebibyte), goals.page],
    ['nodes', grown(({ page }) => page.nodes), goals.nodes],
    ['listeners', grown(({ page }) => page.listeners), goals.listeners],
    ['objects of the main process, MiB', grown(({ main }) => (main.heap + main.outside) / mebibyte), goals.main],
    ['descriptors', grown(({ main }) => main.descriptors), goals.descriptors],
    ['timers', grown(({ main }) => main.timers), goals.timers],
  ].flatMap(([what, by, allowed]) => (Number(by) > Number(allowed) ? [`${what}: by ${Number(by).toFixed(1)} where ${allowed} are allowed`] : []));
}

/** @param {number[]} values */
function middle(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
