import { goalLines } from './goals.mjs';

/**
 * All goals beside what was measured last, as a table for the terminal.
 * @param {readonly import('./results.mjs').Result[]} results @param {readonly string[]} parts all there are
 */
export function goalsText(results, parts) {
  const lines = goalLines(results.flatMap(({ reports }) => reports));
  const columns = /** @type {const} */ (['work', 'where', 'own', 'anchor', 'against', 'figure', 'must', 'moonshot', 'verdict']);
  const heads = ['work', 'in', 'Keyshift', 'beside', 'what is beside', 'figure', 'must', 'moonshot', ''];
  const rows = [heads, ...lines.map((line) => columns.map((column) => line[column]))];
  const widths = columns.map((_, at) => Math.max(...rows.map((cells) => cells[at]?.length ?? 0)));
  const missing = parts.filter((part) => !results.some((result) => result.part === part));
  return [
    '',
    'All goals beside what was measured last:',
    ...rows.map((cells) => cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ').trimEnd()),
    counted(lines),
    ...(missing.length > 0 ? [`never measured here: ${missing.join(', ')}`] : []),
    '',
  ].join('\n');
}

/** @param {readonly import('./goals.mjs').GoalLine[]} lines */
export function counted(lines) {
  const of = (/** @type {string} */ verdict) => lines.filter((line) => line.verdict === verdict).length;
  return `${lines.length} goals: ${of('moonshot')} at the moonshot, ${of('met')} met, ${of('MISSED')} missed`;
}
