// Packages of tools with lock files of their own: nobody who does not pack needs their 400 packages. No code of theirs runs while they are installed.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../lib/lock.mjs';
import { npmCommand } from '../lib/npm-command.mjs';
import { inRoot } from '../lib/paths.mjs';
import { run } from '../lib/process.mjs';
import { PlainError, say, seconds } from '../lib/say.mjs';

/** What is being installed by this very process. @type {Map<string, Promise<void>>} */
const coming = new Map();

/** Path of a program in one of these packages, installed as its lock file says. @param {'tools' | 'sbom-tools'} folder @param {string} program */
export async function tool(folder, program) {
  if (!coming.has(folder)) coming.set(folder, install(folder));
  await coming.get(folder);
  return inRoot('scripts/package', folder, 'node_modules', program);
}

async function install(folder) {
  const place = inRoot('scripts/package', folder);
  const wanted = readFileSync(join(place, 'package-lock.json'), 'utf8');
  const note = join(place, 'node_modules/.installed');
  const stands = () => existsSync(note) && readFileSync(note, 'utf8') === wanted;
  if (stands()) return;
  await withLock(`package-${folder}`, async () => {
    if (stands()) return;
    say(`Installing the packages in scripts/package/${folder} …`);
    const started = performance.now();
    const npm = npmCommand(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
    const { code, stderr } = await run(npm.file, npm.args, { cwd: place, env: npm.env, timeout: 15 * 60_000 });
    if (code !== 0) throw new PlainError(`Installing in scripts/package/${folder} failed. The npm registry must be reachable for the first time.\n${stderr.trim()}`);
    writeFileSync(note, wanted);
    say(`They are installed (${seconds(started)}).`);
  });
}
