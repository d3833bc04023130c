import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { build } from '../../scripts/build.mjs';
import { inAscii } from '../../scripts/lib/main-bundle.mjs';
import { out } from '../../scripts/lib/paths.mjs';

// What a start reads before it can show anything, by what was built and not by the clock: docs/performance.md, decisions 053 and 077.

await build(['main', 'renderer']);

/** What is read with the file at once: what it asks for itself, and not what it asks for behind a promise. */
function readAtOnce(name: string, known = new Set<string>()): Set<string> {
  if (known.has(name)) return known;
  known.add(name);
  const text = name.startsWith('./') ? readFileSync(join(out, name), 'utf8') : '';
  for (const [, needed = ''] of text.matchAll(/^(?!.*Promise\.resolve\(\)\.then).*?\brequire\("([^"]+)"\)/gm)) readAtOnce(needed, known);
  return known;
}

describe('before there is a window', () => {
  const read = [...readAtOnce('./main.cjs')];
  const own = read.filter((name) => name.startsWith('./'));

  it('nothing is read but the program\'s own files, Electron and Node: no native library, no WebAssembly', () => {
    expect(own.length).toBeGreaterThan(1);
    expect(read.filter((name) => !name.startsWith('./') && !/^(node:|electron$|original-fs$)/.test(name))).toEqual([]);
  });

  it('it is at most 450 KB, and the services are elsewhere', () => {
    const bytes = own.reduce((sum, name) => sum + statSync(join(out, name)).size, 0);
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(450_000);
    const text = own.map((name) => readFileSync(join(out, name), 'utf8')).join('');
    for (const part of ['class VaultService', 'function selfTest(', 'class SqlDatabase']) expect(text).not.toContain(part);
    // The names are still there: otherwise the line above would prove nothing.
    expect(text).toContain('function openShell(');
  });

  it('no part of the program takes two bytes a letter, none looks for the place of its native library, and schemas are not made functions', () => {
    const parts = readdirSync(out).filter((name) => /^main(?:-[\w-]+)?\.cjs$/.test(name));
    expect(parts.length).toBeGreaterThan(10);
    const texts = parts.map((name) => readFileSync(join(out, name), 'latin1'));
    expect(parts.filter((_name, at) => /[^\x00-\x7f]/.test(texts[at] ?? ''))).toEqual([]);
    const all = texts.join('');
    for (const looking of ['require("require-addon")', 'require("node-gyp-build")', 'require("sodium-native")', 'require("@signalapp/sqlcipher")']) expect(all).not.toContain(looking);
    // Both are still loaded.
    for (const place of ['sodium-native.node', '@signalapp+sqlcipher.node']) expect(all).toContain(place);
    expect(readFileSync(join(out, 'main.cjs'), 'latin1')).toContain('jitless: true');
  });
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

  it('names the file of the open window and all it imports, behind what the first screen needs', () => {
    const window = one('main-window-');
    expect(page).toContain(`href="/assets/${window}"`);
    expect(page.indexOf(window)).toBeGreaterThan(page.indexOf('rel="stylesheet"'));
    const imported = importedBy(window);
    expect(imported.length).toBeGreaterThan(1);
    for (const name of imported) expect(page).toContain(`/assets/${name}"`);
  });

  it('names neither what a first start shows nor the dialogs', () => {
    for (const name of ['onboarding-screen-', 'one-dialog-', 'german-']) {
      expect(one(name)).not.toBe('missing');
      expect(page).not.toContain(name);
    }
  });
});
