import { Database } from '@signalapp/sqlcipher';
import fs, { chmodSync, fstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { chosenFiles } from '../../../electron/storage/chosen-files';
import { mapPathError } from '../../../electron/storage/chosen-path';
import { replaceFile } from '../../../electron/storage/durable-file';
import { mapFileError } from '../../../electron/storage/file-error';
import { beingWritten } from '../../../electron/storage/part-on-disk';
import { privateFiles } from '../../../electron/storage/private-files';
import { isOpenToOthers, prepareProfileDirectory } from '../../../electron/storage/profile-directory';
import { lockProfile } from '../../../electron/storage/profile-lock';
import type { PartOnDisk } from '../../../electron/services/ports/transfers';
import { unnoted } from '../../support/memory-files';
import { afterwards, folder } from './places';

const failed = (code: string): Error => Object.assign(new Error(code), { code });
const content = new Uint8Array([1, 2, 3]);
const kind = { edgeBytes: 1, isKind: () => true };

/** As a file system does it that knows no such thing; files go on as they do. */
function refuseRights(code: string): void {
  const chmod = vi.spyOn(fs, 'chmodSync').mockImplementation(() => {
    throw failed(code);
  });
  syncBuiltinESMExports();
  afterwards(() => {
    expect(chmod).toHaveBeenCalled();
    chmod.mockRestore();
    syncBuiltinESMExports();
  });
}

function refuseToFlushFolders(code: string): void {
  const flush = fs.fsyncSync;
  const spy = vi.spyOn(fs, 'fsyncSync').mockImplementation((file) => {
    if (fstatSync(file).isDirectory()) throw failed(code);
    flush(file);
  });
  syncBuiltinESMExports();
  afterwards(() => {
    spy.mockRestore();
    syncBuiltinESMExports();
  });
}

describe('a disk that keeps no rights of files', () => {
  it.each(['EPERM', 'ENOSYS', 'ENOTSUP'])('has a profile, readable for whom it was connected for (%s)', (code) => {
    const directory = join(folder(), 'profile');
    mkdirSync(directory, { mode: 0o755 });
    refuseRights(code);
    const held = lockProfile(directory);
    afterwards(() => held.release());
    expect(readdirSync(directory)).toEqual(['lock']);
  });

  it('is told as open to others where it stays so, and no other folder is', () => {
    const directory = join(folder(), 'profile');
    mkdirSync(directory, { mode: 0o755 });
    writeFileSync(join(directory, 'vault'), content);
    prepareProfileDirectory(directory);
    expect([isOpenToOthers(directory), isOpenToOthers(join(directory, 'missing'))]).toEqual([false, false]);
    chmodSync(directory, 0o750);
    const chmod = vi.spyOn(fs, 'chmodSync').mockImplementation(() => undefined); // FAT takes it, and nothing is different
    syncBuiltinESMExports();
    afterwards(() => {
      chmod.mockRestore();
      syncBuiltinESMExports();
    });
    prepareProfileDirectory(directory);
    expect(isOpenToOthers(directory)).toBe(true);
  });

  it('is told so also where its folders are another account’s, and a disk that cannot even be asked is told as nothing', () => {
    const directory = join(folder(), 'profile');
    mkdirSync(directory, { mode: 0o700 });
    writeFileSync(join(directory, 'vault'), content);
    chmodSync(directory, 0o777);
    const stat = fs.statSync;
    const asked = vi.spyOn(fs, 'statSync').mockImplementation((path) => Object.assign(stat(path), { uid: (process.getuid?.() ?? 0) + 1 }));
    syncBuiltinESMExports();
    afterwards(() => {
      asked.mockRestore();
      syncBuiltinESMExports();
    });
    expect(isOpenToOthers(directory)).toBe(true);
    asked.mockImplementation(() => {
      throw failed('EIO');
    });
    expect(isOpenToOthers(directory)).toBe(false);
  });

  it.each(['EBADF', 'EIO'])('is not one that fails (%s)', (code) => {
    const directory = join(folder(), 'profile');
    mkdirSync(directory, { mode: 0o755 });
    refuseRights(code);
    expect(() => lockProfile(directory)).toThrow(expect.objectContaining({ code: 'disk.failed' }));
  });
});

describe('a disk that flushes files and no folders', () => {
  it('A89: what is replaced stays until what takes its place stands whole beside it', () => {
    const at = folder();
    const [path, beside] = [join(at, 'vault'), join(at, 'vault.new')];
    replaceFile(path, beside, content);
    expect(() => replaceFile(path, join(at, 'gone', 'vault.new'), Uint8Array.of(4))).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    expect([readFileSync(path), readdirSync(at)]).toEqual([Buffer.from(content), ['vault']]);
  });

  it.each(['EINVAL', 'ENOTSUP'])('takes what is replaced and what is saved, and nobody is sent to look whether it is there (%s)', (code) => {
    const at = folder();
    refuseToFlushFolders(code);
    replaceFile(join(at, 'vault'), join(at, 'vault.new'), content);
    expect(readFileSync(join(at, 'vault'))).toEqual(Buffer.from(content));
    expect(privateFiles.write(join(at, 'key'), kind, content)).toBe(join(at, 'key'));
  });

  it.each(['EPERM', 'EIO'])('is not one that fails (%s)', (code) => {
    const at = folder();
    refuseToFlushFolders(code);
    expect(() => privateFiles.write(join(at, 'key'), kind, content)).toThrow(expect.objectContaining({ code: 'disk.unconfirmed' }));
  });
});

describe('a disk that keeps no locks', () => {
  // What SQLite makes of ENOLCK and of ENOTSUP, of whichever file.
  it.each(['SQLITE_BUSY', 'SQLITE_IOERR_RDLOCK', 'SQLITE_IOERR_LOCK'])('says so, and not that the profile is open elsewhere or may not be read (%s)', (code) => {
    const directory = folder();
    const exec = vi.spyOn(Database.prototype, 'exec').mockImplementation(() => {
      throw Object.assign(new Error('database is locked'), { code });
    });
    afterwards(() => exec.mockRestore());
    expect(() => lockProfile(directory)).toThrow(expect.objectContaining({ code: 'profile.unreadable', message: expect.stringContaining('keeps no locks') }));
    expect(readdirSync(directory)).toEqual(['lock']);
  });

  it('is not one whose profile is open: what it was asked with is gone', () => {
    const directory = folder();
    const held = lockProfile(directory);
    afterwards(() => held.release());
    expect(() => lockProfile(directory)).toThrow(expect.objectContaining({ code: 'profile.in-use' }));
    expect(readdirSync(directory)).toEqual(['lock']);
  });
});

describe('what a kill leaves of a file that is being saved', () => {
  const begun = async (): Promise<{ at: string; part: PartOnDisk }> => {
    const at = folder();
    const target = await chosenFiles.begin(join(at, 'letter.txt'), false, unnoted);
    await target.write(content);
    // Of this run it would be left alone.
    beingWritten.delete(target.part.path);
    afterwards(() => target.discard());
    return { at, part: target.part };
  };

  it('A88: is noted before there is anything, also of what is written in one go', () => {
    const at = folder();
    const noted: [string, number][] = [];
    const ended: string[] = [];
    privateFiles.write(join(at, 'key'), kind, content, ({ path, id }) => {
      noted.push([id === '' ? 'to come' : 'there', readdirSync(at).filter((name) => join(at, name) === path).length]);
      return () => void ended.push(path);
    });
    expect([noted, ended.length, readdirSync(at)]).toEqual([[['to come', 0], ['there', 1]], 1, ['key']]);
  });

  it('A88: goes also from a disk that has another number since it was connected anew', async () => {
    const { at, part } = await begun();
    const [, ino] = part.id.split(':');
    expect(await chosenFiles.dropPart({ ...part, id: `77:${ino}` })).toBe(true);
    expect(readdirSync(at)).toEqual([]);
  });

  it.each([0x4d44, 0x2011_bab0, 0x6573_5546, 0xef53])('A88: and from one that numbers its files anew each time (type %i), but from no other', async (type) => {
    const { at, part } = await begun();
    const known = fs.statfsSync(at);
    const statfs = vi.spyOn(fs, 'statfsSync').mockReturnValue({ ...known, type });
    syncBuiltinESMExports();
    afterwards(() => {
      statfs.mockRestore();
      syncBuiltinESMExports();
    });
    // A backup's has a name that another file may have.
    const backup = join(at, '.a.keyshift-backup.part');
    writeFileSync(backup, content);
    expect(await chosenFiles.dropPart({ path: backup, id: '77:1' })).toBe(true);
    expect(await chosenFiles.dropPart({ ...part, id: '77:1' })).toBe(true);
    expect(readdirSync(at).includes(basename(part.path))).toBe(type === 0xef53);
    expect(readFileSync(backup)).toEqual(Buffer.from(content));
  });
});

describe('what a disk does not take', () => {
  it('is told as that: a file of more than 4 GB on FAT, and a name with signs it does not know', () => {
    for (const error of [mapPathError(failed('EFBIG')), mapFileError(failed('EFBIG'), '/profile')]) expect(error).toMatchObject({ code: 'disk.too-large', message: expect.stringContaining('4 GB') });
    const named = (code: string, path: string, dest?: string): unknown => mapPathError(Object.assign(failed(code), { path, ...(dest !== undefined && { dest }) }));
    const takesNoName = { code: 'path.unusable', message: expect.stringContaining('takes no such name') };
    for (const error of [named('EILSEQ', '/media/stick/a'), named('EINVAL', '/media/stick/a:b'), named('EINVAL', '/media/stick/.a.part', '/media/stick/a.')]) expect(error).toMatchObject(takesNoName);
    // Any file system has the name, so that it is something else.
    for (const error of [mapPathError(failed('EINVAL')), named('EINVAL', '/media/a:b/plain.txt'), named('EINVAL', '/media/stick/plain.txt', '/media/stick/other.txt')]) expect(error).toMatchObject({ code: 'path.unusable', message: expect.stringContaining('(EINVAL)') });
  });
});
