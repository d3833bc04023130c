import { describe, expect, test } from 'vitest';
import { lockfileProblems } from '../../scripts/lib/lockfile.mjs';
import { rowsIn, titles, unknownRows } from '../../scripts/lib/requirement-rows.mjs';
import { CODE_RULES, tooLong } from './code-rules';
import { unlistedPackages } from './dependency-list';
import { missingCommands, missingOptions } from './document-commands';
import { missingPaths } from './document-paths';
import { keysThatCallNothing, labelsNotInTheWindow, missingAnchors, unnamedLabels, wordsNotInTheWindow } from './document-words';
import { chainTo, cycles, importProblems } from './import-rules';
import { factsOf, linesOf, ROOT } from './source-facts';
import { unusedExports } from './unused-exports';

/** A house of the given files: path → source. */
const house = (files: Record<string, string>) => Object.entries(files).map(([path, source]) => factsOf(path, source));

describe('each import rule refuses what it forbids', () => {
  test.each([
    ['electron/engine/wire/a.ts', 'electron/engine/crypto/b.ts'],
    ['electron/engine/crypto/a.ts', 'electron/engine/dialog/b.ts'],
    ['electron/engine/identity/a.ts', 'electron/engine/certificates/b.ts'],
    ['electron/engine/certificates/a.ts', 'electron/engine/session/b.ts'],
    ['electron/engine/exchange/a.ts', 'electron/engine/session/b.ts'],
    ['electron/engine/session/a.ts', 'electron/engine/dialog/b.ts'],
    ['electron/engine/dialog/a.ts', 'electron/services/b.ts'],
    ['electron/engine/ports.ts', 'electron/services/ports.ts'],
    ['electron/storage/a.ts', 'electron/services/b.ts'],
    ['electron/storage/a.ts', 'electron/network/b.ts'],
    ['electron/network/a.ts', 'electron/storage/b.ts'],
    ['electron/network/a.ts', 'electron/services/b.ts'],
    ['electron/services/a.ts', 'electron/storage/b.ts'],
    ['electron/services/a.ts', 'electron/ipc/b.ts'],
    ['electron/ipc/a.ts', 'electron/storage/b.ts'],
    ['electron/preload/a.ts', 'electron/services/b.ts'],
    ['electron/headless.ts', 'electron/window/b.ts'],
    ['renderer/app/a.ts', 'electron/services/b.ts'],
    ['shared/a.ts', 'renderer/app/b.ts'],
    ['shared/a.ts', 'electron/engine/ids.ts'],
  ])('%s must not import %s', (from, to) => {
    const up = '../'.repeat(from.split('/').length - 1) || './';
    const specifier = `${up}${to.replace(/\.ts$/, '')}`;
    for (const statement of [`import { b } from '${specifier}';`, `import type { B } from '${specifier}';`, `export * from '${specifier}';`, `type B = import('${specifier}').B;`, `void import('${specifier}');`]) {
      expect(importProblems(house({ [from]: statement, [to]: 'export {};' }))).toHaveLength(1);
    }
  });

  test.each([
    ['electron/engine/dialog/a.ts', '../crypto/b', 'electron/engine/crypto/b.ts'],
    ['electron/storage/a.ts', '../services/ports', 'electron/services/ports.ts'],
    ['electron/main.ts', './window/b', 'electron/window/b.ts'],
    ['renderer/app/a.ts', '../../shared/b', 'shared/b.ts'],
  ])('%s may import %s', (from, specifier, to) => {
    expect(importProblems(house({ [from]: `import { b } from '${specifier}';`, [to]: 'export {};' }))).toEqual([]);
  });

  test.each([
    ['electron/engine/dialog/a.ts', 'electron'],
    ['electron/engine/dialog/a.ts', 'node:fs'],
    ['electron/engine/dialog/a.ts', 'node:fs/promises'],
    ['electron/engine/dialog/a.ts', 'node:net'],
    ['electron/engine/dialog/a.ts', 'node:crypto'],
    ['electron/engine/crypto/a.ts', 'node:timers'],
    ['electron/engine/wire/a.ts', 'sodium-native'],
    ['electron/services/a.ts', '@signalapp/sqlcipher'],
    ['electron/services/a.ts', 'electron'],
    ['electron/storage/a.ts', 'electron'],
    ['electron/headless.ts', 'electron'],
    ['electron/network/a.ts', 'net'],
    ['renderer/app/a.ts', 'electron'],
    ['renderer/app/a.ts', 'node:path'],
    ['renderer/app/a.ts', 'fs'],
    ['shared/a.ts', 'node:util'],
    ['shared/a.ts', 'react'],
  ])('%s must not import %s', (from, name) => {
    expect(importProblems(house({ [from]: `import { x } from '${name}';` }))).toHaveLength(1);
    expect(importProblems(house({ [from]: `import type { X } from '${name}';` }))).toHaveLength(1);
  });

  test('computed imports, written endings, absent files and files in no room', () => {
    expect(importProblems(house({ 'electron/main.ts': 'const name = "./a"; void import(name);' }))).toHaveLength(1);
    expect(importProblems(house({ 'electron/main.ts': "import './window/a.js';" }))).toHaveLength(1);
    expect(importProblems(house({ 'electron/main.ts': "import './window/absent';" }))).toHaveLength(1);
    expect(importProblems(house({ 'electron/cellar/a.ts': 'export {};' }))).toEqual(['electron/cellar/a.ts stands in no room']);
  });

  test('a chain from the headless peer to Electron is found, a type-only one is none', () => {
    const chain = (kind: string) => house({ 'electron/headless.ts': "import './platform/a';", 'electron/platform/a.ts': `import ${kind} { app } from 'electron';` });
    expect(chainTo(chain(''), 'electron/headless.ts', 'electron')).toBe('electron/headless.ts → electron/platform/a.ts → electron');
    expect(chainTo(chain('type'), 'electron/headless.ts', 'electron')).toBeUndefined();
  });

  test('a circle is found, one of types only is none', () => {
    const circle = (kind: string) => house({ 'shared/a.ts': "import { b } from './b';", 'shared/b.ts': `import ${kind} { a } from './a';` });
    expect(cycles(circle(''))).toEqual(['shared/a.ts → shared/b.ts → shared/a.ts']);
    expect(cycles(circle('type'))).toEqual([]);
  });
});

