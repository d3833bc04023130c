// Run by an Electron as Node, for compiled-code.mjs: `compiled-code-maker.mjs FOLDER SOURCE…` runs what a start reads of the bundle in the folder, and keeps what V8 compiled for that. What is compiled when it
// is first called, as most functions are, is kept if it was.
import { readdirSync, readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import v8 from 'node:v8';
import { basename, join } from 'node:path';
import { Script } from 'node:vm';
import { codeName } from './compiled-code.mjs';
import { putFile } from './put-file.mjs';

const [folder = '', ...sources] = process.argv.slice(2);

// There is no Electron in a Node: whatever is asked of it is nothing, and nothing of it is kept.
const nothing = new Proxy(() => undefined, { get: (_of, key) => (key === 'then' ? undefined : key === Symbol.toPrimitive ? () => '' : nothing), apply: () => nothing, construct: () => nothing });
const { _load: load } = /** @type {any} */ (Module);
Object.assign(Module, { _load: (/** @type {string} */ name, /** @type {unknown[]} */ ...more) => (name === 'electron' ? nothing : load(name, ...more)) });

const require = createRequire(join(folder, 'main.cjs'));
/** @type {Map<string, { file: string, run: (module: { exports: unknown }, exports: unknown) => void }>} */
const known = new Map();
const files = new Map();
for (const name of readdirSync(folder).filter((one) => /^main-.*\.cjs$/.test(one))) {
  const text = readFileSync(join(folder, name), 'latin1');
  // Without the folder: V8 keeps the name in the code, and shows it in stacks wherever that code is read.
  const script = new Script(text, { filename: name });
  script.runInThisContext()(require, folder, part, { set: (part, run) => known.set(part, { file: name, run }) });
  files.set(name, { text, script });
}

const made = new Map();
const used = new Set();
function part(name) {
  const there = made.get(name);
  if (there !== undefined) return there.exports;
  const one = { exports: {} };
  made.set(name, one);
  const { file, run } = known.get(name) ?? {};
  used.add(file);
  run?.(one, one.exports);
  return one.exports;
}

const beginnings = sources.map((source) => `main-${basename(source, '.ts')}-`);
for (const [name, { file }] of known) {
  // `main` itself would start the app.
  if (name === 'main' ? false : file === 'main-window.cjs' || beginnings.some((one) => name.startsWith(one))) part(name);
}

// Begun with a seed of its own, and with nothing thrown away that was compiled, it makes the same bytes each time. Flags are among what V8 compares: from here on they are the usual ones.
v8.setFlagsFromString('--hash-seed=0');
v8.setFlagsFromString('--flush-bytecode');
for (const name of used) {
  const { text, script } = files.get(name);
  putFile(join(folder, 'code', `${codeName(text)}-${process.versions.v8}-${process.arch}`), script.createCachedData());
}
// Whatever the services began to listen to.
process.exit(0);
