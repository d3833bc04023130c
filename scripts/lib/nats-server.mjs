// nats-server for tests: a current one that is installed, else Debian's newest, fetched and unpacked into the cache without
// installing it, so that no service starts on this machine and its own lists of packages stay as they are.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { inCache } from './paths.mjs';
import { isRoot, run } from './process.mjs';

/** What to type where there is none, or an old one. */
export const howToHaveServer = 'download it from https://github.com/nats-io/nats-server/releases (2.14.3 or newer) and put it on the PATH';

/** The first that what is said about clusters holds for (docs/mailbox.md). */
const CURRENT = [2, 14, 3];

const unpacked = inCache('nats-server');
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** @typedef {{ file: string, version: number[] }} NatsServer */
/** @type {{ found: NatsServer | undefined } | undefined} */
let known;

/**
 * The newest there is here; undefined: none.
 * @returns {NatsServer | undefined}
 */
export function natsServer() {
  known ??= { found: lookAround() };
  return known.found;
}

/** Whether it is one that a mailbox should run on. */
export const isCurrent = (/** @type {NatsServer | undefined} */ server) => server !== undefined && newer(server.version, CURRENT) >= 0;

function lookAround() {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', join(unpacked, 'usr/sbin'), join(unpacked, 'usr/bin')];
  const name = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';
  const files = new Set(folders.filter(Boolean).map((folder) => join(folder, name)).filter((file) => existsSync(file)));
  const servers = [...files].flatMap((file) => {
    const version = versionIn(spawnSync(file, ['--version'], { encoding: 'utf8', timeout: 10_000 }).stdout ?? '');
    return version ? [{ file, version }] : [];
  });
  return servers.toSorted((one, other) => newer(other.version, one.version))[0];
}

/** @returns {number[] | undefined} */
export function versionIn(text) {
  const found = /v?(\d+)\.(\d+)\.(\d+)/.exec(text);
  return found ? found.slice(1, 4).map(Number) : undefined;
}

/** Above 0 where `one` is newer than `other`. */
export function newer(one, other) {
  const at = other.findIndex((number, index) => one[index] !== number);
  return at < 0 ? 0 : one[at] - other[at];
}

/** Never an error: `natsServer` says afterwards what there is. Needs apt-get and dpkg, no rights; runs no script of a package. */
export async function fetchNatsServer() {
  mkdirSync(inCache(), { recursive: true });
  const folder = mkdtempSync(`${unpacked}-`);
  try {
    if (!(await fetchNewest(folder))) await download(folder, []);
    const file = readdirSync(folder).find((name) => name.endsWith('.deb'));
    const into = join(folder, 'unpacked');
    if (file === undefined || (await run('dpkg', ['-x', join(folder, file), into], { timeout: 60_000 })).code !== 0) return;
    rmSync(unpacked, { recursive: true, force: true });
    renameSync(into, unpacked);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    known = undefined;
  }
}

/** From Debian's current packages, whichever release this machine has: signed by the keys it has anyway, with lists of their own. */
async function fetchNewest(folder) {
  if (!existsSync(KEYRING)) return false;
  const state = join(folder, 'apt');
  mkdirSync(join(state, 'lists/partial'), { recursive: true });
  mkdirSync(join(state, 'archives/partial'), { recursive: true });
  writeFileSync(join(state, 'sources.list'), `deb [signed-by=${KEYRING}] http://deb.debian.org/debian sid main\n`);
  const options = { 'Dir::Etc::sourcelist': join(state, 'sources.list'), 'Dir::Etc::sourceparts': '-', 'Dir::State::lists': join(state, 'lists'), 'Dir::Cache': state, 'Acquire::Languages': 'none' };
  const given = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return (await apt(folder, [...given, 'update'])) && download(folder, given);
}

const download = (folder, given) => apt(folder, [...given, 'download', 'nats-server']);

async function apt(folder, words) {
  const asRoot = isRoot ? ['-o', 'APT::Sandbox::User=root'] : [];
  return (await run('apt-get', ['-qq', ...asRoot, ...words], { cwd: folder, timeout: 5 * 60_000, output: 'stderr' })).code === 0;
}
