// Prints every row of docs/requirements.md with the tests whose titles name it, then the rows that have none.
// A row whose last column begins with "as S2-13:" has its point there, and its tests too.
// `npm run trace -- --missing` prints only the latter, counted per part; the exit code is 0 either way: it is a report, not a gate.
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
const rowName = /\b(?:S[1-5]-\d\d|A\d\d)\b/g;

/** Row ids in the order of the document, with the first words of each, and the row it points to if it does. */
function rows() {
  const found = new Map();
  for (const line of readFileSync(join(root, 'docs/requirements.md'), 'utf8').split('\n')) {
    const match = /^\| (S[1-5]-\d\d|A\d\d) \| ([^|]*)\|(?: as (S[1-5]-\d\d|A\d\d):)?/.exec(line);
    if (match) found.set(match[1], { words: match[2].trim(), as: match[3] });
  }
  return found;
}

function partOf(row) {
  return row.startsWith('S') ? row.slice(0, 2) : 'A';
}

function* testFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* testFiles(path);
    else if (/\.(?:test|spec)\.tsx?$/.test(entry.name)) yield path;
  }
}

/** Titles of tests and suites: the first string after `it(`, `test(` or `describe(`, also with `.each(...)`. */
function* titles(source) {
  const call = /\b(?:it|test|describe)(?:\.[a-z]+)?(?:\((?:\[[^\]]*\]|[a-zA-Z]+)\))?\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g;
  for (const match of source.matchAll(call)) yield match[2];
}

/** `S1-27…S1-29` counts for each row between. */
function expand(title) {
  const named = title.match(rowName) ?? [];
  for (const range of title.matchAll(/\b(S[1-5]-|A)(\d\d)\s*(?:…|–|\.\.\.?)\s*(?:\1)?(\d\d)\b/g)) {
    for (let n = Number(range[2]); n <= Number(range[3]); n += 1) named.push(`${range[1]}${String(n).padStart(2, '0')}`);
  }
  return new Set(named);
}

const known = rows();
/** @type {Map<string, string[]>} */
const proofs = new Map([...known.keys()].map((row) => [row, []]));
const strangers = [];
for (const file of testFiles(join(root, 'test'))) {
  for (const title of titles(readFileSync(file, 'utf8'))) {
    for (const row of expand(title)) {
      const list = proofs.get(row);
      if (list) list.push(`${relative(root, file)}: ${title}`);
      else strangers.push(`${row} in ${relative(root, file)}`);
    }
  }
}

const isProven = (row) => (proofs.get(row)?.length ?? 0) > 0;
const missing = [...known].filter(([row, { as }]) => !isProven(row) && !(as && isProven(as))).map(([row]) => row);
if (!process.argv.includes('--missing')) {
  for (const [row, tests] of proofs) {
    const { words, as } = known.get(row);
    console.log(`${row}  ${words}${as ? `  → ${as}` : ''}`);
    for (const test of tests) console.log(`    ${test}`);
  }
  console.log('');
}
/** S1 … S5 and A: the parts of the document. */
for (const part of new Set([...known.keys()].map(partOf))) {
  const all = [...known.keys()].filter((row) => partOf(row) === part);
  const without = missing.filter((row) => partOf(row) === part);
  console.log(`${part.padEnd(2)}  ${String(all.length - without.length).padStart(3)} of ${String(all.length).padStart(3)} rows are named by a test; without: ${without.join(' ') || 'none'}`);
}
console.log(`All ${String(known.size - missing.length).padStart(3)} of ${String(known.size).padStart(3)}`);
if (strangers.length > 0) console.log(`Named by a test but not a row: ${strangers.join(', ')}`);
