import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isRight } from '../../../electron/platform/contractions';
import { Spelling } from '../../../electron/platform/spelling';

const folder = mkdtempSync(join(tmpdir(), 'keyshift-spelling-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a dictionary that could not be read once is left alone for a while, then read; nobody waits for a thread that has ended', async () => {
  const [file, broken] = [join(folder, 'worker.cjs'), join(folder, 'broken')];
  writeFileSync(broken, '');
  writeFileSync(
    file,
    `const { existsSync } = require('node:fs');
    if (existsSync(${JSON.stringify(broken)})) throw new Error('too many open files');
    require('node:worker_threads').parentPort.on('message', ({ id, words }) => require('node:worker_threads').parentPort.postMessage({ id, words }));`,
  );
  let failures = 0;
  const spelling = new Spelling(file, () => (failures += 1), 300);
  // Where it cannot be read, every word counts as right.
  expect(await spelling.misspelled('en', ['wrod'])).toEqual([]);
  const begun = performance.now();
  expect(await spelling.misspelled('en', ['wrod'])).toEqual([]);
  expect([failures, performance.now() - begun < 250, existsSync(broken)]).toEqual([1, true, true]);
  rmSync(broken);
  await new Promise((resolve) => setTimeout(resolve, 350));
  expect(await spelling.misspelled('en', ['wrod'])).toEqual(['wrod']);
  expect(failures).toBe(1);
  spelling.close();
});

test('in German a word that swallowed the next one is right where what is before its apostrophe is; a plural with one is not, nor is it in English', () => {
  const lexicon = new Set(['geht', 'hab', 'hätte', 'für', 'so', 'Auto', 'Autos']);
  const right = (word: string, isGerman = true): boolean => isRight(word, isGerman, (each) => lexicon.has(each));
  expect(['geht’s', "geht's", 'Geht’s', 'hab’s', 'hätt’s', 'für’n', 'so’ne', 'Autos'].filter((word) => !right(word))).toEqual([]);
  expect(['Auto’s', 'geht’x', 'ghet’s', '’s', 'geht’', 'gehts'].filter((word) => right(word))).toEqual([]);
  expect(right("geht's", false)).toBe(false);
});

test('in German loan words and names of every day are right, small ones also at the beginning of a sentence; other spellings of them are not, nor are they in English', () => {
  const right = (word: string, isGerman = true): boolean => isRight(word, isGerman, () => false);
  expect(['ok', 'Ok', 'OK', 'sorry', 'Sorry', 'WhatsApp', 'iPhone', 'gecheckt', 'Gecheckt', 'App', 'nö', 'Nö'].filter((word) => !right(word))).toEqual([]);
  expect(['', 'whatsapp', 'app', 'IPhone', 'sory', 'gechekt', 'SORRY'].filter((word) => right(word))).toEqual([]);
  expect(right('WhatsApp', false)).toBe(false);
});
