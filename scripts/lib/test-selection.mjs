// Which stages the words after `npm test --` mean.
import { existsSync } from 'node:fs';
import { inRoot } from './paths.mjs';
import { PlainError } from './say.mjs';

/** None of these needs what another finds or makes, and lint keeps one core busy, the others hardly more: at once they take two thirds of the time. */
const LOOKED_AT = ['lint', 'types', 'build'];

/** None of these measures time. The last two are each one thing after the other, and windows leave as much of the cores as they take, above all towards their end. */
const NOT_MEASURED = ['e2e', 'electron', 'package'];

const AT_ONCE = [LOOKED_AT, NOT_MEASURED];

/** Real windows that are measured, while nothing else runs. */
export const MEASURED_WINDOWS = 'test/e2e/flood.test.ts';

const STAGES = ['lockfile', 'lint', 'types', 'build', 'vitest', 'flood', 'e2e', 'electron', 'package'];

/**
 * A word is a stage, a folder of test/ (`unit`, `integration`, …) or a path; words from the first dash on go to the runner.
 * Running tests includes building what they run.
 * @param {readonly string[]} words
 * @returns {{ stages: string[], filters: Record<string, string[]>, options: string[] }}
 */
export function selection(words) {
  const dash = words.findIndex((word) => word.startsWith('-'));
  const names = dash < 0 ? words : words.slice(0, dash);
  const options = dash < 0 ? [] : words.slice(dash);
  if (names.length === 0) return { stages: STAGES, filters: {}, options };
  const stages = new Set();
  /** @type {Record<string, string[]>} */
  const filters = {};
  for (const name of names) {
    if (STAGES.includes(name)) {
      stages.add(name);
      if (name === 'e2e') stages.add('flood');
      continue;
    }
    const path = name.includes('/') ? name : `test/${name}/`;
    if (!name.includes('/') && !existsSync(inRoot(path))) throw new PlainError(`${name} is neither a stage (${STAGES.join(', ')}) nor a folder of test/.`);
    const folder = /(^|\/)test\/(electron|e2e|package)\//.exec(path)?.[2] ?? 'vitest';
    for (const stage of folder === 'e2e' ? ofWindows(path) : [folder]) {
      stages.add(stage);
      (filters[stage] ??= []).push(path);
    }
  }
  if (['vitest', 'electron', 'flood', 'e2e', 'package'].some((stage) => stages.has(stage))) stages.add('build');
  return { stages: STAGES.filter((stage) => stages.has(stage)), filters, options };
}

/** Those that are measured, all others, or both. @param {string} path */
const ofWindows = (path) => (path.endsWith(MEASURED_WINDOWS) ? ['flood'] : MEASURED_WINDOWS.startsWith(path) ? ['flood', 'e2e'] : ['e2e']);

/** Whether these stages take npm's packages alone, or wait themselves for what else they take. @param {readonly string[]} group */
export const takesPackagesAlone = (group) => group.every((name) => name === 'lockfile' || LOOKED_AT.includes(name));

/** Stages in their order, those that run at once together. @param {readonly string[]} names @returns {string[][]} */
export function together(names) {
  /** @type {string[][]} */
  const groups = [];
  for (const name of names) {
    const last = groups.at(-1);
    if (last && AT_ONCE.some((stages) => [...last, name].every((each) => stages.includes(each)))) last.push(name);
    else groups.push([name]);
  }
  return groups;
}
