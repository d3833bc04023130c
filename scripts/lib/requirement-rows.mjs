// Rows of docs/requirements.md, and which titles of tests name them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inRoot } from './paths.mjs';

const rowName = /\b(?:S[1-5]-\d\d|A\d\d)\b/g;

/** Row ids in the order of the document, with the first words of each, and the row it points to if it does. */
export function requirementRows() {
  /** @type {Map<string, { words: string, as: string | undefined }>} */
  const found = new Map();
  for (const line of readFileSync(inRoot('docs/requirements.md'), 'utf8').split('\n')) {
    const match = /^\| (S[1-5]-\d\d|A\d\d) \| ([^|]*)\|(?: as (S[1-5]-\d\d|A\d\d):)?/.exec(line);
    if (match) found.set(match[1], { words: match[2].trim(), as: match[3] });
  }
  return found;
}

/**
 * Every file of tests below a folder of the repository.
 * @param {string} folder
 * @returns {Generator<string>}
 */
export function* testFiles(folder = 'test') {
  for (const entry of readdirSync(inRoot(folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* testFiles(path);
    else if (/\.(?:test|spec)\.tsx?$/.test(entry.name)) yield path;
  }
}

/**
 * Titles of tests and suites: the first string after `it(`, `test(` or `describe(`, also with `.each(...)`.
 * @param {string} source
 * @returns {Generator<string>}
 */
export function* titles(source) {
  const call = new RegExp(String.raw`\b(?:it|test|describe)(?:\.[a-zA-Z]+)?(?:\(${withinBrackets(6)}*\))?\(\s*(['"\`])((?:\\.|(?!\1)[^\\])*)\1`, 'g');
  for (const match of source.matchAll(call)) yield match[2] ?? '';
}

/**
 * A piece of what stands between round brackets: a string, a character, or further brackets so many deep.
 * @param {number} depth
 * @returns {string}
 */
function withinBrackets(depth) {
  const piece = String.raw`[^()'"\`]|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\`(?:\\.|[^\`\\])*\``;
  return depth === 0 ? `(?:${piece})` : `(?:${piece}|\\(${withinBrackets(depth - 1)}*\\))`;
}

/**
 * The rows a title names; `S1-27…S1-29` counts for each row between.
 * @param {string} title
 */
export function rowsIn(title) {
  /** @type {string[]} */
  const named = title.match(rowName) ?? [];
  for (const range of title.matchAll(/\b(S[1-5]-|A)(\d\d)\s*(?:…|–|\.\.\.?)\s*(?:\1)?(\d\d)\b/g)) {
    for (let n = Number(range[2]); n <= Number(range[3]); n += 1) named.push(`${range[1]}${String(n).padStart(2, '0')}`);
  }
  return new Set(named);
}

/**
 * What stands before the first colon of a title as rows do (a letter, a number: `S1-04 A22`), and is none of the document.
 * @param {string} title
 * @param {ReadonlyMap<string, unknown>} known
 */
export function unknownRows(title, known) {
  const [, head = ''] = /^((?:[A-Z]\d+(?:-\d+)?[ ,]+)*[A-Z]\d+(?:-\d+)?): /.exec(title) ?? [];
  return head.split(/[ ,]+/).filter((word) => word !== '' && !known.has(word));
}
