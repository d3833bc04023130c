import { randomInt } from 'node:crypto';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { afterwards, bundleProgram, fingerprint, folder, killed, linesOf, start } from './places';
import { outcome, vaultIn } from './vaults';
import { times } from '../../support/exhaustive';

const program = bundleProgram('test/unit/storage/programs/vault-life.ts');

describe('kill -9 of a process that creates a vault and changes its passphrase', () => {
  it('A89: leaves no vault or a whole one, under the last passphrase told or the next', async () => {
    const seen = new Set<string>();
    for (let round = 0; round < times(14, 6); round += 1) {
      const directory = folder();
      const child = start(program, [directory]);
      const line = linesOf(child);
      expect(await line()).toBe('start');
      let last = -1;
      const note = (told: string | undefined): void => {
        expect(told).toMatch(/^p\d+$/);
        last = Number(told?.slice(1));
      };
      // In turn from its start, and from the moment there is a vault, which on a busy machine may come long after.
      const isCreated = round % 2 === 1;
      if (isCreated) note(await line());
      await new Promise((settle) => setTimeout(settle, randomInt(0, isCreated ? 60 : 120)));
      await killed(child);
      for (let told = await line(); told !== undefined; told = await line()) note(told);
      const vault = vaultIn(directory);
      if (vault.state() === 'absent') {
        expect(last).toBe(-1);
        expect(await outcome(vault.create('fresh'))).toBe('open');
        seen.add('absent');
      } else {
        const first = await outcome(vault.unlock(`p${Math.max(last, 0)}`));
        if (first !== 'open') expect([first, await outcome(vault.unlock(`p${last + 1}`))]).toEqual(['vault.wrong-passphrase', 'open']);
        const open = await vault.unlock(first === 'open' ? `p${Math.max(last, 0)}` : `p${last + 1}`);
        expect(open.stores.invitations.find('made-with-the-vault')?.expiresAt).toBe(2);
        open.close();
        seen.add('whole');
      }
      expect(readdirSync(directory).filter((name) => name.includes('.creating'))).toEqual([]);
    }
    expect(seen.has('whole')).toBe(true);
  }, 60_000);
});

describe('each point at which creating a vault can be cut off', () => {
  async function finished(): Promise<string> {
    const directory = folder();
    (await vaultIn(directory).create('p')).close();
    return directory;
  }

  it('A89: before the database has its name there is no vault, and a new one can be made', async () => {
    const directory = await finished();
    renameSync(join(directory, 'vault'), join(directory, 'vault.creating'));
    renameSync(join(directory, 'keyshift.db'), join(directory, 'keyshift.db.creating'));
    writeFileSync(join(directory, 'keyshift.db.creating-wal'), 'half');
    const vault = vaultIn(directory);
    expect(vault.state()).toBe('absent');
    expect(await outcome(vault.unlock('p'))).toBe('vault.absent');
    expect(await outcome(vault.create('q'))).toBe('open');
    expect(readdirSync(directory).sort()).toEqual(['keyshift.db', 'vault']);
    expect(await outcome(vault.unlock('q'))).toBe('open');
  });

  it('A89: between the two names the vault is there and works', async () => {
    const directory = await finished();
    renameSync(join(directory, 'vault'), join(directory, 'vault.creating'));
    const vault = vaultIn(directory);
    expect(vault.state()).toBe('present');
    expect(await outcome(vault.create('q'))).toBe('vault.exists');
    expect(await outcome(vault.unlock('q'))).toBe('vault.wrong-passphrase');
    expect(await outcome(vault.unlock('p'))).toBe('open');
    expect(readdirSync(directory).sort()).toEqual(['keyshift.db', 'vault']);
  });

  it('A89: a damaged leftover never takes the place of the vault', async () => {
    const directory = await finished();
    renameSync(join(directory, 'vault'), join(directory, 'vault.creating'));
    writeFileSync(join(directory, 'vault.creating'), 'half');
    const before = fingerprint(directory);
    expect(await outcome(vaultIn(directory).unlock('p'))).toBe('vault.damaged');
    expect(await outcome(vaultIn(directory).create('p'))).toBe('vault.damaged');
    expect(fingerprint(directory)).toEqual(before);
  });

  it('a leftover of a passphrase change is no hindrance', async () => {
    const directory = await finished();
    writeFileSync(join(directory, 'vault.next'), 'half');
    const open = await vaultIn(directory).unlock('p');
    afterwards(() => open.close());
    await open.changePassphrase('p', 'q');
    expect(readdirSync(directory)).not.toContain('vault.next');
  });
});
