// nats-server for tests: the one that is installed, else Debian's, fetched and unpacked into the cache without installing it, so
// that no service starts on this machine.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inCache } from './paths.mjs';
import { isRoot, run } from './process.mjs';

/** What to type where it is missing. */
export const howToHaveServer = 'sudo apt-get install -y --no-install-recommends nats-server (or download it from https://github.com/nats-io/nats-server/releases and put it on the PATH)';

const unpacked = inCache('nats-server');

/**
 * Where it is; undefined: nowhere.
 * @returns {string | undefined}
 */
export function natsServer() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', join(unpacked, 'usr/sbin'), join(unpacked, 'usr/bin')];
  return folders.filter(Boolean).map((folder) => join(folder, process.platform === 'win32' ? 'nats-server.exe' : 'nats-server')).find((file) => existsSync(file));
}

/** Gives whether it is there afterwards. Needs apt-get and dpkg, no rights; runs no script of the package. */
export async function fetchNatsServer() {
  mkdirSync(inCache(), { recursive: true });
  const folder = mkdtempSync(`${unpacked}-`);
  try {
    const { code } = await run('apt-get', ['-qq', ...(isRoot ? ['-o', 'APT::Sandbox::User=root'] : []), 'download', 'nats-server'], { cwd: folder, timeout: 5 * 60_000, output: 'stderr' });
    const file = readdirSync(folder).find((name) => name.endsWith('.deb'));
    if (code !== 0 || file === undefined) return false;
    const into = join(folder, 'unpacked');
    if ((await run('dpkg', ['-x', join(folder, file), into], { timeout: 60_000 })).code !== 0) return false;
    rmSync(unpacked, { recursive: true, force: true });
    renameSync(into, unpacked);
    return natsServer() !== undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
