import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { purposes } from '../../electron/engine/crypto/purpose';
import { topics } from '../../electron/services/devices/topics';
import { german } from '../../renderer/i18n/german';
import { english } from '../../renderer/i18n/messages';
import { ownLockfileProblems } from '../../scripts/lib/lockfile.mjs';
import { requirementRows, rowsIn, testFiles, titles, unknownRows } from '../../scripts/lib/requirement-rows.mjs';
import { commands } from '../../shared/model/shortcuts';
import { CODE_RULES, tooLong, WINDOW_FACTORY } from './code-rules';
import { unlistedPackages } from './dependency-list';
import { missingCommands, missingOptions } from './document-commands';
import { missingPaths } from './document-paths';
import { keysThatCallNothing, labelsNotInTheWindow, missingAnchors, unnamedLabels, wordsNotInTheWindow } from './document-words';
import { chainTo, cycles, importProblems } from './import-rules';
import { factsOf, linesOf, readSources, ROOT } from './source-facts';
import { unusedExports } from './unused-exports';

/** The text of every file of code in these folders, and of what configures the tools. */
const textsIn = (folders: readonly string[]): Map<string, string> => {
  const paths = folders.flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)));
  const sources = paths.filter((path) => /\.[cm]?[jt]sx?$/.test(path) && !path.includes('node_modules'));
  return new Map([...sources, 'vite.config.mts', 'vitest.config.mts', 'playwright.config.ts'].map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]));
};

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

test('what a file exports another one uses', () => {
  const product = ['electron', 'renderer', 'shared', 'scripts'];
  expect(unusedExports(textsIn(product), textsIn([...product, 'test']))).toEqual([]);
});

test('tests and scripts are as short as the files they are about', () => {
  const texts = textsIn(['test', 'scripts']);
  expect(texts.size).toBeGreaterThan(1000);
  expect([...texts].flatMap(([path, text]) => tooLong(path, linesOf(text)))).toEqual([]);
});

test('the second implementation knows the document alone: its own files, Node and libsodium', () => {
  const folder = join(ROOT, 'test/second');
  const names = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
  expect(names.length).toBeGreaterThan(10);
  const imported = names.flatMap((name) => factsOf(name, readFileSync(join(folder, name), 'utf8')).imports.map(({ specifier }) => `${name}: ${specifier}`));
  expect(imported.length).toBeGreaterThan(names.length);
  expect(imported.filter((one) => !/: (\.\/[a-z-]+\.mjs|node:[a-z/]+|libsodium-wrappers|sodium-native|\.\.\/vectors\/changed\.mjs)$/.test(one))).toEqual([]);
});

test('modules that tests share register no hooks: files share their process, where only the first one that loads such a module would get them', () => {
  const shared = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) && !name.includes('node_modules') && !name.startsWith('e2e/'));
  expect(shared.length).toBeGreaterThan(50);
  // What the configuration names runs before each file.
  const before = ['support/new-file.ts', 'unit/renderer/new-document.ts'];
  expect(shared.filter((name) => !before.includes(name) && /^(?:before|after)(?:Each|All)\(/m.test(readFileSync(join(ROOT, 'test', name), 'utf8')))).toEqual([]);
});

test('dependencies are pinned, locked and checked by hash', () => {
  expect(ownLockfileProblems()).toEqual([]);
});