describe('each rule about code refuses what it forbids', () => {
  const cases: readonly [keyof typeof CODE_RULES, string, string][] = [
    ['pureEngine', 'electron/engine/dialog/a.ts', 'const t = Date.now();'],
    ['pureEngine', 'electron/engine/dialog/a.ts', 'const { now } = Date;'],
    ['pureEngine', 'electron/engine/dialog/a.ts', 'const t = new Date();'],
    ['pureEngine', 'electron/engine/dialog/a.ts', 'const r = Math.random();'],
    ['pureEngine', 'electron/engine/dialog/a.ts', 'setTimeout(() => {}, 1);'],
    ['pureEngine', 'electron/engine/dialog/a.ts', 'const k = randomBytes(32);'],
    ['oneWindowFactory', 'electron/main.ts', "import { BrowserWindow } from 'electron'; new BrowserWindow({});"],
    ['oneWindowFactory', 'electron/window/other.ts', "import * as electron from 'electron'; new electron.BrowserWindow();"],
    ['ipcInOnePlace', 'electron/main.ts', "import { ipcMain } from 'electron'; ipcMain.handle('x', () => 1);"],
    ['ipcInOnePlace', 'electron/main.ts', "import { ipcMain as door } from 'electron'; door.on('x', () => 1);"],
    ['ipcInOnePlace', 'electron/main.ts', "import * as electron from 'electron'; electron.ipcMain.on('x', () => 1);"],
    ['ipcInOnePlace', 'electron/window/a.ts', "import { ipcRenderer } from 'electron'; ipcRenderer.send('x');"],
    ['noCrashUpload', 'electron/main.ts', "import { crashReporter } from 'electron'; crashReporter.start({});"],
    ['fewWaysOut', 'electron/main/a.ts', "import { shell } from 'electron'; void shell.openPath('x');"],
    ['fewWaysOut', 'electron/main/a.ts', "import { shell } from 'electron'; void shell.openExternal('x');"],
    ['fewWaysOut', 'electron/main/a.ts', "import { app } from 'electron'; app.commandLine.appendSwitch('no-sandbox');"],
    ['fewWaysOut', 'electron/main/a.ts', "void window.webContents.executeJavaScript('1');"],
    ['fewWaysOut', 'electron/main/a.ts', "import { execFile } from 'node:child_process'; execFile('x');"],
    ['fewWaysOut', 'electron/storage/foreign-mark.ts', "import { runInNewContext } from 'node:vm'; runInNewContext('1');"],
    ['fewWaysOut', 'electron/main/a.ts', "import { autoUpdater } from 'electron'; autoUpdater.checkForUpdates();"],
    ['fewWaysOut', 'electron/main/a.ts', 'const first = process.argv[1];'],
    ['fewWaysOut', 'electron/main/a.ts', "import { request } from 'node:https'; request('https://x');"],
    ['fewWaysOut', 'electron/network/a.ts', "import { connect } from 'node:tls'; connect({});"],
    ['fewWaysOut', 'electron/main/a.ts', "import { app } from 'electron'; app.relaunch();"],
    ['fewWaysOut', 'electron/preload/a.ts', "import { contextBridge } from 'electron'; contextBridge.exposeInMainWorld('more', {});"],
    ['noMarkup', 'renderer/app/a.ts', "document.body.innerHTML = 'x';"],
    ['noMarkup', 'renderer/app/a.ts', "document.body['innerHTML'] = 'x';"],
    ['noMarkup', 'renderer/app/A.tsx', "export const A = () => <p dangerouslySetInnerHTML={{ __html: '' }} />;"],
    ['noMarkup', 'renderer/app/A.tsx', "const props = { dangerouslySetInnerHTML: { __html: '' } };"],
    ['noMarkup', 'renderer/app/a.ts', "eval('1');"],
    ['noMarkup', 'electron/main.ts', "new Function('return 1');"],
    ['silentRenderer', 'renderer/app/a.ts', "void fetch('x');"],
    ['silentRenderer', 'renderer/app/a.ts', "new WebSocket('x');"],
    ['silentRenderer', 'renderer/app/a.ts', "localStorage.setItem('a', 'b');"],
    ['endsOfEffects', 'renderer/app/A.tsx', "useEffect(() => row.current?.scrollIntoView({ block: 'nearest' }), [row]);"],
    ['endsOfEffects', 'renderer/app/A.tsx', 'React.useLayoutEffect(() => row.current.focus());'],
    ['shape', 'electron/main.ts', `${'// line\n'.repeat(500)}export {};`],
    ['shape', 'shared/ContractValue.ts', 'export const a = 1;'],
    ['shape', 'shared/utils.ts', 'export const a = 1;'],
    ['shape', 'shared/index.ts', "export * from './a'; export { b } from './b';"],
  ];
  test.each(cases)('%s: %s: %s', (rule, path, source) => {
    expect(CODE_RULES[rule](factsOf(path, source))).not.toEqual([]);
  });

  test('and lets pass what is allowed', () => {
    const allowed = house({
      'electron/engine/dialog/a.ts': 'export const at = (time: number) => new Date(time).toISOString();',
      'electron/window/create-window.ts': "import { BrowserWindow } from 'electron'; new BrowserWindow({});",
      'electron/ipc/a.ts': "import { ipcMain } from 'electron'; ipcMain.handle('x', () => 1);",
      'electron/network/a.ts': 'setTimeout(() => Date.now(), 1);',
      'renderer/ui/Button.tsx': 'export const Button = () => <button>ok</button>;',
      'renderer/ui/use-focus.ts': 'useEffect(() => { row.current?.focus(); }); useEffect(() => () => stop.current?.()); useEffect(() => load());',
    });
    for (const rule of Object.values(CODE_RULES)) expect(allowed.flatMap(rule)).toEqual([]);
  });
});

