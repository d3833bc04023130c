// Supply chain: what package.json and package-lock.json must look like. The stage `lockfile` of npm test; test/architecture shows that it can fail.
import { readFileSync } from 'node:fs';
import { inRoot } from './paths.mjs';

const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const REGISTRY = 'https://registry.npmjs.org/';
const OLDEST_ELECTRON = 45;
/** What npm would run by itself; `npm ci` is always called with --ignore-scripts, so that these do not run either. */
const BY_ITSELF = /^(pre|post)?(install|prepare|publish|pack|shrinkwrap)$|^prepublishOnly$|^dependencies$/;
/** Packages that want to run something when they are installed: known, and not let. A new one is looked at first. */
const WANT_TO_RUN = ['@signalapp/sqlcipher', 'esbuild'];

/** @typedef {{ dependencies?: Record<string, string>, devDependencies?: Record<string, string>, scripts?: Record<string, string> }} Manifest */
/** @typedef {{ packages: Record<string, { version?: string, resolved?: string, integrity?: string, link?: boolean, inBundle?: boolean, hasInstallScript?: boolean } & Manifest> }} Lock */

/**
 * @param {Manifest} manifest
 * @param {Lock} lock
 * @returns {string[]} one sentence for each problem
 */
export function lockfileProblems(manifest, lock) {
  const problems = [];
  const declared = { ...manifest.dependencies, ...manifest.devDependencies };
  const locked = { ...lock.packages['']?.dependencies, ...lock.packages['']?.devDependencies };
  for (const [name, version] of Object.entries(declared)) {
    if (!EXACT.test(version)) problems.push(`package.json: ${name} is not pinned to one version (${version})`);
    if (locked[name] !== version) problems.push(`package-lock.json does not agree with package.json about ${name}`);
    if (lock.packages[`node_modules/${name}`]?.version !== version) problems.push(`package-lock.json installs another ${name} than ${version}`);
  }
  for (const name of Object.keys(locked)) {
    if (!(name in declared)) problems.push(`package-lock.json declares ${name}, package.json does not`);
  }
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '') continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (entry.hasInstallScript && !WANT_TO_RUN.includes(name)) problems.push(`${path} wants to run something when it is installed`);
    if (entry.link) problems.push(`${path} is a link`);
    if (!entry.integrity?.startsWith('sha512-')) problems.push(`${path} has no SHA-512 integrity`);
    // Lock files made behind a mirror carry no address at all; one that is there must be the registry's.
    if (entry.resolved && !entry.resolved.startsWith(REGISTRY)) problems.push(`${path} comes from ${entry.resolved}`);
  }
  for (const name of Object.keys(manifest.scripts ?? {})) if (BY_ITSELF.test(name)) problems.push(`package.json: npm would run "${name}" by itself`);
  const electron = Number.parseInt(declared.electron ?? '0', 10);
  if (electron < OLDEST_ELECTRON) problems.push(`Electron ${declared.electron} is older than the oldest supported major ${OLDEST_ELECTRON}`);
  return problems;
}

export function ownLockfileProblems() {
  const read = (file) => JSON.parse(readFileSync(inRoot(file), 'utf8'));
  return lockfileProblems(read('package.json'), read('package-lock.json'));
}
