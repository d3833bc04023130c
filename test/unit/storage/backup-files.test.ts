import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { backupHeadBytes, encodeBackupHead } from '../../../electron/engine/backup/container';
import { backupFiles } from '../../../electron/storage/backup-files';
import { folder } from './places';

const unusable = expect.objectContaining({ code: 'path.unusable' });
const head = encodeBackupHead({ cost: { memoryBytes: 64 * 1024 * 1024, passes: 2 }, salt: new Uint8Array(16) });

describe('a backup on its way to its place', () => {
  it('S5-25 A89: of two that go to the same place at once, what is there at the end is one of them, whole', async () => {
    const path = join(folder(), 'a.keyshift-backup');
    const first = await backupFiles.begin(path);
    await first.write(head);
    await first.write(new Uint8Array(1_000).fill(1));
    // Another profile, another process: it takes the first for what a killed process left.
    const second = await backupFiles.begin(path);
    await second.write(head);
    await expect(first.finish()).rejects.toThrow(unusable);
    await first.discard();
    expect(existsSync(path)).toBe(false);
    await second.write(new Uint8Array(500).fill(2));
    expect(await second.finish()).toBe(path);
    expect(readFileSync(path)).toHaveLength(backupHeadBytes + 500);
    expect(readdirSync(join(path, '..'))).toEqual(['a.keyshift-backup']);
  });

  it('S5-25: nothing beside its place is removed but what an unfinished backup left', async () => {
    const at = folder();
    const path = join(at, 'a.keyshift-backup');
    const beside = join(at, '.a.keyshift-backup.part');
    writeFileSync(beside, 'a letter');
    await expect(backupFiles.begin(path)).rejects.toThrow(unusable);
    expect(readFileSync(beside, 'utf8')).toBe('a letter');
    for (const left of [new Uint8Array(0), head]) {
      writeFileSync(beside, left);
      await (await backupFiles.begin(path)).discard();
      expect(readdirSync(at)).toEqual([]);
    }
  });
});