test('a test or a script of more than 400 lines is found, and one of 400 passes', () => {
  const lines = (count: number): string[] => tooLong('test/unit/a.test.ts', linesOf('//\n'.repeat(count - 1)));
  expect([lines(400), lines(401)]).toEqual([[], ['test/unit/a.test.ts has 401 lines (more than 400): one idea per file']]);
});

test('an export that no other file uses is found, and none that one does', () => {
  const found = (own: string, other = ''): string[] => unusedExports(new Map([['a.ts', own]]), new Map([['a.ts', own], ['b.ts', other]]));
  expect(found('export const limit = 1;\nuse(limit);')).toEqual(['a.ts exports limit, which no other file uses']);
  expect(found('export async function call() {}', '// call of somebody else')).toHaveLength(1);
  expect(found('export type Limit = 1;')).toHaveLength(1);
  expect(found('export type Limit = 1;\nexport const take = (limit: Limit) => limit;', "import { take } from './a';")).toEqual([]);
  expect(found('export class Door {}', "import { Door } from './a';")).toEqual([]);
});

describe('the lock file', () => {
  const entry = { version: '1.0.0', integrity: 'sha512-abc' };
  const electron = { ...entry, version: '45.4.1' };
  const manifest = { dependencies: { a: '1.0.0' }, devDependencies: { electron: '45.4.1' } };
  const lock = { packages: { '': manifest, 'node_modules/a': entry, 'node_modules/electron': electron } };

  test('as it should be', () => expect(lockfileProblems(manifest, lock)).toEqual([]));
  test.each([
    ['a range', { ...manifest, dependencies: { a: '^1.0.0' } }, lock],
    ['an entry without hash', manifest, { packages: { ...lock.packages, 'node_modules/a': { version: '1.0.0' } } }],
    ['a weak hash', manifest, { packages: { ...lock.packages, 'node_modules/a': { ...entry, integrity: 'sha1-abc' } } }],
    ['another source', manifest, { packages: { ...lock.packages, 'node_modules/a': { ...entry, resolved: 'git+ssh://git@example.org/a' } } }],
    ['another version', manifest, { packages: { ...lock.packages, 'node_modules/a': { ...entry, version: '1.0.1' } } }],
    ['a link', manifest, { packages: { ...lock.packages, 'node_modules/b': { ...entry, link: true } } }],
    ['a dependency that is not declared', { devDependencies: manifest.devDependencies }, lock],
    ['a package that runs something when installed', manifest, { packages: { ...lock.packages, 'node_modules/a/node_modules/b': { ...entry, hasInstallScript: true } } }],
    ['a script npm runs by itself', { ...manifest, scripts: { postinstall: 'node x' } }, lock],
    ['an outdated Electron', { ...manifest, devDependencies: { electron: '25.1.1' } }, { packages: { ...lock.packages, '': { ...manifest, devDependencies: { electron: '25.1.1' } }, 'node_modules/electron': { ...entry, version: '25.1.1' } } }],
  ])('with %s is refused', (_what, changedManifest, changedLock) => {
    expect(lockfileProblems(changedManifest, changedLock)).not.toEqual([]);
  });
});

