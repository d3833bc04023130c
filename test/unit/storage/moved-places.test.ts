import fs, { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { backupHeadBytes, encodeBackupHead } from '../../../electron/engine/backup/container';
import { backupFiles } from '../../../electron/storage/backup-files';
import { chosenFiles } from '../../../electron/storage/chosen-files';
import type { PartOnDisk } from '../../../electron/services/ports/transfers';
import { privateFiles } from '../../../electron/storage/private-files';
import { unnoted } from '../../support/memory-files';
import { afterwards, folder } from './places';

/** What somebody else does in the moment before a file gets its name. */
function meanwhile(run: () => void): void {
  const once = (): void => {
    for (const spy of spies) spy.mockRestore();
    syncBuiltinESMExports();
  };
  const { link, rename } = promises;
  const spies = [
    vi.spyOn(promises, 'link').mockImplementation((from, to) => (once(), run(), link(from, to))),
    vi.spyOn(promises, 'rename').mockImplementation((from, to) => (once(), run(), rename(from, to))),
  ];
  syncBuiltinESMExports();
  afterwards(once);
}

it('S5-25 A88: a file whose folder is moved in the moment it gets its name leaves nothing of it there', async () => {
  const begins = { backup: (path: string) => backupFiles.begin(path, unnoted), file: (path: string) => chosenFiles.begin(path, false, unnoted), replacing: (path: string) => chosenFiles.begin(path, true, unnoted) };
  for (const [name, begin] of Object.entries(begins)) {
    const at = folder();
    const [place, moved] = [join(at, 'place'), join(at, 'moved')];
    mkdirSync(place);
    const target = await begin(join(place, 'a.keyshift-backup'));
    await target.write(encodeBackupHead({ cost: { memoryBytes: 64 * 1024 * 1024, passes: 2 }, salt: new Uint8Array(16) }));
    await target.write(new Uint8Array(backupHeadBytes).fill(1));
    meanwhile(() => renameSync(place, moved));
    await expect(target.finish(), name).rejects.toThrow();
    await target.discard();
    expect(readdirSync(moved).map((left) => readFileSync(join(moved, left)).length), name).toEqual([0]);
  }
});

it('S5-25 A88: a key or a card whose folder is moved while it is written leaves nothing of it there; one whose name is there already stays whole', () => {
  const kind = { edgeBytes: 4, isKind: () => true };
  const content = new Uint8Array(4_096).fill(7);
  const at = folder();
  const [place, moved] = [join(at, 'place'), join(at, 'moved')];
  mkdirSync(place);
  // Once it is there: it is told before, too.
  const asItMoves = ({ id }: PartOnDisk): (() => void) => {
    if (id !== '') renameSync(place, moved);
    return () => undefined;
  };
  expect(() => privateFiles.write(join(place, 'a.keyshift-key'), kind, content, asItMoves)).toThrow('Nothing was changed');
  expect(readdirSync(moved).map((left) => readFileSync(join(moved, left)).length)).toEqual([0]);

  mkdirSync(place);
  const { openSync } = fs;
  const spy = vi.spyOn(fs, 'openSync').mockImplementation((path, ...more) => {
    if (path === place) throw Object.assign(new Error('refused'), { code: 'EIO' });
    return openSync(path, ...more);
  });
  const asItWas = (): void => (spy.mockRestore(), syncBuiltinESMExports());
  syncBuiltinESMExports();
  afterwards(asItWas);
  // It stands: nobody is told that nothing was changed.
  expect(() => privateFiles.write(join(place, 'a.keyshift-key'), kind, content)).toThrow(expect.objectContaining({ code: 'disk.unconfirmed', message: expect.not.stringContaining('Nothing was changed') }));
  asItWas();
  expect(readdirSync(place).map((left) => [left, readFileSync(join(place, left)).length])).toEqual([['a.keyshift-key', content.length]]);
});

it('S5-25: where the disk does not confirm the name of a file that stands, nobody is told that nothing was changed', async () => {
  const begins = { backup: (path: string) => backupFiles.begin(path, unnoted), file: (path: string) => chosenFiles.begin(path, false, unnoted), replacing: (path: string) => chosenFiles.begin(path, true, unnoted) };
  for (const [name, begin] of Object.entries(begins)) {
    const at = folder();
    const path = join(at, 'a.keyshift-backup');
    const target = await begin(path);
    await target.write(new Uint8Array(backupHeadBytes).fill(1));
    const { openSync } = fs;
    const spy = vi.spyOn(fs, 'openSync').mockImplementation((opened, ...more) => {
      if (opened === at) throw Object.assign(new Error('refused'), { code: 'EIO' });
      return openSync(opened, ...more);
    });
    const asItWas = (): void => (spy.mockRestore(), syncBuiltinESMExports());
    syncBuiltinESMExports();
    afterwards(asItWas);
    await expect(target.finish(), name).rejects.toThrow(expect.objectContaining({ code: 'disk.unconfirmed' }));
    asItWas();
    await target.discard();
    expect(readdirSync(at).map((left) => [left, readFileSync(join(at, left)).length]), name).toEqual([['a.keyshift-backup', backupHeadBytes]]);
  }
});
