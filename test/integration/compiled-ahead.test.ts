import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../scripts/build.mjs';
import { compileAhead } from '../../scripts/lib/compiled-code.mjs';
import { out, root } from '../../scripts/lib/paths.mjs';

// What V8 made of the main process when it was built (decision 108), with the Node that runs this test in Electron's place.

await build(['main']);

const folder = mkdtempSync(join(tmpdir(), 'keyshift-ahead-'));
const bundle = join(folder, 'out');
const files = readdirSync(out).filter((name) => /^main.*\.cjs$/.test(name));

/** Begins the program where everything asked of Electron is nothing; it ends by that. What V8 was given, and what it took. */
function begin(...flags: string[]): { readonly taken: number; readonly refused: number; readonly compiled: number; readonly said: string } {
  const watch = join(folder, 'watch.cjs');
  writeFileSync(
    watch,
    `const Module = require('node:module'), vm = require('node:vm'), { Script } = vm;
    const nothing = new Proxy(function () {}, { get: (_of, key) => (key === 'then' ? undefined : key === Symbol.toPrimitive ? () => '' : nothing), apply: () => nothing, construct: () => nothing });
    const load = Module._load;
    Module._load = (name, ...more) => (name === 'electron' ? nothing : load(name, ...more));
    const seen = { taken: 0, refused: 0, compiled: 0 };
    vm.Script = class extends Script {
      constructor(text, options) {
        super(text, options);
        seen[options.cachedData === undefined ? 'compiled' : this.cachedDataRejected ? 'refused' : 'taken'] += 1;
      }
    };
    process.on('exit', () => process.stdout.write(JSON.stringify(seen)));`,
  );
  const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--require', watch, join(bundle, 'main.cjs')], { encoding: 'utf8', timeout: 60_000 });
  return { ...(JSON.parse(stdout) as { taken: number; refused: number; compiled: number }), said: stderr };
}

const code = (): string[] => readdirSync(join(bundle, 'code')).toSorted();

beforeAll(() => {
  for (const name of files) cpSync(join(out, name), join(bundle, name));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the main process, compiled ahead', () => {
  it('is taken by the V8 that made it, refused by one with other flags, and the program begins alike with it, with what was refused and with none', async () => {
    const without = begin();
    expect(without).toMatchObject({ taken: 0, refused: 0 });
    expect(without.compiled).toBeGreaterThan(0);
    expect(without.said).toContain('without its sandbox');

    expect(await compileAhead(bundle, process.execPath)).toBeUndefined();
    expect(code().length).toBeGreaterThan(10);
    expect(begin()).toEqual({ taken: without.compiled, refused: 0, compiled: 0, said: without.said });

    expect(begin('--no-lazy')).toEqual({ taken: 0, refused: without.compiled, compiled: 0, said: without.said });
  });

  it('is the same each time, byte for byte, wherever it is made, and names no folder of whoever made it', async () => {
    const other = join(folder, 'elsewhere', 'out');
    for (const name of files) cpSync(join(out, name), join(other, name));
    const made = async (at: string): Promise<readonly (readonly [string, Buffer])[]> => {
      rmSync(join(at, 'code'), { recursive: true, force: true });
      expect(await compileAhead(at, process.execPath)).toBeUndefined();
      return readdirSync(join(at, 'code')).toSorted().map((name) => [name, readFileSync(join(at, 'code', name))]);
    };
    const first = await made(bundle);
    const digest = (code: readonly (readonly [string, Buffer])[]): string => code.reduce((hash, [name, bytes]) => hash.update(name).update(bytes), createHash('sha256')).digest('hex');
    expect(digest(await made(bundle))).toBe(digest(first));
    expect(digest(await made(other))).toBe(digest(first));
    expect(first.filter(([, bytes]) => bytes.includes(folder)).map(([name]) => name)).toEqual([]);
  });

  it('is not taken for a file that has changed since: it is named after the text', async () => {
    const before = code();
    appendFileSync(join(bundle, 'main-window.cjs'), '//');
    expect(await compileAhead(bundle, process.execPath)).toBeUndefined();
    expect(code().filter((name) => !before.includes(name))).toHaveLength(1);
  });
});
