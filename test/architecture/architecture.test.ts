import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ownLockfileProblems } from '../../scripts/lib/lockfile.mjs';
import { CODE_RULES, WINDOW_FACTORY } from './code-rules';
import { missingPaths } from './document-paths';
import { chainTo, cycles, importProblems } from './import-rules';
import { readSources, ROOT } from './source-facts';

const files = readSources(['electron', 'renderer', 'shared']);

describe('the house stands as docs/architecture.md says', () => {
  test('every import follows the arrows, import type as well', () => {
    expect(importProblems(files)).toEqual([]);
  });

  test('the headless peer never reaches Electron', () => {
    expect(files.some(({ path }) => path === 'electron/headless.ts')).toBe(true);
    expect(chainTo(files, 'electron/headless.ts', 'electron')).toBeUndefined();
  });

  test('the window carries no schema: one would try `new Function`, which the content policy refuses', () => {
    expect(files.some(({ path }) => path === 'renderer/main.tsx')).toBe(true);
    expect(chainTo(files, 'renderer/main.tsx', 'zod')).toBeUndefined();
  });

  test('no circles among run-time imports', () => {
    expect(cycles(files)).toEqual([]);
  });

  test('the window factory the rule names is there', () => {
    expect(files.find(({ path }) => path === WINDOW_FACTORY)?.constructed).toContain('BrowserWindow');
  });

  test.each(Object.entries(CODE_RULES))('no file breaks the rule %s', (_name, rule) => {
    expect(files.flatMap(rule)).toEqual([]);
  });
});

test('dependencies are pinned, locked and checked by hash', () => {
  expect(ownLockfileProblems()).toEqual([]);
});

test('paths that the documents mention exist', () => {
  const inDocs = existsSync(join(ROOT, 'docs')) ? readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)) : [];
  const documents = [...readdirSync(ROOT), ...inDocs].filter((name) => name.endsWith('.md'));
  expect(documents).toContain('README.md');
  expect(documents.flatMap((name) => missingPaths(name, readFileSync(join(ROOT, name), 'utf8'), ROOT))).toEqual([]);
});
