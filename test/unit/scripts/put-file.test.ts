import { closeSync, linkSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { putBundle, putCopy, putFile } from '../../../scripts/lib/put-file.mjs';

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyshift-put-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What is there before, shared with another folder by a hard link and open in another process. */
function inUse(name: string): { readonly twin: () => string; readonly opened: () => string } {
  writeFileSync(at(name), 'before');
  linkSync(at(name), at('twin'));
  const open = openSync(at(name), 'r');
  return {
    twin: () => readFileSync(at('twin'), 'utf8'),
    opened: () => {
      const text = readFileSync(open, 'utf8');
      closeSync(open);
      return text;
    },
  };
}

test('a file that is put in place of another leaves whoever has that open, or linked, what was there', async () => {
  writeFileSync(at('source.cjs'), 'module.exports = "after";');
  for (const put of [
    async () => putFile(at('a.cjs'), 'after'),
    async () => putCopy(at('source.cjs'), at('a.cjs')),
    () => putBundle({ entryPoints: [at('source.cjs')], outfile: at('a.cjs'), logLevel: 'silent' }),
  ]) {
    rmSync(at('twin'), { force: true });
    rmSync(at('a.cjs'), { force: true });
    const { twin, opened } = inUse('a.cjs');
    await put();
    expect([twin(), opened()]).toEqual(['before', 'before']);
    expect(readFileSync(at('a.cjs'), 'utf8')).toContain('after');
  }
  expect(readdirSync(folder).toSorted()).toEqual(['a.cjs', 'source.cjs', 'twin']);
});

test('what cannot be made leaves the file as it was, and nothing beside it', () => {
  writeFileSync(at('a'), 'before');
  expect(() => putCopy(at('nowhere'), at('a'))).toThrow('ENOENT');
  expect([readFileSync(at('a'), 'utf8'), readdirSync(folder)]).toEqual(['before', ['a']]);
});

test('into a folder that is not there yet, with the rights that are asked for, whatever a new file here gets', () => {
  const before = process.umask(0o077);
  try {
    putFile(at('deep/er/a'), 'new', { mode: 0o755 });
  } finally {
    process.umask(before);
  }
  expect([readFileSync(at('deep/er/a'), 'utf8'), statSync(at('deep/er/a')).mode & 0o777]).toEqual(['new', 0o755]);
});
