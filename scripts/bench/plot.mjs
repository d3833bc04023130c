// One picture of how costs grow: lines over ×1, ×10, ×100 of something, as SVG that is readable on light and dark ground alike.

/** Told apart with every common kind of colour blindness, 3:1 at least on white and on #0d1117. */
const colours = ['#0a7bbf', '#d1571e', '#12866b', '#b64a97', '#8a7400', '#6f6fd8', '#7d7d7d', '#c0392b', '#3c8d2f', '#9a6b4f', '#4f8a9a'];
const size = { width: 900, height: 460 };
const area = { left: 56, right: 520, top: 56, bottom: 404 };
const lineHeight = 17;

/** @typedef {{ name: string, values: readonly number[] }} Line one value for each step: how many times the first one's cost */

/**
 * @param {{ title: string, description: string, across: string, steps: readonly string[], lines: readonly Line[], limit: number }} plot `limit`: what the lines have to stay below
 * @returns {string}
 */
export function plot({ title, description, across, steps, lines, limit }) {
  const top = niceTop(Math.max(limit * 1.2, ...lines.flatMap(({ values }) => values)));
  const x = (/** @type {number} */ at) => area.left + ((area.right - area.left) * at) / Math.max(1, steps.length - 1);
  const y = (/** @type {number} */ value) => area.bottom - ((area.bottom - area.top) * value) / top;
  const marks = Array.from({ length: 5 }, (_, at) => (top * at) / 4);
  const labels = spreadOut(lines.map(({ values }) => y(values.at(-1) ?? 0)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="description">${escaped(description)}</desc>`,
    '<style>text{font:13px system-ui,sans-serif;fill:#1f2328}.soft{fill:#59636e}.head{font-size:16px;font-weight:600}.grid{stroke:#d1d9e0;stroke-width:1}.limit{stroke:#59636e;stroke-width:1.5;stroke-dasharray:6 4}.line{fill:none;stroke-width:2}@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.soft{fill:#9198a1}.grid{stroke:#3d444d}.limit{stroke:#9198a1}}</style>',
    `<text class="head" x="${area.left}" y="26">${escaped(title)}</text>`,
    ...marks.map((mark) => `<line class="grid" x1="${area.left}" x2="${area.right}" y1="${round(y(mark))}" y2="${round(y(mark))}"/><text class="soft" x="${area.left - 8}" y="${round(y(mark) + 4)}" text-anchor="end">${number(mark)}×</text>`),
    ...steps.map((step, at) => `<text class="soft" x="${round(x(at))}" y="${area.bottom + 22}" text-anchor="middle">${escaped(step)}</text>`),
    `<text class="soft" x="${(area.left + area.right) / 2}" y="${area.bottom + 44}" text-anchor="middle">${escaped(across)}</text>`,
    `<line class="limit" x1="${area.left}" x2="${area.right}" y1="${round(y(limit))}" y2="${round(y(limit))}"/><text class="soft" x="${area.left + 6}" y="${round(y(limit) - 6)}">goal: at most ${number(limit)}×</text>`,
    ...lines.flatMap(({ name, values }, at) => {
      const colour = colours[at % colours.length];
      const end = { x: x(values.length - 1), y: y(values.at(-1) ?? 0), label: labels[at] ?? 0 };
      return [
        `<polyline class="line" stroke="${colour}" points="${values.map((value, step) => `${round(x(step))},${round(y(value))}`).join(' ')}"/>`,
        ...values.map((value, step) => `<circle cx="${round(x(step))}" cy="${round(y(value))}" r="3" fill="${colour}"/>`),
        `<polyline class="line" style="stroke-width:1" stroke="${colour}" points="${round(end.x + 5)},${round(end.y)} ${round(end.x + 16)},${round(end.label)}"/>`,
        `<text x="${round(end.x + 20)}" y="${round(end.label + 4)}">${escaped(`${name}: ${number(values.at(-1) ?? 0)}×`)}</text>`,
      ];
    }),
    '</svg>',
    '',
  ].join('\n');
}

/** Heights of labels that do not cover each other, as near to where they belong as that leaves. @param {readonly number[]} wanted */
export function spreadOut(wanted) {
  const order = wanted.map((_, at) => at).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  /** @type {number[]} */
  const placed = [];
  let below = -Infinity;
  for (const at of order) placed[at] = below = Math.max(wanted[at] ?? 0, below + lineHeight);
  // Pushed back up from the lowest where they would leave the picture.
  let lowest = size.height - 12;
  for (const at of order.toReversed()) {
    placed[at] = Math.min(placed[at] ?? 0, lowest);
    lowest = (placed[at] ?? 0) - lineHeight;
  }
  return placed;
}

/** The next of 2, 4, 8, 12, 16, 20, 40 … that four marks divide into something one reads at a glance. @param {number} value */
function niceTop(value) {
  for (let power = 1; ; power *= 10) for (const step of [2, 4, 8, 12, 16]) if (value <= step * power) return step * power;
}

const round = (/** @type {number} */ value) => Math.round(value * 10) / 10;
const number = (/** @type {number} */ value) => (value < 10 ? value.toFixed(2).replace(/\.?0+$/, '') : value.toFixed(0));
const escaped = (/** @type {string} */ text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.codePointAt(0)};`);
