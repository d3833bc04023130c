// What is inside, as CycloneDX: cyclonedx-npm reads the lock file, and of all it finds only what ships stays. Which packages ship says
// the list of licences: most of them are development dependencies to npm, because they are bundled.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listLicences } from '../lib/licences.mjs';
import { inRoot, root } from '../lib/paths.mjs';
import { run } from '../lib/process.mjs';
import { PlainError } from '../lib/say.mjs';
import { FOR_BARE } from './for-bare.mjs';
import { namesFor, version } from './names.mjs';
import { tool } from './tools.mjs';

/** Writes `<name>-<version>.cdx.json`, the same for the same sources. @returns {Promise<string>} its name */
export async function writeSbom({ folder, runtime, time }) {
  const program = await tool('sbom-tools', '@cyclonedx/cyclonedx-npm/bin/cyclonedx-npm-cli.js');
  const { code, stdout, stderr } = await run(process.execPath, [program, '--package-lock-only', '--output-reproducible', '--output-format', 'JSON', '--mc-type', 'application'], { cwd: root, timeout: 300_000 });
  if (code !== 0) throw new PlainError(`cyclonedx-npm failed.\n${stderr.trim()}`);
  const { name } = namesFor(runtime);
  const { packages } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'));
  const bom = asPacked(onlyShipped(JSON.parse(stdout), listLicences()), { electron: runtime.version, packages });
  bom.metadata.timestamp = new Date(time * 1000).toISOString();
  if (runtime.kind === 'trial') bom.metadata.properties = [...(bom.metadata.properties ?? []), { name: 'keyshift:runtime', value: `trial runtime, Electron ${runtime.version}` }];
  const file = `${name}-${version}.cdx.json`;
  writeFileSync(join(folder, file), `${JSON.stringify(bom, undefined, 1)}\n`);
  return file;
}

/**
 * The same list as it is packed: Electron in the version that runs, which need not be the pinned one; each package with the hash that the lock file knows it by; and what is named without
 * being there as optional, which says just that.
 * @param {any} bom @param {{ electron: string, packages: Record<string, { version?: string, integrity?: string }> }} facts
 */
export function asPacked(bom, { electron, packages }) {
  const integrity = new Map(Object.entries(packages).map(([path, { version, integrity: hash }]) => [`${path.split('node_modules/').at(-1)} ${version}`, hash]));
  const hashesOf = (key) => (integrity.get(key) ?? '').split(' ').flatMap((hash) => (hash.startsWith('sha512-') ? [{ alg: 'SHA-512', content: Buffer.from(hash.slice(7), 'base64').toString('hex') }] : []));
  const renamed = new Map();
  const components = bom.components.map((each) => {
    // What runs was not fetched by its package, whose hash says nothing of it.
    if (named(each) === 'electron') {
      const ref = `electron@${electron}`;
      renamed.set(each['bom-ref'], ref);
      return { ...each, 'bom-ref': ref, version: electron, purl: `pkg:npm/electron@${electron}`, scope: 'required' };
    }
    const hashes = hashesOf(`${named(each)} ${each.version}`);
    return { ...each, scope: FOR_BARE.includes(named(each)) ? 'optional' : 'required', ...(hashes.length > 0 && { hashes }) };
  });
  const ref = (old) => renamed.get(old) ?? old;
  const dependencies = bom.dependencies.map((each) => ({ ...each, ref: ref(each.ref), ...(each.dependsOn && { dependsOn: each.dependsOn.map(ref) }) }));
  return { ...bom, components, dependencies };
}

const named = (each) => (each.group ? `${each.group}/${each.name}` : each.name);

/** The same list with the components named in `shipped`, and with what depends on what among them. Throws when one of them is not listed. */
export function onlyShipped(bom, shipped) {
  const flat = [];
  const collect = (components = []) => {
    for (const { components: inner, ...each } of components) {
      flat.push(each);
      collect(inner);
    }
  };
  collect(bom.components);
  const wanted = new Map(shipped.map((each) => [`${each.name} ${each.version}`, each]));
  const components = [];
  for (const key of wanted.keys()) {
    const found = flat.filter((each) => `${named(each)} ${each.version}` === key);
    if (found.length > 0) components.push(found[0]);
    // Data that was copied into the sources is not in the lock file.
    else components.push({ type: 'data', 'bom-ref': key, name: wanted.get(key).name, version: wanted.get(key).version, licenses: [{ expression: wanted.get(key).licence }] });
  }
  const refs = new Set([...components, bom.metadata.component].map((each) => each['bom-ref']));
  const dependencies = (bom.dependencies ?? []).filter(({ ref }) => refs.has(ref)).map(({ ref, dependsOn }) => ({ ref, ...(dependsOn ? { dependsOn: dependsOn.filter((each) => refs.has(each)) } : {}) }));
  return { ...bom, components, dependencies };
}
