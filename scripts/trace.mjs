// `npm run trace`: every row of docs/requirements.md with the tests whose titles name it, then the rows that have none.
// A row whose last column begins with "as S2-13:" has its point there, and its tests too.
//   --missing         only the latter, counted per part
// The exit code is 0 either way: it is a report, not a gate.
import { readFileSync } from 'node:fs';
import { inRoot } from './lib/paths.mjs';
import { requirementRows, rowsIn, testFiles, titles } from './lib/requirement-rows.mjs';
import { asCommand } from './lib/say.mjs';

/** S1 … S5 and A: the parts of the document. @param {string} row */
const partOf = (row) => (row.startsWith('S') ? row.slice(0, 2) : 'A');

await asCommand(() => {
  const known = requirementRows();
  /** @type {Map<string, string[]>} */
  const proofs = new Map([...known.keys()].map((row) => [row, []]));
  for (const file of testFiles()) {
    for (const title of titles(readFileSync(inRoot(file), 'utf8'))) {
      for (const row of rowsIn(title)) proofs.get(row)?.push(`${file}: ${title}`);
    }
  }
  /** @param {string | undefined} row */
  const isProven = (row) => row !== undefined && (proofs.get(row) ?? []).length > 0;
  const missing = [...known].filter(([row, { as }]) => !isProven(row) && !isProven(as)).map(([row]) => row);
  if (!process.argv.includes('--missing')) {
    for (const [row, { words, as }] of known) {
      console.log(`${row}  ${words}${as ? `  → ${as}` : ''}`);
      for (const test of proofs.get(row) ?? []) console.log(`    ${test}`);
    }
    console.log('');
  }
  for (const part of new Set([...known.keys()].map(partOf))) {
    const all = [...known.keys()].filter((row) => partOf(row) === part);
    const without = missing.filter((row) => partOf(row) === part);
    console.log(`${part.padEnd(2)}  ${String(all.length - without.length).padStart(3)} of ${String(all.length).padStart(3)} rows are named by a test; without: ${without.join(' ') || 'none'}`);
  }
  console.log(`All ${String(known.size - missing.length).padStart(3)} of ${String(known.size).padStart(3)}`);
});
