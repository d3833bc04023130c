import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { featureProblems, featureRows } from './features';
import { ROOT } from './source-facts';

test('every feature in the table is proven by a test that is there under its title', () => {
  const text = readFileSync(join(ROOT, 'docs/features.md'), 'utf8');
  expect(featureProblems(text, ROOT)).toEqual([]);
  expect(featureRows(text).length).toBeGreaterThan(80);
});

test('the rule can fail', () => {
  const here = 'test/architecture/features.test.ts';
  const table = (row: string): string => `| | what | where | proof |\n|---|---|---|---|\n${row}\n`;
  expect(featureProblems(table(`| A | does | here | \`${here}\` “the rule can fail” |`), ROOT)).toEqual([]);
  expect(featureProblems(table(`| A | does | here | \`${here}\` “every feature in the table …” |`), ROOT)).toEqual([]);
  expect(featureProblems(table(`| A | does | here | \`${here}\` “the rule can fly” |`), ROOT)).toEqual([`no such title in ${here}: the rule can fly`]);
  expect(featureProblems(table(`| A | does | here | \`${here}\` “…” |`), ROOT)).toHaveLength(1);
  expect(featureProblems(table('| A | does | here | `test/absent.test.ts` “a” |'), ROOT)).toEqual(['no such test: test/absent.test.ts']);
  expect(featureProblems(table('| A | does | here | – |'), ROOT)).toEqual(['proven by nothing: A']);
  expect(featureProblems(table('| A | not there; something else is | – | – |'), ROOT)).toEqual([]);
  expect(featureProblems(table('| A | does | here |'), ROOT)).toContain('not four cells: A');
  expect(featureProblems(table('| A | not there | – | – |\n| A | not there | – | – |'), ROOT)).toEqual(['twice: A']);
});
