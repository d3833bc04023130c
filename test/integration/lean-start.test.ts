import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { runInNewContext } from 'node:vm';
import { build as esbuild, type Plugin } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { build } from '../../scripts/build.mjs';
import { inAscii } from '../../scripts/lib/program-bundle.mjs';
import { readAtStart } from '../../scripts/lib/program-parts.mjs';
import { out, root } from '../../scripts/lib/paths.mjs';
import { plainSchemas } from '../../scripts/lib/plain-schemas.mjs';

// What a start reads before it can show anything, by what was built and not by the clock: docs/performance.md, decisions 053, 077 and 095.

await build(['main', 'headless', 'renderer']);

const files = readdirSync(out).filter((name) => /^main(?:-[\w-]+)?\.cjs$/.test(name));
const textOf = new Map(files.map((name) => [name, readFileSync(join(out, name), 'latin1')] as const));
/** Parts of the program by name: the file each lies in, and its text. */
const parts = new Map([...textOf].flatMap(([file, text]) => text.split(/^known\.set\(/m).slice(1).map((part) => [/^"([^"]+)"/.exec(part)?.[1] ?? '', { file, part }] as const)));
const asked = /^(?!.*Promise\.resolve\(\)\.then).*?\b(part|require)\("([^"]+)"\)/gm;

/** Parts that run with this one at once, and what they take of others: not what they ask for behind a promise. */
function runAtOnce(name: string, own = new Set<string>(), foreign = new Set<string>()): { readonly own: Set<string>; readonly foreign: Set<string> } {
  if (own.has(name)) return { own, foreign };
  own.add(name);
  for (const [, way, needed = ''] of (parts.get(name)?.part ?? '').matchAll(asked)) {
    if (way === 'part') runAtOnce(needed, own, foreign);
    else foreign.add(needed);
  }
  return { own, foreign };
}

describe('before there is a window', () => {
  const { own, foreign } = runAtOnce('main');

  it('nothing is read but one file, Electron and Node: no native library, no WebAssembly', () => {
    expect(own.size).toBeGreaterThan(1);
    expect([...new Set([...own].map((name) => parts.get(name)?.file))]).toEqual(['main-window.cjs']);
    // Beside it, what reads it.
    expect(textOf.get('main.cjs')?.length).toBeLessThan(20_000);
    expect([...foreign].filter((name) => !/^(node:|electron$|original-fs$)/.test(name))).toEqual([]);
    expect([...foreign]).toContain('electron');
  });

  it('it is at most 450 KB, and the services are elsewhere', () => {
    const text = textOf.get('main-window.cjs') ?? '';
    expect(text.length).toBeGreaterThan(100_000);
    expect(text.length).toBeLessThan(450_000);
    for (const part of ['VaultService = class', 'function selfTest(', 'SqlDatabase = class']) expect(text).not.toContain(part);
    expect(text).toContain('function openShell(');
  });

  it('no file takes two bytes a letter, and none looks for the place of its native library', () => {
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter((name) => /[^\x00-\x7f]/.test(textOf.get(name) ?? ''))).toEqual([]);
    const all = [...textOf.values()].join('');
    for (const looking of ['require("require-addon")', 'require("node-gyp-build")', 'require("sodium-native")', 'require("@signalapp/sqlcipher")']) expect(all).not.toContain(looking);
    // Both are still loaded.
    for (const place of ['sodium-native.node', '@signalapp+sqlcipher.node']) expect(all).toContain(place);
  });
});

describe('behind the window', () => {
  const pieces = readAtStart().map((source) => basename(source, '.ts'));
  const entry = (piece: string): string => [...parts.keys()].find((name) => name.startsWith(`main-${piece}-`) && !name.startsWith('main-chunk-')) ?? 'missing';

  it('each piece that is read at a start brings one file of at most 450 KB, and all of them at most 2.3 MB', () => {
    expect(pieces.length).toBeGreaterThan(5);
    const read = new Set(pieces.flatMap((piece) => [...runAtOnce(entry(piece)).own].map((name) => parts.get(name)?.file ?? 'missing')));
    read.delete('main-window.cjs');
    expect([...read]).not.toContain('missing');
    expect(read.size).toBeLessThanOrEqual(pieces.length);
    const sizes = [...read].map((file) => textOf.get(file)?.length ?? 0);
    expect(Math.max(...sizes)).toBeLessThan(450_000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_300_000);
  });

  it('what makes backups, exports, key files and papers of organisations is not among it', () => {
    const read = [...new Set(pieces.flatMap((piece) => [...runAtOnce(entry(piece)).own]))].map((name) => parts.get(name)?.part ?? '').join('');
    for (const part of ['function backupService(', 'function exportService(', 'function keyFilesService(', 'function contactKeysService(', 'function keysService(', 'function filesService(', 'function contactDevicesService(', 'function messageChangesService(', 'function searchService(', 'function endorsementsService(', 'function envelopesService(', 'function kitPage(', 'function cleaned(', 'encodeQR(']) {
      expect(read).not.toContain(part);
      expect([...textOf.values()].join('')).toContain(part);
    }
    expect(read).toContain('VaultService = class');
  });
});

describe('the headless peer', () => {
  it('starts with one file of at most 2.4 MB in ASCII; mailboxes, backups and exports are read when they are wanted', () => {
    const text = readFileSync(join(out, 'headless-start.cjs'), 'latin1');
    expect(text).toMatch(/^[\x00-\x7f]+$/);
    expect(text.length).toBeLessThan(2_400_000);
    expect(text).toContain('VaultService = class');
    const elsewhere = readdirSync(out).filter((name) => /^headless-.*\.cjs$/.test(name) && name !== 'headless-start.cjs').map((name) => readFileSync(join(out, name), 'latin1')).join('');
    for (const part of ['JetStreamClientImpl = class', 'function backupService(', 'function exportService(']) expect([part, text.includes(part), elsewhere.includes(part)]).toEqual([part, false, true]);
    expect(readFileSync(join(out, 'headless.cjs'), 'latin1').length).toBeLessThan(20_000);
  });

  it('has read all of itself some seconds later, before another version can lie in its place', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'keyshift-rest-'));
    // Waits for nothing, and tells which files are read.
    writeFileSync(join(folder, 'hook.cjs'), `const vm = require('node:vm'); const { Script } = vm; const wait = setTimeout;
globalThis.setTimeout = (work, ms, ...others) => wait(work, ms === 10_000 || ms === 100 ? 0 : ms, ...others);
vm.Script = class extends Script { constructor(text, options) { super(text, options); process.stderr.write('read ' + options.filename + '\\n'); } };`);
    const peer = spawn(process.execPath, ['--require', join(folder, 'hook.cjs'), join(out, 'headless.cjs'), '--profile', join(folder, 'profile')], { stdio: ['pipe', 'ignore', 'pipe'] });
    // Where Node has no ML-KEM of its own it is read at the start.
    const left = new Set(readdirSync(out).filter((name) => /^headless-.*\.cjs$/.test(name) && !name.startsWith('headless-libsodium-')));
    expect(left.size).toBeGreaterThan(10);
    try {
      for await (const line of createInterface({ input: peer.stderr })) {
        if (line.startsWith('read ')) left.delete(basename(line));
        if (left.size === 0) break;
      }
    } finally {
      peer.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
    expect([...left]).toEqual([]);
  });

  it.each([
    ['are gone', (file: string) => rmSync(file)],
    ['are another version’s', (file: string) => writeFileSync(file, '(function (require, __dirname, part, known) { known.set("headless-other", () => undefined); })')],
  ])('says that it was replaced where files it has not read yet %s', { timeout: 60_000 }, async (_how, replace) => {
    const folder = mkdtempSync(join(tmpdir(), 'keyshift-replaced-'));
    const program = join(folder, 'program');
    cpSync(out, program, { recursive: true, filter: (path) => !/main|\.map$/.test(basename(path)) });
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const peer = spawn(process.execPath, [join(program, 'headless.cjs'), '--profile', join(folder, 'profile')], { stdio: ['pipe', 'pipe', 'ignore'] });
    try {
      let answer: unknown;
      for await (const line of createInterface({ input: peer.stdout })) {
        const said = JSON.parse(line) as { id?: number; error?: { code: number; data: unknown } };
        if (said.id === 1) {
          answer = said.error;
          break;
        }
        for (const name of readdirSync(program).filter((each) => /^headless-.*\.cjs$/.test(each) && each !== 'headless-start.cjs')) replace(join(program, name));
        peer.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'authorities.list' })}\n`);
      }
      expect(answer).toMatchObject({ data: { code: 'program.replaced' }, message: expect.stringContaining('Start it again') });
    } finally {
      peer.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

it('schemas are read as they stand: nothing is made of text, wherever in the program a schema was made', async () => {
  const source = "import * as z from 'zod'; const one = z.object({ name: z.string() }); console.log(one.safeParse({ name: 'Anna' }).success, globalThis.made);";
  const made = async (plugins: Plugin[]): Promise<string> => {
    const { outputFiles } = await esbuild({ stdin: { contents: source, resolveDir: root }, bundle: true, platform: 'node', format: 'cjs', write: false, plugins });
    const counting = 'globalThis.made = 0; globalThis.Function = new Proxy(Function, { construct(of, words) { globalThis.made += 1; return new of(...words); } });';
    return spawnSync(process.execPath, ['-'], { input: `${counting}\n${outputFiles?.[0]?.text ?? ''}`, encoding: 'utf8' }).stdout.trim();
  };
  expect(await made([plainSchemas])).toBe('true 0');
  expect(await made([])).not.toBe('true 0');
});

it('a letter that is no ASCII means the same when it is escaped, whatever stands before it', () => {
  const code = "[`\u2013 \u{1f642}`, '\u00e9\\\u00e9\\\\\u00e9', /[\u2019\\\u2019]/.source.length > 0 && /^[\u2019\\\u2019]$/.test('\u2019'), /^\u{1f642}$/u.test('\u{1f642}')] // \u2013";
  const escaped = inAscii(code);
  expect(escaped).toMatch(/^[\x00-\x7f]+$/);
  const value = (text: string): unknown => runInNewContext(text);
  expect(value(escaped)).toEqual(value(code));
  expect(JSON.stringify(value(code))).toBe('["\u2013 \u{1f642}","\u00e9\u00e9\\\\\u00e9",true,true]');
});

describe('the page', () => {
  const page = readFileSync(join(out, 'renderer', 'index.html'), 'utf8');
  const assets = readdirSync(join(out, 'renderer', 'assets'));
  const one = (beginning: string): string => assets.find((name) => name.startsWith(beginning) && name.endsWith('.js')) ?? 'missing';
  const importedBy = (name: string): string[] => [...readFileSync(join(out, 'renderer', 'assets', name), 'utf8').matchAll(/\bfrom\s*["'`]\.\/([^"'`]+)["'`]/g)].map(([, file = '']) => file);

  it('comes in three files of scripts and one of styles: for each, the main process answers a request while the page waits', () => {
    const named = [...page.matchAll(/\b(?:src|href)="\/assets\/([^"]+)"/g)].map(([, name = '']) => name);
    expect(named.filter((name) => name.endsWith('.js')).length).toBeLessThanOrEqual(3);
    expect(named.filter((name) => name.endsWith('.css')).length).toBe(1);
    // And asks for no other one before it has something to show.
    expect(new Set(named.flatMap((name) => (name.endsWith('.js') ? importedBy(name) : [])).filter((name) => !named.includes(name)))).toEqual(new Set());
  });

  it('names the file of the open window and all it imports, behind what the first screen needs', () => {
    const window = one('main-window-');
    expect(page).toContain(`href="/assets/${window}"`);
    expect(page.indexOf(window)).toBeGreaterThan(page.indexOf('rel="stylesheet"'));
    const imported = importedBy(window);
    expect(imported.length).toBeGreaterThan(1);
    for (const name of imported) expect(page).toContain(`/assets/${name}"`);
  });

  it('has V8 compile React where it stands: an arrow function would be looked over now and read again when it is called', () => {
    const texts = assets.filter((name) => name.endsWith('.js')).map((name) => readFileSync(join(out, 'renderer', 'assets', name), 'utf8'));
    const react = texts.filter((text) => text.includes('https://react.dev/errors/'));
    expect(react.length).toBeGreaterThan(0);
    // By what was found, or a failure would print the whole program.
    for (const text of react) expect(/\(\(function\(\w+\)\{(?:(?!=>|function).)*function \w+\(\w+\)\{var \w+=`https:\/\/react\.dev\/errors\//u.test(text)).toBe(true);
  });

  it('names neither what a first start shows nor the dialogs', () => {
    for (const name of ['onboarding-screen-', 'one-dialog-', 'german-']) {
      expect(one(name)).not.toBe('missing');
      expect(page).not.toContain(name);
    }
  });
});
