import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
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
  it('A87: is gone once the next one has the profile, also what windows of before called it; nothing else is', async () => {
    const directory = folder();
    const path = join(directory, 'preferences.json');
    // The program's own writing says what it leaves.
    const { outputFiles } = await build({ entryPoints: [join(__dirname, '../../../electron/platform/preferences-writing.ts')], bundle: true, platform: 'node', format: 'cjs', write: false, logLevel: 'error' });
    const writing = join(folder(), 'writing.cjs');
    writeFileSync(writing, outputFiles[0]?.text ?? '');
    // And the library (of electron-store) that windows before it wrote with.
    const atomically = pathToFileURL(createRequire(createRequire(__filename).resolve('electron-store')).resolve('conf')).href.replace(/conf\/.*$/, 'atomically/dist/index.js');
    const [own, before] = [`require(${JSON.stringify(writing)}).writePreferences(${JSON.stringify(directory)}, {});`, `const { writeFileSync } = await import(${JSON.stringify(atomically)}); writeFileSync(${JSON.stringify(path)}, '{}');`];
    for (const write of [own, before]) {
      const { signal, stderr } = spawnSync(process.execPath, ['-e', endedBeforeTheName(write)], { encoding: 'utf8' });
      expect([signal, stderr]).toEqual(['SIGKILL', '']);
    }
    expect(readdirSync(directory).toSorted()).toEqual([expect.stringMatching(/^preferences\.json\.\d+\.tmp$/), expect.stringMatching(/^preferences\.json\.tmp-/)]);
    const stay = ['keyshift.db', 'preferences.broken.json', 'preferences.json', 'preferences.json.mine', 'profiles.json.4711.tmp', 'vault', 'vault.next'];
    for (const name of stay) writeFileSync(join(directory, name), '');
    removeLeftovers(directory);
    expect(readdirSync(directory).toSorted()).toEqual(stay);
    rmSync(directory, { recursive: true });
    expect(() => removeLeftovers(directory)).not.toThrow();
  });
});
