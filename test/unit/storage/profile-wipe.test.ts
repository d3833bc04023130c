import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { afterwards, bundleProgram } from './places';

const program = bundleProgram('test/unit/storage/programs/wipe-profile.ts');
const nobody = 65_534;

it.skipIf(process.platform === 'win32')('a profile goes with files that this user owns and may not read, such as preferences that were put aside for that', () => {
  // Root has every right: there the program is started as nobody, who has to get at it.
  const isRoot = process.getuid?.() === 0;
  const directory = mkdtempSync(join(tmpdir(), 'keyshift-wipe-'));
  afterwards(() => rmSync(directory, { recursive: true, force: true }));
  const copy = join(directory, 'program.cjs');
  writeFileSync(copy, readFileSync(program));
  for (const [name, mode] of [['vault', 0o600], ['keyshift.db', 0o600], ['preferences.json', 0o400], ['preferences.broken.json', 0]] as const) {
    writeFileSync(join(directory, name), name);
    chmodSync(join(directory, name), mode);
    if (isRoot) chownSync(join(directory, name), nobody, nobody);
  }
  if (isRoot) chownSync(directory, nobody, nobody);
  const [command, ...before] = isRoot ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups', process.execPath] : [process.execPath];
  const args = [...before, copy, directory];
  expect(spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, NODE_PATH: resolve('node_modules') } })).toMatchObject({ status: 0, stderr: '' });
  expect(readdirSync(directory)).toEqual(['program.cjs']);
});
