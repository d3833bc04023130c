import { spawnSync } from 'node:child_process';
import fs, { existsSync, linkSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { safeName } from '../../electron/services/files/safe-name';
import type { PartNote, PartOnDisk } from '../../electron/services/ports/transfers';
import { backupFiles } from '../../electron/storage/backup-files';
import { chosenFiles } from '../../electron/storage/chosen-files';
import { markForeign } from '../../electron/storage/foreign-mark';
import { heldFiles } from '../../electron/storage/held-files';
import { KeyshiftError } from '../../shared/errors';
import { memoryFiles, unnoted } from '../support/memory-files';

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
  it('is written and read anywhere, is nobody’s while it is made, and goes', async () => {
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

it('one whose name the disk does not take is neither held open nor left behind', async () => {
  const profile = made();
  const refused = vi.spyOn(fs, 'fsyncSync').mockImplementation(() => {
    throw Object.assign(new Error('EIO'), { code: 'EIO' });
  });
  syncBuiltinESMExports();
  const held = heldFiles(profile);
  const outcome = await held.create(one).then(() => 'made', (error: KeyshiftError) => error.code);
  refused.mockRestore();
  syncBuiltinESMExports();
  const openHere = process.platform === 'linux' ? readdirSync('/proc/self/fd').filter((fd) => linkOf(`/proc/self/fd/${fd}`).startsWith(profile)) : [];
  expect([outcome, openHere, readdirSync(join(profile, 'files'))]).toEqual(['disk.failed', [], []]);
  await (await held.create(one)).close();
  expect(await held.names()).toEqual([one]);
});

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // it was the list's own
  }
}

describe('files a person chose', () => {
  it('only real files are read; what is saved has its name at the end, for the person alone, and replaces nothing without a yes', async () => {
    const directory = made();
    const path = join(directory, 'a.bin');
    await expect(chosenFiles.open(path)).rejects.toMatchObject({ code: 'file.gone' });
    await expect(chosenFiles.open(directory)).rejects.toMatchObject({ code: 'path.unusable' });
    // Nothing that never ends, waits for a writer, or is no content of anybody.
    if (process.platform === 'linux') {
      spawnSync('mkfifo', [join(directory, 'pipe')]);
      for (const other of [join(directory, 'pipe'), '/dev/zero']) await expect(chosenFiles.open(other)).rejects.toMatchObject({ code: 'path.unusable' });
      await expect(chosenFiles.open('/proc/self/mem')).rejects.toMatchObject({ code: 'file.empty' });
      rmSync(join(directory, 'pipe'));
    }
    await expect(chosenFiles.open(`${path}\0.txt`)).rejects.toMatchObject({ code: 'path.unusable' });
    writeFileSync(path, '');
    await expect(chosenFiles.open(path)).rejects.toMatchObject({ code: 'file.empty' });
    writeFileSync(path, 'hello');
    const source = await chosenFiles.open(path);
    expect([source.name, source.size, Buffer.from(await source.read(1, 3)).toString()]).toEqual(['a.bin', 5, 'ell']);
    expect(await source.isUnchanged?.()).toBe(true);
    writeFileSync(path, 'other');
    utimesSync(path, 1, 1);
    expect(await source.isUnchanged?.()).toBe(false);
    await source.close();
    await expect(chosenFiles.begin(path, false, unnoted)).rejects.toMatchObject({ code: 'path.taken' });
    symlinkSync(path, join(directory, 'link'));
    await expect(chosenFiles.begin(join(directory, 'link'), true, unnoted)).rejects.toMatchObject({ code: 'path.taken' });
    const target = await chosenFiles.begin(join(directory, 'b.bin'), false, unnoted);
    await target.write(Buffer.from('bytes'));
    writeFileSync(join(directory, 'b.bin'), 'somebody was quicker');
    await expect(target.finish()).rejects.toMatchObject({ code: 'path.taken' });
    await target.discard();
    const replaced = await chosenFiles.begin(path, true, unnoted);
    await replaced.write(Buffer.from('new'));
    expect(await replaced.finish()).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).sort()).toEqual(['a.bin', 'b.bin', 'link']);
  });

  it('A88: a save is noted before there is a file, and again as the one it is; what is noted and not made goes while it is empty, and what cannot be noted leaves nothing', async () => {
    const directory = made();
    const ways = [(path: string, note: PartNote) => chosenFiles.begin(path, false, note), (path: string, note: PartNote) => backupFiles.begin(path, note)];
    for (const begin of ways) {
      const said: { readonly path: string; readonly id: string; readonly isThere: boolean }[] = [];
      const target = await begin(join(directory, 'a.bin'), (part) => void said.push({ ...part, isThere: existsSync(part.path) }));
      expect(said).toEqual([{ path: target.part.path, id: '', isThere: false }, { ...target.part, isThere: true }]);
      await target.discard();
      for (const refused of [1, 2]) {
        let told = 0;
        const refusing = begin(join(directory, 'a.bin'), () => {
          told += 1;
          if (told === refused) throw new KeyshiftError('disk.full', 'There is no room for the note.');
        });
        await expect(refusing).rejects.toMatchObject({ code: 'disk.full' });
      }
      expect(readdirSync(directory)).toEqual([]);
    }
    const path = join(directory, '.a.bin.part');
    writeFileSync(path, 'somebody’s');
    expect(await chosenFiles.dropPart({ path, id: '' })).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('somebody’s');
    writeFileSync(path, '');
    expect(await chosenFiles.dropPart({ path, id: '' })).toBe(true);
    expect(readdirSync(directory)).toEqual([]);
  });

  it('A88: a profile that is opened anew leaves a save alone from its first note on, and what came to nothing is nobody’s', async () => {
    const path = join(made(), 'a.bin');
    for (const begin of [(note: PartNote) => chosenFiles.begin(path, false, note), (note: PartNote) => backupFiles.begin(path, note)]) {
      const dropped: Promise<boolean>[] = [];
      const target = await begin((part) => void dropped.push(chosenFiles.dropPart(part)));
      expect(await Promise.all(dropped)).toEqual([false, false]);
      await target.write(Buffer.from('whole'));
      await target.discard();
      const tried: PartOnDisk[] = [];
      const refused = begin((part) => {
        tried.push(part);
        throw new KeyshiftError('disk.full', 'There is no room for the note.');
      });
      await expect(refused).rejects.toMatchObject({ code: 'disk.full' });
      expect(await Promise.all(tried.map((part) => chosenFiles.dropPart(part)))).toEqual([true]);
    }
  });

  it('A88: what a crash leaves of a save goes at the next start: this file alone, by no link, and not one that is still being written', async () => {
    const directory = made();
    const [path, victim] = [join(directory, 'a.bin'), join(directory, 'victim')];
    writeFileSync(victim, 'not ours');
    const target = await chosenFiles.begin(path, false, unnoted);
    await target.write(Buffer.from('in clear'));
    const { part } = target;
    expect(readdirSync(directory)).toEqual([basename(part.path), 'victim']);
    expect(await chosenFiles.dropPart(part)).toBe(false);
    expect(readFileSync(part.path, 'utf8')).toBe('in clear');
    vi.resetModules();
    const { chosenFiles: nextRun } = await import('../../electron/storage/chosen-files');
    await nextRun.dropPart({ ...part, id: '1:1' });
    renameSync(part.path, path);
    for (const put of [() => symlinkSync(victim, part.path), () => linkSync(victim, part.path)]) {
      put();
      await nextRun.dropPart(part);
      expect(readFileSync(part.path, 'utf8')).toBe('not ours');
      rmSync(part.path);
    }
    renameSync(path, part.path);
    // What comes to stand under this name while it goes is not it.
    const dropped = nextRun.dropPart(part);
    writeFileSync(part.path, 'the next one');
    expect(await dropped).toBe(true);
    expect(readFileSync(part.path, 'utf8')).toBe('the next one');
    rmSync(part.path);
    expect(await nextRun.dropPart(part)).toBe(true);
    expect(readdirSync(directory)).toEqual(['victim']);
    await expect(nextRun.dropPart({ ...part, path: join(directory, 'not there now', 'x.part') })).rejects.toMatchObject({ code: 'path.unusable' });
    await target.discard();
  });

  it('what was saved is marked as come from elsewhere where the system asks about that, says not from whom, and is there all the same where it cannot be', async () => {
    const directory = made();
    const path = join(directory, 'a.exe');
    const run: string[][] = [];
    const recorded = async (program: string, args: readonly string[]): Promise<void> => void run.push([program, ...args]);
    await markForeign(path, 'win32', 0, recorded);
    expect(readFileSync(`${path}:Zone.Identifier`, 'latin1')).toBe('[ZoneTransfer]\r\nZoneId=3\r\n');
    await markForeign(path, 'darwin', 1_700_000_000_000, recorded);
    expect(run).toEqual([['/usr/bin/xattr', '-w', 'com.apple.quarantine', '0081;6553f100;Keyshift;', path]]);
    await markForeign(path, 'linux', 0, recorded);
    await markForeign(join(directory, 'none', 'a.exe'), 'win32', 0, recorded);
    await markForeign(path, 'darwin', 0, () => Promise.reject(new Error('no such program')));
    expect(readdirSync(directory)).toEqual(['a.exe:Zone.Identifier']);
    expect(run).toHaveLength(1);
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
    ['-rf', '_rf'],
    ['--help.txt', '_help.txt'],
    ['nul .tar.gz', '_nul .tar.gz'],
    ['invoice.pdf\u3164\u2800\u115f\u2800.exe', 'invoice.pdf .exe'],
    ['i\u2764\ufe0f.txt', 'i\u2764.txt'],
    ['a\ud800b.txt', 'ab.txt'],
    [`${'x'.repeat(254)}. ${'y'.repeat(60)}`, 'x'.repeat(254)],
    [`${'ü'.repeat(300)}.tar.gz`, `${'ü'.repeat(126)}.gz`],
  ])('the name %j is used as %j', (name, safe) => {
    expect(safeName(name)).toBe(safe);
    expect(safeName(safe)).toBe(safe);
  });
});
