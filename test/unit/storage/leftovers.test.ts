import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { removeLeftovers } from '../../../electron/storage/leftovers';
import { folder } from './places';

/** Ends itself at the moment in which the new preferences stand beside the old ones. */
const endedBeforeTheName = (write: string): string => `
  const fs = require('node:fs');
  const end = (...names) => { if (names.some((name) => String(name).endsWith('preferences.json'))) process.kill(process.pid, 'SIGKILL'); };
  const rename = fs.renameSync;
  fs.renameSync = (from, to) => { end(to); return rename(from, to); };
  require('node:module').syncBuiltinESMExports();
  (async () => { ${write} })().catch((error) => { console.error(error); process.exit(1); });`;

describe('what a process that was ended at once left of preferences', () => {
  it('A87: is gone once the next one has the profile: as electron-store calls it, and as the headless peer does; nothing else is', () => {
    const directory = folder();
    const path = join(directory, 'preferences.json');
    // The library of the window itself says what it leaves.
    const atomically = pathToFileURL(createRequire(createRequire(__filename).resolve('electron-store')).resolve('conf')).href.replace(/conf\/.*$/, 'atomically/dist/index.js');
    const { signal, stderr } = spawnSync(process.execPath, ['-e', endedBeforeTheName(`const { writeFileSync } = await import(${JSON.stringify(atomically)}); writeFileSync(${JSON.stringify(path)}, '{}');`)], { encoding: 'utf8' });
    expect([signal, stderr]).toEqual(['SIGKILL', '']);
    expect(readdirSync(directory)).toEqual([expect.stringMatching(/^preferences\.json\.tmp-/)]);
    writeFileSync(`${path}.4711.tmp`, '{}');
    const stay = ['keyshift.db', 'preferences.broken.json', 'preferences.json', 'preferences.json.mine', 'profiles.json.4711.tmp', 'vault', 'vault.next'];
    for (const name of stay) writeFileSync(join(directory, name), '');
    removeLeftovers(directory);
    expect(readdirSync(directory).toSorted()).toEqual(stay);
    rmSync(directory, { recursive: true });
    expect(() => removeLeftovers(directory)).not.toThrow();
  });
});
