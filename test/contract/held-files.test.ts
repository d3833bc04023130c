import { mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { safeName } from '../../electron/services/files/safe-name';
import { chosenFiles } from '../../electron/storage/chosen-files';
import { heldFiles } from '../../electron/storage/held-files';
import { memoryFiles } from '../support/memory-files';

const folder = (): string => mkdtempSync(join(tmpdir(), 'keyshift-held-'));
const folders: string[] = [];
const made = (): string => {
  const path = folder();
  folders.push(path);
  return path;
};
afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true });
});
const [one, other] = ['a'.repeat(32), 'b'.repeat(32)];

describe.each([
  ['on a disk', () => heldFiles(made())],
  ['in memory', () => memoryFiles().held],
])('content of files %s', (_where, open) => {
  it('S1-34: is written and read anywhere, is nobody’s while it is made, and goes', async () => {
    const held = open();
    expect(await held.names()).toEqual([]);
    expect(await held.open(one)).toBeUndefined();
    const file = await held.create(one);
    await file.write(4, Uint8Array.of(5, 6));
    await file.write(0, Uint8Array.of(1, 2, 3, 4));
    await file.sync();
    expect(await held.names()).toEqual([]);
    expect([...(await file.read(2, 10))]).toEqual([3, 4, 5, 6]);
    await file.close();
    await file.close();
    expect(await held.names()).toEqual([one]);
    await expect(held.create(one)).rejects.toThrow();
    const again = await held.open(one);
    expect([...((await again?.read(5, 1)) ?? [])]).toEqual([6]);
    await again?.close();
    expect(await held.room()).toBeGreaterThan(0);
    await held.remove(other);
    await held.remove(one);
    expect(await held.names()).toEqual([]);
  });
});

describe('files a person chose', () => {
  it('A11: only real files are read; what is saved has its name at the end, for the person alone, and replaces nothing without a yes', async () => {
    const directory = made();
    const path = join(directory, 'a.bin');
    await expect(chosenFiles.open(path)).rejects.toMatchObject({ code: 'file.gone' });
    await expect(chosenFiles.open(directory)).rejects.toMatchObject({ code: 'path.unusable' });
    writeFileSync(path, '');
    await expect(chosenFiles.open(path)).rejects.toMatchObject({ code: 'file.empty' });
    writeFileSync(path, 'hello');
    const source = await chosenFiles.open(path);
    expect([source.name, source.size, Buffer.from(await source.read(1, 3)).toString()]).toEqual(['a.bin', 5, 'ell']);
    await source.close();
    await expect(chosenFiles.begin(path, false)).rejects.toMatchObject({ code: 'path.unusable' });
    symlinkSync(path, join(directory, 'link'));
    await expect(chosenFiles.begin(join(directory, 'link'), true)).rejects.toMatchObject({ code: 'path.unusable' });
    const target = await chosenFiles.begin(join(directory, 'b.bin'), false);
    await target.write(Buffer.from('bytes'));
    writeFileSync(join(directory, 'b.bin'), 'somebody was quicker');
    await expect(target.finish()).rejects.toMatchObject({ code: 'path.unusable' });
    await target.discard();
    const replaced = await chosenFiles.begin(path, true);
    await replaced.write(Buffer.from('new'));
    expect(await replaced.finish()).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).sort()).toEqual(['a.bin', 'b.bin', 'link']);
  });

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\Windows\\system32\\evil.exe', 'evil.exe'],
    ['..', 'file'],
    ['', 'file'],
    ['CON.txt', '_CON.txt'],
    ['lpt1', '_lpt1'],
    ['.bashrc', '_bashrc'],
    ['photo\u202egpj.exe', 'photogpj.exe'],
    ['a\u0000b\u200b.txt\n', 'ab.txt'],
    ['invoice.pdf                                   .exe', 'invoice.pdf .exe'],
    ['what? <is> "this"|*.txt. . ', 'what_ _is_ _this___.txt'],
    ['Grüße 👋.pdf', 'Grüße 👋.pdf'],
    [`${'ü'.repeat(300)}.tar.gz`, `${'ü'.repeat(126)}.gz`],
  ])('A11: the name %j is used as %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
    expect(safeName(safe)).toBe(safe);
  });
});
