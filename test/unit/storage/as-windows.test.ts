import fs, { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { backupHeadBytes, encodeBackupHead } from '../../../electron/engine/backup/container';
import { readPreferences, replacePreferences } from '../../../electron/platform/preferences-damage';
import { backupFiles } from '../../../electron/storage/backup-files';
import { chosenFiles } from '../../../electron/storage/chosen-files';
import { replaceFile } from '../../../electron/storage/durable-file';
import { idOf } from '../../../electron/storage/part-on-disk';
import { privateFiles } from '../../../electron/storage/private-files';
import { wipeProfile } from '../../../electron/storage/profile-wipe';
import { unnoted } from '../../support/memory-files';
import { afterwards, folder } from './places';

/** Windows as Node 22.9 to 22.16 sees it: of the number of a disk a name tells all 64 bits, an open file the lower half. */
function longDiskNumbers(): void {
  const { lstatSync } = fs;
  const spy = vi.spyOn(fs, 'lstatSync').mockImplementation(((path: string, options?: fs.StatSyncOptions) => {
    const found = lstatSync(path, options);
    if (found === undefined) return found;
    const dev = BigInt(found.dev) + (0x5eed_beefn << 32n);
    return Object.assign(Object.create(Object.getPrototypeOf(found) as object) as fs.Stats, found, { dev: options?.bigint === true ? dev : Number(dev) });
  }) as typeof fs.lstatSync);
  syncBuiltinESMExports();
  afterwards(() => (spy.mockRestore(), syncBuiltinESMExports()));
}

it('a file gets its name and a backup its place where Windows tells of an open file and of its name two numbers of one disk', async () => {
  const at = folder();
  longDiskNumbers();
  const file = await chosenFiles.begin(join(at, 'holiday.jpg'), false, unnoted);
  await file.write(new Uint8Array([1, 2, 3]));
  expect(await file.finish()).toBe(join(at, 'holiday.jpg'));
  const backup = await backupFiles.begin(join(at, 'a.keyshift-backup'), unnoted);
  await backup.write(encodeBackupHead({ cost: { memoryBytes: 64 * 1024 * 1024, passes: 2 }, salt: new Uint8Array(16) }));
  await backup.write(new Uint8Array(backupHeadBytes));
  expect(await backup.finish()).toBe(join(at, 'a.keyshift-backup'));
  expect([readdirSync(at).toSorted(), readFileSync(join(at, 'holiday.jpg'), 'hex')]).toEqual([['a.keyshift-backup', 'holiday.jpg'], '010203']);

  const broken = await chosenFiles.begin(join(at, 'left.jpg'), false, unnoted);
  const { part } = broken;
  await broken.discard();
  expect(await chosenFiles.dropPart(part)).toBe(true);
});

it('two files of NTFS are two, whatever their numbers round to', () => {
  const ino = (300n << 48n) + 42n;
  expect(Number(ino)).toBe(Number(ino - 1n));
  expect(idOf({ dev: 1n, ino })).not.toBe(idOf({ dev: 1n, ino: ino - 1n }));
  expect(idOf({ dev: 1n, ino })).not.toBe(idOf({ dev: 2n, ino }));
});

/** The first `times` renames and removals in a row are refused, as while a virus scanner reads what was just written. */
function busy(times: number, code: string, platform: NodeJS.Platform = 'win32'): { readonly refused: number } {
  const state = { refused: 0 };
  let left = times;
  const refuseFirst = <A extends unknown[], R>(work: (...args: A) => R, refusal: (error: Error) => R) => (...args: A): R => {
    if (left === 0) {
      left = times;
      return work(...args);
    }
    left -= 1;
    state.refused += 1;
    return refusal(Object.assign(new Error(`${code}: operation not permitted`), { code }));
  };
  const now = (error: Error): never => {
    throw error;
  };
  const [sync, later] = [{ ...fs }, { ...promises }];
  const spies = [
    vi.spyOn(fs, 'renameSync').mockImplementation(refuseFirst(sync.renameSync, now)),
    vi.spyOn(fs, 'rmSync').mockImplementation(refuseFirst(sync.rmSync, now)),
    vi.spyOn(promises, 'rename').mockImplementation(refuseFirst(later.rename, async (refused) => now(refused))),
    vi.spyOn(promises, 'rm').mockImplementation(refuseFirst(later.rm, async (refused) => now(refused))),
    vi.spyOn(process, 'platform', 'get').mockReturnValue(platform),
  ];
  syncBuiltinESMExports();
  afterwards(() => {
    for (const spy of spies) spy.mockRestore();
    syncBuiltinESMExports();
  });
  return state;
}

it.each(['EPERM', 'EACCES', 'EBUSY'])('what a scanner holds for a moment (%s) is replaced all the same: vault, preferences, keys, files, backups', async (code) => {
  const at = folder();
  const path = (name: string): string => join(at, name);
  writeFileSync(path('vault'), 'old');
  const state = busy(3, code);
  replaceFile(path('vault'), path('vault.next'), Buffer.from('new'));
  expect(readFileSync(path('vault'), 'utf8')).toBe('new');
  replacePreferences(at, {}, { settings: { theme: 'dark' } }, () => expect.fail('nothing is damaged'));
  expect(readPreferences(at, () => expect.fail('nothing is damaged'))).toMatchObject({ settings: { theme: 'dark' } });
  const kind = { edgeBytes: 1, isKind: () => true };
  privateFiles.write(path('a.keyshift-key'), kind, new Uint8Array([1]), undefined);
  for (const replaces of [false, true]) {
    const file = await chosenFiles.begin(path('holiday.jpg'), replaces, unnoted);
    await file.write(new Uint8Array([replaces ? 2 : 1]));
    await file.finish();
  }
  expect(readFileSync(path('holiday.jpg'), 'hex')).toBe('02');
  const backup = await backupFiles.begin(path('a.keyshift-backup'), unnoted);
  await backup.write(encodeBackupHead({ cost: { memoryBytes: 64 * 1024 * 1024, passes: 2 }, salt: new Uint8Array(16) }));
  await backup.write(new Uint8Array(backupHeadBytes));
  await backup.finish();
  // What is a second stream of a file there is a file of its own here.
  expect(readdirSync(at).filter((name) => !name.endsWith(':Zone.Identifier')).toSorted()).toEqual(['a.keyshift-backup', 'a.keyshift-key', 'holiday.jpg', 'preferences.json', 'vault']);
  expect(state.refused).toBeGreaterThan(10);
});

it('a damaged file of settings that is held for a moment is put aside, and not written over by the first change', () => {
  const at = folder();
  writeFileSync(join(at, 'preferences.json'), '{"settings":');
  busy(3, 'EBUSY');
  readPreferences(at, () => undefined);
  expect(readFileSync(join(at, 'preferences.broken.json'), 'utf8')).toBe('{"settings":');
});

it('a profile of which a scanner holds each file for a moment is deleted whole', () => {
  const at = join(folder(), 'profile');
  mkdirSync(at);
  for (const name of ['vault', 'keyshift.db', 'preferences.json']) writeFileSync(join(at, name), name);
  busy(2, 'EBUSY');
  wipeProfile(at, true);
  expect(readdirSync(join(at, '..'))).toEqual([]);
});

it('what stays refused ends in the error of the system, soon', () => {
  const at = folder();
  const asked = busy(Number.POSITIVE_INFINITY, 'EACCES');
  const began = performance.now();
  expect(() => replaceFile(join(at, 'vault'), join(at, 'vault.next'), Buffer.from('new'))).toThrow('EACCES');
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(asked.refused).toBeGreaterThan(5);
});

it('Linux and macOS refuse no rename for a moment, and are asked once', () => {
  for (const platform of ['linux', 'darwin'] as const) {
    const at = folder();
    writeFileSync(join(at, 'preferences.json'), '{}');
    const asked = busy(Number.POSITIVE_INFINITY, 'EACCES', platform);
    expect(() => replacePreferences(at, {}, {}, () => undefined)).toThrow('could not be written');
    expect(asked.refused).toBeLessThanOrEqual(2);
  }
});