test('a title that names a row which is none is found', () => {
  const known = new Map([['S1-04', {}], ['A22', {}]]);
  expect(unknownRows('S1-04 A22: once', known)).toEqual([]);
  expect(unknownRows('S1-04 S6-10 P5: once', known)).toEqual(['S6-10', 'P5']);
  for (const title of ['Python', 'TCP: closed']) expect(unknownRows(title, known)).toEqual([]);
  expect(unknownRows('one of S9-99: none', known)).toEqual([]);
  expect([...rowsIn('S1-27…S1-29 A22: all')]).toEqual(['S1-27', 'S1-29', 'A22', 'S1-28']);
  expect([...titles("describe('a', () => { it.each([1])('of one: b', () => {}); });")]).toEqual(['a', 'of one: b']);
  const tables = ["it.each(['a', [1]] as const)('of a list', f);", "test.each(all.flatMap((one) => [0, 1].map((at) => [`${one})`, at])))('of what is made', f);", "it.runIf(isHere())('somewhere', f);"];
  expect([...titles(tables.join('\n'))]).toEqual(['of a list', 'of what is made', 'somewhere']);
});

test('a dependency that is not listed, or with another version or licence, is found', () => {
  const found = (row: string): string[] => unlistedPackages(row, [{ name: 'a', version: '1.0.0', licence: '(MIT OR Apache-2.0)' }]);
  expect(found('| `a`, `b` 1.0.0 | why | MIT OR Apache-2.0 |')).toEqual([]);
  expect(found('| `b` 1.0.0 | why | MIT |')).toEqual(['a is not there']);
  expect(found('| `a` 1.0.1 | why | MIT OR Apache-2.0 |')).toEqual(['a is 1.0.0, and not 1.0.1']);
  expect(found('| `a` 1.0.0 | why | ISC |')).toEqual(['a is under (MIT OR Apache-2.0)']);
});

