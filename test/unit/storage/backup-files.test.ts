import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backupHeadBytes, encodeBackupHead } from '../../../electron/engine/backup/container';
import { backupFiles } from '../../../electron/storage/backup-files';
import { chosenFiles } from '../../../electron/storage/chosen-files';
import { idOf } from '../../../electron/storage/part-on-disk';
import { settle } from '../../support/manual-clock';
import { folder } from './places';
import { unnoted } from '../../support/memory-files';

const unusable = expect.objectContaining({ code: 'path.unusable' });
const head = encodeBackupHead({ cost: { memoryBytes: 64 * 1024 * 1024, passes: 2 }, salt: new Uint8Array(16) });

describe('a backup on its way to its place', () => {
  it('S5-25 A89: of two that go to the same place at once, what is there at the end is one of them, whole', async () => {
    const path = join(folder(), 'a.keyshift-backup');
    const first = await backupFiles.begin(path, unnoted);
    await first.write(head);
    await first.write(new Uint8Array(1_000).fill(1));
    // Another profile, another process: it takes the first for what a killed process left.
    const second = await backupFiles.begin(path, unnoted);
    await second.write(head);
    await expect(first.finish()).rejects.toThrow(unusable);
    await first.discard();
    expect(existsSync(path)).toBe(false);
    await second.write(new Uint8Array(500).fill(2));
    expect(await second.finish()).toBe(path);
    expect(readFileSync(path)).toHaveLength(backupHeadBytes + 500);
    expect(readdirSync(join(path, '..'))).toEqual(['a.keyshift-backup']);
  });

  it('S5-25 A88: one whose folder is moved while it is written leaves nothing of it there, nor does a file that is saved', async () => {
    for (const begin of [(path: string) => backupFiles.begin(path, unnoted), (path: string) => chosenFiles.begin(path, false, unnoted)]) {
      const at = folder();
      const [place, moved] = [join(at, 'place'), join(at, 'moved')];
      mkdirSync(place);
      const target = await begin(join(place, 'a.keyshift-backup'));
      await target.write(head);
      renameSync(place, moved);
      await expect(target.finish()).rejects.toThrow(unusable);
      await target.discard();
      expect(readdirSync(moved).map((name) => readFileSync(join(moved, name)).length)).toEqual([0]);
    }
  });

  it('S5-25: nothing beside its place is removed but what an unfinished backup left', async () => {
    const at = folder();
    const path = join(at, 'a.keyshift-backup');
    const beside = join(at, '.a.keyshift-backup.part');
    writeFileSync(beside, 'a letter');
    await expect(backupFiles.begin(path, unnoted)).rejects.toThrow(unusable);
    expect(readFileSync(beside, 'utf8')).toBe('a letter');
    for (const left of [new Uint8Array(0), head]) {
      writeFileSync(beside, left);
      await (await backupFiles.begin(path, unnoted)).discard();
      expect(readdirSync(at)).toEqual([]);
    }
  });

  it('S5-25 A89: what an opened profile takes away of an earlier one is never this one, not even before anybody was told of it', async () => {
    const at = folder();
    const beside = join(at, '.a.keyshift-backup.part');
    const beginning = backupFiles.begin(join(at, 'a.keyshift-backup'), unnoted);
    await settle();
    // Another thread makes the file: it is looked for without giving this one's work a turn. A file system may give it the number of one that is gone.
    for (const until = performance.now() + 10_000; !existsSync(beside) && performance.now() < until; ) continue;
    expect(await chosenFiles.dropPart({ path: beside, id: idOf(lstatSync(beside, { bigint: true })) })).toBe(false);
    const target = await beginning;
    await target.write(head);
    await target.finish();
    expect(readdirSync(at)).toEqual(['a.keyshift-backup']);
  });
});
