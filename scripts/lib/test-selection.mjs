// Which stages the words after `npm test --` mean.
import { existsSync } from 'node:fs';
import { inRoot } from './paths.mjs';
import { PlainError } from './say.mjs';

/** None of these needs what another finds or makes, and lint keeps one core busy, the others hardly more: at once they take two thirds of the time. */
const LOOKED_AT = ['lint', 'types', 'build'];

/** Each is one thing after the other, with a core that has nothing to do, and neither measures time. */
const ONE_AFTER_THE_OTHER = ['electron', 'package'];

const AT_ONCE = [LOOKED_AT, ONE_AFTER_THE_OTHER];

const STAGES = ['lockfile', 'lint', 'types', 'build', 'vitest', 'e2e', 'electron', 'package'];

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
      continue;
    }
    const path = name.includes('/') ? name : `test/${name}/`;
    if (!name.includes('/') && !existsSync(inRoot(path))) throw new PlainError(`${name} is neither a stage (${STAGES.join(', ')}) nor a folder of test/.`);
    const stage = /(^|\/)test\/(electron|e2e|package)\//.exec(path)?.[2] ?? 'vitest';
    stages.add(stage);
    (filters[stage] ??= []).push(path);
  }
  if (['vitest', 'electron', 'e2e', 'package'].some((stage) => stages.has(stage))) stages.add('build');
  return { stages: STAGES.filter((stage) => stages.has(stage)), filters, options };
}

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
