// The headless peer for the system's own Node: a Debian package, and one for npm. Without Electron; native libraries of one system in the first,
// fetched by npm for the second.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { filesBelow } from '../lib/fingerprint.mjs';
import { inRoot, out } from '../lib/paths.mjs';
import { run } from '../lib/process.mjs';
import { makeArchive } from './archive.mjs';
import { description, makeDeb } from './deb.mjs';
import { FOR_BARE } from './for-bare.mjs';
import { debianArchitecture, debianVersion, homepage, license, version } from './names.mjs';
import { compressed, debianChangelog, pageOfHelp } from './papers.mjs';
import { copyright } from './system-files.mjs';

const NAME = 'keyshift-headless';
const SYNOPSIS = 'Keyshift without a window: JSON-RPC on a socket or on standard input';
const TEXT = 'The same peer as the desktop app, for scripts, for servers, and for a machine that is always on and takes messages for your other devices.';

/** What its bundle loads from node_modules (`EXTERNAL` of scripts/build.mjs without what only the window has). */
const LOADED = ['@signalapp/sqlcipher', 'sodium-native'];
/** Parts of packages for other runtimes and for whoever builds them. */
const LEFT_OUT = /(?:\.(?:map|d\.[cm]?ts|md|bare|cc)|CMakeLists\.txt|binding\.gyp)$|\/extensions\/|\/node-gyp-build\/(?:bin|build-test|optional)\.js$/;

/** @param {{ folder: string, arch: string, time: number, compression: string }} options @returns {Promise<string[]>} names of the files made in `folder` */
export async function packHeadless({ folder, arch, time, compression }) {
  const work = mkdtempSync(join(tmpdir(), 'keyshift-headless-'));
  try {
    return [await debOf({ work, folder, arch, time, compression }), await npmOf({ work, folder, time })];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function debOf({ work, folder, arch, time, compression }) {
  const tree = join(work, 'tree');
  const home = join(tree, 'usr/lib', NAME);
  put(home, 'package.json', JSON.stringify({ name: NAME, version, license, private: true }));
  for (const name of program()) put(home, `out/${name}`, withoutMap(name));
  for (const path of closure().filter((each) => !FOR_BARE.includes(each.split('node_modules/').at(-1)))) {
    const files = filesBelow(inRoot(path)).filter((file) => !LEFT_OUT.test(file) && (!file.includes('/prebuilds/') || file.includes(`/prebuilds/linux-${arch}/`)) && !file.slice(inRoot(path).length).includes('/node_modules/'));
    for (const file of files) put(home, file.slice(inRoot().length + 1), readFileSync(file));
  }
  put(tree, `usr/bin/${NAME}`, readFileSync(inRoot('scripts/package/linux/keyshift-headless')), 0o755);
  for (const kind of ['user', 'system']) {
    const unit = `${NAME}${kind === 'system' ? '@' : ''}.service`;
    put(tree, `usr/lib/systemd/${kind}/${unit}`, readFileSync(inRoot('scripts/package/linux', unit)));
  }
  put(tree, `usr/share/doc/${NAME}/copyright`, copyright());
  put(tree, `usr/share/doc/${NAME}/changelog.gz`, compressed(debianChangelog({ name: NAME, time })));
  // On standard error: its standard output is for programs.
  const { stderr: help } = await run(process.execPath, [join(out, 'headless.cjs'), '--help']);
  put(tree, `usr/share/man/man1/${NAME}.1.gz`, compressed(pageOfHelp({ name: NAME, title: SYNOPSIS, time, help })));
  put(tree, `usr/share/doc/${NAME}/headless.md`, readFileSync(inRoot('docs/headless.md')));
  const file = `${NAME}_${version}_${debianArchitecture(arch)}.deb`;
  await makeDeb({
    tree,
    file: join(folder, file),
    compression,
    time,
    fields: controlFields({ version, arch }),
    scripts: Object.fromEntries(['postinst', 'prerm', 'postrm'].map((each) => [each, readFileSync(inRoot(`scripts/package/linux/headless-${each}.sh`), 'utf8')])),
  });
  return file;
}

/** Of the control file, in its order. @param {{ version: string, arch: string }} options */
export function controlFields({ version: of, arch }) {
  return {
    Package: NAME,
    Version: debianVersion(of),
    Architecture: debianArchitecture(arch),
    Maintainer: 'The Keyshift authors <keyshift@example.invalid>',
    Section: 'net',
    Priority: 'optional',
    Depends: 'libc6 (>= 2.34), libstdc++6',
    // Node comes from wherever the person has it; the command says so when it is not there or too old.
    Recommends: 'nodejs (>= 20.19)',
    Homepage: homepage,
    Description: description(SYNOPSIS, TEXT),
  };
}

/** For `npm install --global FILE`, on any system: the program, and a lock of what npm fetches for it. */
async function npmOf({ work, folder, time }) {
  const home = join(work, 'npm/package');
  const lock = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;
  const dependencies = Object.fromEntries(LOADED.map((name) => [name, lock[`node_modules/${name}`].version]));
  const manifest = { name: NAME, version, description: SYNOPSIS, license, bin: { [NAME]: 'out/headless.cjs' }, engines: { node: '>=20.19' }, files: ['out', 'headless.md'], dependencies };
  put(home, 'package.json', `${JSON.stringify(manifest, undefined, 2)}\n`);
  const packages = Object.fromEntries(closure().map((path) => [path, without(lock[path])]));
  put(home, 'npm-shrinkwrap.json', `${JSON.stringify({ name: NAME, version, lockfileVersion: 3, requires: true, packages: { '': { name: NAME, version, license, dependencies, bin: manifest.bin, engines: manifest.engines }, ...packages } }, undefined, 2)}\n`);
  for (const name of program()) put(home, `out/${name}`, withoutMap(name));
  put(home, 'out/headless.cjs', `#!/usr/bin/env node\n${withoutMap('headless.cjs')}`, 0o755);
  put(home, 'LICENSE', readFileSync(inRoot('LICENSE')));
  put(home, 'headless.md', readFileSync(inRoot('docs/headless.md')));
  put(home, 'out/licences.json', readFileSync(join(out, 'licences.json')));
  const file = `${NAME}-${version}.tgz`;
  await makeArchive({ parent: join(work, 'npm'), name: 'package', file: join(folder, file), time });
  return file;
}

/** Its files in `out`. */
const program = () => readdirSync(out).filter((name) => /^headless(?:-[\w-]+)?\.cjs$/.test(name)).toSorted();

/** Without the line that names a map nobody gets. @param {string} name */
const withoutMap = (name) => readFileSync(join(out, name), 'utf8').replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');

const without = ({ dev: _dev, devOptional: _too, ...entry }) => entry;

/** Places in node_modules of what is loaded, and of what that needs, as npm has put them. */
function closure() {
  const lock = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8')).packages;
  const found = new Set();
  const due = LOADED.map((name) => `node_modules/${name}`);
  for (let path = due.pop(); path !== undefined; path = due.pop()) {
    if (found.has(path) || !lock[path] || !existsSync(inRoot(path))) continue;
    found.add(path);
    for (const name of Object.keys(lock[path].dependencies ?? {})) {
      let at = path;
      while (at !== '' && !lock[`${at}/node_modules/${name}`]) at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')));
      due.push(at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`);
    }
  }
  return [...found].toSorted((a, b) => (a < b ? -1 : 1));
}

function put(folder, name, content, mode = 0o644) {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  chmodSync(file, mode);
}
