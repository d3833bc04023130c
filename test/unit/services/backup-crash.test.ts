import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readBackup } from '../../reference/backup-twin';
import { ready } from '../../reference/dialog-twin';
import { furnish, house, inFolder, vaultNames, words } from '../../support/backup-kit';
import { bundleProgram, folder, killed, linesOf, start } from '../storage/places';
import { vaultIn } from '../storage/vaults';

const program = bundleProgram('test/unit/services/programs/backup-life.ts');

async function reaches(path: string, bytes: number): Promise<void> {
  while ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) < bytes) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('kill -9 of a process that makes a backup, or restores one', () => {
  beforeAll(() => ready);

  it('S5-25 A89: while it is made, there is no file of that name, or the last whole one', async () => {
    const at = inFolder(folder());
    await furnish(at('ann'), 1_000, 'text');
    const [file, part] = [at('a.keyshift-backup'), at('.a.keyshift-backup.part')];
    let bytes = 0;
    for (let round = 0; round < 4; round += 1) {
      const child = start(program, ['create', at('ann'), file]);
      const line = linesOf(child);
      expect(await line()).toBe('start');
      // The first is killed in the middle of the very first file, the others in the middle of a later one.
      if (round > 0) bytes = Number((await line())?.slice('made '.length));
      await reaches(part, 70_000);
      await killed(child);
      expect(existsSync(file)).toBe(round > 0);
      if (round > 0) expect(readBackup(readFileSync(file), words).tables.get('messages')).toHaveLength(1_000);
      // What the killed one left is as sealed as the rest, and the next one's way.
      expect(readdirSync(at('')).sort()).toEqual([...(existsSync(part) ? ['.a.keyshift-backup.part'] : []), ...(round > 0 ? ['a.keyshift-backup'] : []), 'ann']);
    }
    expect(bytes).toBe(statSync(file).size);
  }, 60_000);

  it('S5-25 A38 A89: while it is restored, there is no vault, or a whole one of a new device', async () => {
    const at = inFolder(folder());
    await furnish(at('ann'), 1_000, 'text');
    const ann = await house(at('ann'));
    await ann.app.handlers.vault.unlock({ passphrase: 'a passphrase for tests only' });
    const device = (await ann.app.handlers.identity.get(undefined)).instance.id;
    await ann.app.handlers.backup.create({ path: at('b'), passphrase: words });
    await ann.app.stop();

    const profile = at('again');
    const seen = new Set<string>();
    // Steps that leave a trace, and moments behind them that only real time reaches.
    const moments: readonly (() => Promise<unknown>)[] = [
      () => reaches(`${profile}/keyshift.db.creating`, 1),
      () => reaches(`${profile}/keyshift.db.creating`, 200_000),
      () => reaches(`${profile}/keyshift.db.creating-wal`, 1),
      ...[2, 10, 20].map((wait) => async () => {
        await reaches(`${profile}/keyshift.db.creating-wal`, 1);
        await new Promise((settle) => setTimeout(settle, wait));
      }),
      () => reaches(`${profile}/keyshift.db`, 1),
    ];
    for (const moment of moments) {
      const child = start(program, ['restore', profile, at('b')]);
      const line = linesOf(child);
      expect(await line()).toBe('start');
      await moment();
      await killed(child);
      const vault = vaultIn(profile);
      seen.add(vault.state());
      if (vault.state() === 'present') break;
      expect(vaultNames(profile).filter((name) => !name.includes('.creating'))).toEqual([]);
    }
    expect(seen.has('absent')).toBe(true);
    const again = await house(profile);
    // Either way the next start goes on: what lies about hinders nobody, and what was begun at the last step is made up for.
    if (vaultIn(profile).state() === 'absent') await again.app.handlers.backup.restore({ path: at('b'), passphrase: words });
    else await again.app.handlers.vault.unlock({ passphrase: words });
    const now = await again.app.handlers.identity.get(undefined);
    expect([now.instance.id === device, now.unconfirmed]).toEqual([false, true]);
    expect(vaultNames(profile).filter((name) => name.includes('.creating'))).toEqual([]);
    await again.app.stop();
  }, 60_000);
});
