// Run as the program of an Electron, or by a Node, for compiled-code.mjs: `compiled-code-maker.cjs FOLDER SOURCE…` runs what a start reads of the bundle in the folder, and keeps what V8 compiled for that. What is
// compiled when it is first called, as most functions are, is kept if it was. In one go: Electron becomes ready, for which it needs a display, when it has returned.
const { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { basename, join } = require('node:path');
const v8 = require('node:v8');
const { Script } = require('node:vm');
const { codeName } = require('./code-name.cjs');

// An Electron has its own switches in front.
const [folder = '', ...sources] = process.argv.slice(process.argv.findIndex((word) => basename(word) === basename(__filename)) + 1);

// Whatever is asked of Electron is nothing, and nothing of it is kept.
const nothing = new Proxy(() => undefined, { get: (_of, key) => (key === 'then' ? undefined : key === Symbol.toPrimitive ? () => '' : nothing), apply: () => nothing, construct: () => nothing });
const { _load: load } = /** @type {any} */ (Module);
Object.assign(Module, { _load: (/** @type {string} */ name, /** @type {unknown[]} */ ...more) => (name === 'electron' ? nothing : load(name, ...more)) });

try {
  make();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
// Whatever the services began to listen to.
process.exit(0);

function make() {
  const ask = Module.createRequire(join(folder, 'main.cjs'));
  /** @type {Map<string, { file: string, run: (module: { exports: unknown }, exports: unknown) => void }>} */
  const known = new Map();
  const files = new Map();
  const made = new Map();
  const used = new Set();
  const part = (/** @type {string} */ name) => {
    const there = made.get(name);
    if (there !== undefined) return there.exports;
    const one = { exports: {} };
    made.set(name, one);
    const { file, run } = known.get(name) ?? {};
    used.add(file);
    run?.(one, one.exports);
    return one.exports;
  };
  for (const name of readdirSync(folder).filter((one) => /^main-.*\.cjs$/.test(one))) {
    const text = readFileSync(join(folder, name), 'latin1');
    // Without the folder: V8 keeps the name in the code, and shows it in stacks wherever that code is read.
    const script = new Script(text, { filename: name });
    script.runInThisContext()(ask, folder, part, { set: (/** @type {string} */ named, /** @type {any} */ run) => known.set(named, { file: name, run }) });
    files.set(name, { text, script });
  }
  const beginnings = sources.map((source) => `main-${basename(source, '.ts')}-`);
  for (const [name, { file }] of known) {
    // `main` itself would start the app.
    if (name === 'main' ? false : file === 'main-window.cjs' || beginnings.some((one) => name.startsWith(one))) part(name);
  }
  // Begun with a seed of its own, and with nothing thrown away that was compiled, it makes the same bytes each time. Flags are among what V8 compares: from here on they are the usual ones.
  v8.setFlagsFromString('--hash-seed=0');
  v8.setFlagsFromString('--flush-bytecode');
  mkdirSync(join(folder, 'code'), { recursive: true });
  for (const name of used) {
    const { text, script } = files.get(name);
    const path = join(folder, 'code', `${codeName(text)}-${process.versions.v8}-${process.arch}`);
    writeFileSync(`${path}.part`, script.createCachedData());
    renameSync(`${path}.part`, path);
  }
}
