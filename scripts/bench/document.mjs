// Writes what was measured last into docs/performance.md, between two marks, and the plots beside the pictures.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { inRoot } from '../lib/paths.mjs';
import { counted } from './goals-text.mjs';
import { goalLines, growthGoal } from './goals.mjs';
import { plot } from './plot.mjs';
import { textOf } from './texts.mjs';

const DOCUMENT = 'docs/performance.md';
const PLOTS = 'docs/pictures/performance';
const [BEGIN, END] = ['<!-- measured: written by npm run bench -- --write -->', '<!-- /measured -->'];

/**
 * @param {readonly import('./results.mjs').Result[]} results @param {readonly string[]} parts all there are
 * @returns {string[]} the files written, from the root
 */
export function writeDocument(results, parts) {
  const reports = results.flatMap((result) => result.reports);
  const plots = plotsOf(reports);
  mkdirSync(inRoot(PLOTS), { recursive: true });
  for (const { name, svg } of plots) writeFileSync(inRoot(PLOTS, name), svg);
  const text = readFileSync(inRoot(DOCUMENT), 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`${DOCUMENT} lacks its marks ${BEGIN} and ${END}`);
  writeFileSync(inRoot(DOCUMENT), `${text.slice(0, begin)}${BEGIN}\n${measuredText(results, parts, plots)}${text.slice(end)}`);
  return [DOCUMENT, ...plots.map(({ name }) => `${PLOTS}/${name}`)];
}

/** @param {readonly import('./results.mjs').Result[]} results @param {readonly string[]} parts @param {readonly { name: string, title: string }[]} plots */
export function measuredText(results, parts, plots) {
  const lines = goalLines(results.flatMap(({ reports }) => reports));
  const missing = parts.filter((part) => !results.some((result) => result.part === part));
  return [
    '',
    `${[...new Set(results.map((result) => result.machine))].join('; ')}. ${counted(lines)}.`,
    ...(missing.length > 0 ? ['', `Not measured: ${missing.join(', ')}.`] : []),
    '',
    '| work | in | Keyshift | beside | what is beside | figure | must | moonshot | |',
    '|---|---|---|---|---|---|---|---|---|',
    ...lines.map(({ work, where, own, anchor, against, figure, must, moonshot, verdict }) => `| ${[work, where, own, anchor, against, figure, must, moonshot, verdict === 'MISSED' ? '**missed**' : verdict].join(' | ')} |`),
    '',
    ...plots.flatMap(({ name, title }) => [`![${title}](pictures/performance/${name})`, '']),
    '### What each part printed',
    '',
    ...results.flatMap(({ part, at, commit, load, reports }) => [
      '<details>',
      `<summary>${part}: ${at.slice(0, 16).replace('T', ' ')} UTC, at ${commit}, load average ${load.map((each) => each.toFixed(1)).join(' to ')}</summary>`,
      '',
      '```',
      reports.map((report) => textOf(report)).join('').trim(),
      '```',
      '',
      '</details>',
      '',
    ]),
  ].join('\n');
}

/** @param {readonly any[]} reports */
export function plotsOf(reports) {
  return reports
    .filter(({ kind }) => kind === 'growth')
    .flatMap(({ axes }) => axes)
    .filter(({ points }) => points.length > 1)
    .map((/** @type {import('./growth.mjs').Growth} */ { axis, points }) => {
      const [first] = points;
      const title = `Cost of one operation as ${axis} grow`;
      const lines = (first?.rows ?? []).map(({ work, processor }, at) => ({ name: work, values: points.map(({ rows }) => (rows[at]?.processor ?? Number.NaN) / processor) }));
      const steps = points.map(({ size }) => size[axis].toLocaleString('en'));
      const description = `Processor time as multiples of that with ${steps[0]} ${axis}. ${lines.map(({ name, values }) => `${name}: ${values.map((value) => `${value.toFixed(2)}×`).join(', ')}.`).join(' ')}`;
      return { name: `${axis}.svg`, title, svg: plot({ title, description, across: axis, steps, lines, limit: growthGoal }) };
    });
}
