// Installs exactly what package-lock.json says, when node_modules does not hold it already. No package runs code of its own.
import { readFileSync } from 'node:fs';
import { withLock } from './lock.mjs';
import { npmCommand } from './npm-command.mjs';
import { inRoot, root } from './paths.mjs';
import { run } from './process.mjs';
import { PlainError, say, seconds } from './say.mjs';

export async function installDependencies() {
  if (dependenciesStand()) return;
  await withLock('npm', async () => {
    if (dependenciesStand()) return;
    say('Installing the locked dependencies …');
    const started = performance.now();
    const npm = npmCommand(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
    const { code, error } = await run(npm.file, npm.args, { cwd: root, env: npm.env, output: 'stderr' });
    if (code !== 0) throw new PlainError(`npm ci failed (${error?.message ?? `exit code ${code}`}). The npm registry must be reachable for the first run.`);
    say(`Dependencies are installed (${seconds(started)}).`);
  });
}

/** Compares the lock file with the one npm keeps of what it has put into node_modules. */
export function dependenciesStand() {
  const wanted = packagesOf(inRoot('package-lock.json'));
  const present = packagesOf(inRoot('node_modules/.package-lock.json'));
  if (!wanted || !present) return false;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue;
    const found = present[path];
    if (found ? found.version !== entry.version || found.integrity !== entry.integrity : isNeededHere(entry)) return false;
  }
  return Object.keys(present).every((path) => path in wanted);
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

// Optional packages hold programs for one platform each. `libc` and "optional but failed" are npm's business: those are not missed.
function isNeededHere({ optional, os, cpu, libc }) {
  if (!optional) return true;
  if (!os || !cpu || libc) return false;
  return os.includes(process.platform) && cpu.includes(process.arch);
}