test('every dependency stands in docs/dependencies.md, with its version and its licence', () => {
  const manifest = (path: string): Record<string, Record<string, string>> & { readonly license: string } => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
  const { dependencies, devDependencies } = manifest('package.json');
  const pinned = Object.entries({ ...dependencies, ...devDependencies }).map(([name, version]) => ({ name, version, licence: manifest(`node_modules/${name}/package.json`).license }));
  expect(pinned.length).toBeGreaterThan(30);
  expect(unlistedPackages(readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8'), pinned)).toEqual([]);
});

test('npm never runs what a package brings: every call of it says so', () => {
  const scripts = readdirSync(join(ROOT, 'scripts'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.mjs'));
  const calls = scripts.flatMap((name) => [...readFileSync(join(ROOT, 'scripts', name), 'utf8').matchAll(/npmCommand\(\[[^\]]*\]/g)].map(([call]) => `${name}: ${call}`));
  expect(calls.length).toBeGreaterThan(2);
  expect(calls.filter((call) => !call.includes("'--ignore-scripts'"))).toEqual([]);
});

test('what a title of a test names as a row is one, and every row is named', () => {
  const known = requirementRows();
  const all = [...testFiles()].flatMap((file) => [...titles(readFileSync(join(ROOT, file), 'utf8'))].map((title) => [file, title] as const));
  expect(known.size).toBeGreaterThan(250);
  expect(all.flatMap(([file, title]) => unknownRows(title, known).map((row) => `${file}: ${row} is no row`))).toEqual([]);
  const named = new Set(all.flatMap(([, title]) => [...rowsIn(title)]));
  expect([...known].filter(([row, { as }]) => !named.has(row) && !(as !== undefined && named.has(as))).map(([row]) => row)).toEqual([]);
});

test('every label there is stands in docs/protocol.md', () => {
  const protocol = readFileSync(join(ROOT, 'docs/protocol.md'), 'utf8');
  expect(purposes.length).toBeGreaterThan(80);
  expect(unnamedLabels(purposes, protocol)).toEqual([]);
});

test('every topic of own devices stands in docs/protocol.md, with its number', () => {
  const protocol = readFileSync(join(ROOT, 'docs/protocol.md'), 'utf8');
  expect(Object.entries(topics).map(([name, number]) => `\`${name}\` ${number}`).filter((topic) => !protocol.includes(topic))).toEqual([]);
});

describe('the documents are true', () => {
  const inDocs = existsSync(join(ROOT, 'docs')) ? readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name)) : [];
  const documents = [...readdirSync(ROOT), ...inDocs].filter((name) => name.endsWith('.md'));
  const told = documents.map((name) => [name, readFileSync(join(ROOT, name), 'utf8')] as const);
  const guides = { 'docs/guide.md': english, 'docs/guide.de.md': german };

  test('paths that they mention exist, and headings that they link to', () => {
    expect(documents).toContain('README.md');
    expect(told.flatMap(([name, text]) => missingPaths(name, text, ROOT))).toEqual([]);
    expect(told.flatMap(([name, text]) => missingAnchors(name, text, ROOT))).toEqual([]);
  });

  test('commands that they print are there, with the options that they are given', () => {
    const read = (path: string) => (existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), 'utf8') : undefined);
    const { scripts } = JSON.parse(read('package.json') ?? '{}') as { scripts: Record<string, string> };
    // What a command hands on to stands in other files.
    const behind: Record<string, readonly string[]> = { start: ['electron/main.ts'], headless: ['electron/headless/arguments.ts'], test: ['scripts/lib/test-selection.mjs', 'scripts/lib/test-stages.mjs'], updates: ['scripts/updates/words.mjs'] };
    const npm = new Map(Object.entries(scripts).map(([name, line]) => [name, { source: [line.replace(/^node /, '').split(' ')[0] ?? '', ...(behind[name] ?? [])].map((path) => read(path) ?? '').join('\n') }]));
    const headless = { source: read('electron/headless/arguments.ts') ?? '' };
    expect(told.flatMap(([name, text]) => missingCommands(name, text, { npm, programs: new Map([['keyshift-headless', headless]]), fileText: read }))).toEqual([]);
    const textOf = (document: string) => told.find(([name]) => name === document)?.[1] ?? '';
    expect(missingOptions('docs/headless.md', textOf('docs/headless.md'), headless)).toEqual([]);
    expect(missingOptions('docs/mailbox.md', textOf('docs/mailbox.md'), npm.get('mailbox') ?? { source: '' })).toEqual([]);
  });

  test('what other documents say is to be pressed stands in the window', () => {
    const pages = ['README.md', ...['devices', 'export', 'headless', 'keys', 'mailbox', 'reach', 'devices.de', 'export.de', 'keys.de', 'reach.de'].map((name) => `docs/${name}.md`)];
    expect(told.filter(([name]) => pages.includes(name))).toHaveLength(pages.length);
    expect(told.filter(([name]) => pages.includes(name)).flatMap(([name, text]) => labelsNotInTheWindow(name, text, Object.values(name.endsWith('.de.md') ? german : english)))).toEqual([]);
  });

  test('the guide speaks of what stands in the window, and of keys that call something', () => {
    for (const [name, words] of Object.entries(guides)) {
      const text = told.find(([each]) => each === name)?.[1] ?? '';
      expect(text).toContain('**');
      expect(wordsNotInTheWindow(name, text, Object.values(words))).toEqual([]);
      expect(keysThatCallNothing(name, text, Object.values(commands).map(({ keys }) => keys))).toEqual([]);
    }
  });
});