test('a document that names a path or link which is not there is found', () => {
  expect(missingPaths('docs/a.md', 'See `electron/main.ts:12`, `docs/` and `npm test`.', ROOT)).toEqual(expect.not.arrayContaining([expect.stringContaining('docs/,')]));
  expect(missingPaths('docs/a.md', 'See `electron/absent.ts`.', ROOT)).toEqual(['docs/a.md mentions electron/absent.ts, which does not exist']);
  expect(missingPaths('docs/a.md', '[x](absent.md#part), [y](https://example.org), [z](#here)', ROOT)).toEqual(['docs/a.md links to absent.md, which does not exist']);
});

test('a document that prints a command or an option which is not there is found', () => {
  const command = { source: "options: { seconds: { type: 'string' }, anew: { type: 'boolean' } }, more: text" };
  const at = { npm: new Map([['fuzz', command]]), programs: new Map([['keyshift-headless', command]]), fileText: (path: string) => (path === 'scripts/a.mjs' ? command.source : undefined) };
  const found = (text: string): string[] => missingCommands('docs/a.md', text, at);
  expect(found('`npm run fuzz -- --seconds 6 --anew` and `npm install --global x`, `keyshift-headless --more`\n```sh\nnpm run -s fuzz -- --help # --absent\nnode scripts/a.mjs --anew\n```')).toEqual([]);
  expect(found('each line of `npm run`')).toEqual([]);
  expect(found('`npm run buzz`')).toEqual(['docs/a.md says npm buzz, which is not there']);
  expect(found('```sh\nnpm run fuzz -- --minutes 6\n```')).toEqual(['docs/a.md: npm fuzz takes no --minutes']);
  expect(found('`keyshift-headless --prose`, `node scripts/b.mjs`, `node scripts/a.mjs --new`')).toEqual([
    'docs/a.md: keyshift-headless takes no --prose',
    'docs/a.md says node scripts/b.mjs, which is not there',
    'docs/a.md: scripts/a.mjs takes no --new',
  ]);
  expect(missingOptions('docs/a.md', 'with `--anew` or `--old FILE`', command)).toEqual(['docs/a.md names --old, which is no option']);
});

test('another document that names a label which is not there is found', () => {
  expect(labelsNotInTheWindow('docs/a.md', 'Press **Save\nit**, then **Settings → Mailbox**, *Remove*, *it* and **not this**; **Settings → Mailbox says that it is full**.', ['Save it', 'Settings', 'Mailbox', 'Remove'])).toEqual([]);
  expect(labelsNotInTheWindow('docs/a.md', 'Press **Keep**, **Settings → Letters**, *Remove*.', ['Settings'])).toEqual(['docs/a.md says **Remove**, which is nowhere in the window', 'docs/a.md says **Letters**, which is nowhere in the window', 'docs/a.md says **Keep**, which is nowhere in the window']);
});

test('a document that links to no heading, speaks of a button that is not there, or of keys that call nothing, is found', () => {
  expect(missingAnchors('docs/a.md', '# One: two `x`\n[a](#one-two-x) [b](#two) [c](security.md#not-there) [d](https://example.org/#x)', ROOT)).toEqual([
    'docs/a.md links to #two, which is not there',
    'docs/a.md links to security.md#not-there, which is not there',
  ]);
  expect(wordsNotInTheWindow('docs/a.md', 'Press **Settings → Backup…** or **Absent**, or **Ctrl+L**.', ['Settings', 'Backup'])).toEqual(['docs/a.md says **Absent**, which is nowhere in the window']);
  expect(keysThatCallNothing('docs/a.md', 'Ctrl+L locks, Ctrl+Shift+Q does not.', ['Mod+L'])).toEqual(['docs/a.md names Ctrl+Shift+Q, which calls nothing']);
  expect(keysThatCallNothing('docs/a.md', 'Strg+L sperrt, Strg+Umschalt+K geht dorthin, Strg+Umschalt+Q nicht.', ['Mod+L', 'Mod+Shift+K'])).toEqual(['docs/a.md names Strg+Umschalt+Q, which calls nothing']);
  expect(unnamedLabels(['card', 'm1'], 'signed under "card", never under m1')).toEqual(['docs/protocol.md does not say "m1"']);
});
