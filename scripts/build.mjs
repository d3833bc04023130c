// Builds what runs: `node scripts/build.mjs [part …]` with the parts main, headless, preload, workers, licences, renderer; all without a name.
// A part whose sources have not changed since its last build is left alone.
import { existsSync, mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dropStamp, filesBelow, fingerprint, stampMatches, writeStamp } from './lib/fingerprint.mjs';
import { listLicences } from './lib/licences.mjs';
import { withLock } from './lib/lock.mjs';
import { bundleHeadless, bundleMain } from './lib/program-bundle.mjs';
import { inRoot, out } from './lib/paths.mjs';
import { placedNatives } from './lib/placed-natives.mjs';
import { plainSchemas } from './lib/plain-schemas.mjs';
import { putBundle, putFile } from './lib/put-file.mjs';
import { quietPackages } from './lib/quiet-packages.mjs';
import { asCommand, PlainError, say, seconds } from './lib/say.mjs';

/** The oldest runtime the main process must run in is Electron 33 (Node 20.18). */
const NODE_TARGET = 'node20.18';

/** Loaded from node_modules at run time: native code, WebAssembly that lies in a file of its own, and Electron itself. */
export const EXTERNAL = ['electron', 'original-fs', '@signalapp/sqlcipher', 'sodium-native', 'hunspell-wasm'];

/** @type {import('esbuild').BuildOptions} */
export const nodeBundle = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: NODE_TARGET,
  external: EXTERNAL,
  plugins: [quietPackages],
  sourcemap: true,
  // libsodium names its address for browsers, and uses it there only.
  logOverride: { 'empty-import-meta': 'silent' },
  logLevel: 'warning',
  absWorkingDir: inRoot(),
};

const isWorker = (file) => file.endsWith('.worker.ts');
const workerFiles = () => filesBelow(inRoot('electron')).filter(isWorker);

const parts = {
  main: { ...program('main'), build: () => bundleMain({ ...nodeBundle, plugins: [quietPackages, placedNatives, plainSchemas] }, out) },
  // It finds its native libraries as their packages do: a person may have built them.
  headless: { ...program('headless'), build: () => bundleHeadless({ ...nodeBundle, plugins: [quietPackages, plainSchemas] }, out) },
  preload: {
    sources: ['electron/preload', 'shared'],
    products: ['preload.cjs'],
    // A sandboxed preload is one file without Node: hence platform browser.
    build: () => bundle({ ...nodeBundle, platform: 'browser', external: ['electron'], entryPoints: ['electron/preload/preload.ts'], outfile: 'out/preload.cjs' }),
  },
  workers: {
    sources: ['electron', 'shared'],
    get products() { return workerFiles().map((file) => `${basename(file, '.ts')}.cjs`); },
    async build() {
      for (const file of workerFiles()) await bundle({ ...nodeBundle, entryPoints: [file], outfile: `out/${basename(file, '.ts')}.cjs` });
    },
  },
  licences: {
    sources: ['electron', 'renderer', 'shared', 'scripts/lib/licences.mjs'],
    products: ['licences.json'],
    async build() {
      putFile(`${out}/licences.json`, `${JSON.stringify(listLicences())}\n`);
    },
  },
  renderer: {
    sources: ['renderer', 'shared', 'assets', 'vite.config.mts'],
    products: ['renderer/index.html'],
    async build() {
      if (!existsSync(inRoot('renderer/index.html'))) throw new PlainError('renderer/index.html is missing');
      const vite = await import('vite');
      // Vite leaves its NODE_ENV behind; whatever this process starts next must not inherit "production".
      const before = process.env.NODE_ENV;
      try {
        await vite.build({ configFile: inRoot('vite.config.mts'), logLevel: 'warn' });
      } finally {
        if (before === undefined) delete process.env.NODE_ENV;
        else process.env.NODE_ENV = before;
      }
    },
  },
};

export const PARTS = Object.keys(parts);

/** Hash of everything a part is made of. */
function stateOf(name) {
  return fingerprint([...parts[name].sources, 'scripts/build.mjs', 'scripts/lib/program-bundle.mjs', 'scripts/lib/program-parts.mjs', 'scripts/lib/compiled-code.mjs', 'scripts/lib/placed-natives.mjs', 'scripts/lib/plain-schemas.mjs', 'package-lock.json'].map((path) => inRoot(path)), process.version);
}

/** True when a part stands as its sources say. */
function isBuilt(name) {
  return parts[name].products.every((file) => existsSync(`${out}/${file}`)) && stampMatches(`build-${name}`, stateOf(name));
}

/** Builds the named parts that need it. Dependencies must be installed. Throws after trying all of them. */
export async function build(names = PARTS) {
  const unknown = names.filter((name) => !parts[name]);
  if (unknown.length > 0) throw new PlainError(`Unknown part: ${unknown.join(', ')} (known: ${PARTS.join(', ')})`);
  if (names.every(isBuilt)) return;
  await withLock('build', async () => {
    mkdirSync(out, { recursive: true });
    const failed = [];
    for (const name of names) {
      if (isBuilt(name)) continue;
      const started = performance.now();
      const state = stateOf(name);
      dropStamp(`build-${name}`);
      try {
        await parts[name].build();
        writeStamp(`build-${name}`, state);
        say(`built ${name} (${seconds(started)})`);
      } catch (error) {
        // esbuild has shown its own messages already.
        say(`building ${name} failed: ${error.errors ? error.message.split('\n')[0] : (error.message ?? error)}`);
        failed.push(name);
      }
    }
    if (failed.length > 0) throw new PlainError(`Not built: ${failed.join(', ')}`);
  });
}

function program(name) {
  return { sources: ['electron', 'shared', 'package.json'], products: [`${name}.cjs`] };
}

async function bundle(options) {
  const { stop } = await import('esbuild');
  try {
    await putBundle(options);
  } finally {
    // It would stay beside whatever this process starts next, the app for instance, with 200 MB.
    await stop();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await asCommand(() => build(process.argv.length > 2 ? process.argv.slice(2) : PARTS));
}
