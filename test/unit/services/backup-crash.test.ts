import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBackup } from '../../reference/backup-twin';
import { ready } from '../../reference/dialog-twin';
import { furnish, house, inFolder, passphrase, vaultNames, words } from '../../support/backup-kit';
import { strides, times } from '../../support/exhaustive';
import { temporaryFolder } from '../../support/two-peers';
import { bundleProgram, folder, linesOf, start } from '../storage/places';
import { vaultIn } from '../storage/vaults';

const program = bundleProgram('test/unit/services/programs/backup-life.ts');

/** What the program said before it was no more. */
async function lifeOf(...args: readonly string[]): Promise<string[]> {
  const line = linesOf(start(program, args));
  const said: string[] = [];
  for (let told = await line(); told !== undefined; told = await line()) said.push(told);
  return said;
}

describe('kill -9 of a process that makes a backup, or restores one', () => {
  const profiles = temporaryFolder();
  const ann = join(profiles.path, 'ann');

  beforeAll(async () => {
    await ready;
    await furnish(ann, 1_000, 'text');
  }, 60_000);

  afterAll(() => profiles.release());

  it('S5-25 A89: while it is made, there is no file of that name, or the last whole one', async () => {
    const at = inFolder(folder());
    const [file, part] = [at('a.keyshift-backup'), at('.a.keyshift-backup.part')];
    // In the middle of the first ever, then of the next one, after its first byte and near its end.
    expect(await lifeOf('create', ann, file, part, '70000!')).toEqual([]);
    expect(readdirSync(at('')).sort()).toEqual(['.a.keyshift-backup.part']);
    for (const bytes of ['1', '300000']) {
      const [made = ''] = await lifeOf('create', ann, file, part, bytes);
      // What a killed one left is as sealed as the rest, and in nobody's way.
      expect(readdirSync(at('')).sort()).toEqual(['.a.keyshift-backup.part', 'a.keyshift-backup']);
      expect(made).toBe(`made ${statSync(file).size}`);
      expect(readBackup(readFileSync(file), words).tables.get('messages')).toHaveLength(1_000);
    }
    expect(await lifeOf('create', ann, file)).toHaveLength(2);
    expect(readdirSync(at('')).sort()).toEqual(['a.keyshift-backup']);
  }, 60_000);

  it('S5-25 A89: before a few steps of making one that change a name or flush a file, and all by npm run exhaustive, the last one stands whole; the next goes through', async () => {
    const at = inFolder(folder());
    const file = at('a.keyshift-backup');
    expect(await lifeOf('create', ann, file)).toHaveLength(2);
    const next = strides(3, 1);
    let steps = 0;
    for (let [step, isOver] = [1, false]; !isOver; step += next()) {
      steps += 1;
      const said = await lifeOf('create', ann, file, 'step', `${step}`);
      isOver = said.length === 2;
      expect(readBackup(readFileSync(file), words).tables.get('messages')).toHaveLength(1_000);
      expect(readdirSync(at('')).filter((name) => !['a.keyshift-backup', '.a.keyshift-backup.part'].includes(name))).toEqual([]);
    }
    expect(steps).toBeGreaterThan(times(2, 1));
    expect(readdirSync(at(''))).toEqual(['a.keyshift-backup']);
  }, 240_000);

  it('S5-25 A38 A89: before a few such steps of restoring one, and all by npm run exhaustive, there is no vault, or a whole one of a new device; the next start goes on', async () => {
    const at = inFolder(folder());
    expect(await lifeOf('create', ann, at('b'))).toHaveLength(2);
    const seen: string[] = [];
    const next = strides(4, 1);
    let isOver = false;
    for (let step = 1; !isOver; step += next()) {
      const profile = at(`again ${step}`);
      isOver = (await lifeOf('restore', profile, at('b'), 'step', `${step}`)).includes('restored');
      const state = vaultIn(profile).state();
      seen.push(state);
      const again = await house(profile);
      if (state === 'absent') await again.app.handlers.backup.restore({ path: at('b'), passphrase: words });
      else await again.app.handlers.vault.unlock({ passphrase: words });
      expect([step, (await again.app.handlers.identity.get(undefined)).unconfirmed]).toEqual([step, true]);
      expect([step, vaultNames(profile).filter((name) => name.includes('.creating'))]).toEqual([step, []]);
      await again.app.stop();
    }
    // Once there is a vault it does not go again.
    expect(seen.lastIndexOf('absent')).toBeLessThan(seen.indexOf('present'));
    expect([seen.filter((state) => state === 'absent').length > 1, seen.filter((state) => state === 'present').length > 1]).toEqual([true, true]);
  }, 240_000);

  it('S5-25 A38 A89: while it is restored, there is no vault, or a whole one of a new device', async () => {
    const at = inFolder(folder());
    const original = await house(ann);
    await original.app.handlers.vault.unlock({ passphrase });
    const device = (await original.app.handlers.identity.get(undefined)).instance.id;
    await original.app.handlers.backup.create({ path: at('b'), passphrase: words });
    await original.app.stop();

    const profile = at('again');
    const seen = new Set<string>();
    // While rows come in, when they are all there, and moments behind that only real time reaches.
    const making = `${profile}/keyshift.db.creating`;
    const moments: readonly (readonly string[])[] = [[making, '1'], [making, '200000'], [`${making}-wal`, '1'], ...[5, 25].map((wait) => [`${making}-wal`, '1', `${wait}`])];
    for (const moment of moments) {
      const said = await lifeOf('restore', profile, at('b'), ...moment);
      const vault = vaultIn(profile);
      seen.add(vault.state());
      if (vault.state() === 'present') break;
      expect(said).toEqual([]);
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
