// Loaded into a peer by `node --require`: of the processor time until a peer is ready, a good part goes into compiling two megabytes of program, the same at each start. The first peer that ends by itself leaves
// what V8 made of its files below `.cache`, named after each file as it was written and V8's version, and the others read that. The program stays the one that ships; where nothing can be
// kept, or V8 wants none of it, it is compiled as ever.
const { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const vm = require('node:vm');

const kept = join(__dirname, '../../.cache/compiled-peer');
const day = 24 * 60 * 60 * 1000;
const { Script } = vm;

// Most peers compute for about a second: less than V8's optimising compiler takes to be worth its own work, on threads beside.
setFlagsFromString('--no-opt');

/** The program reads its own files with this (electron/platform/program.ts). */
vm.Script = class extends Script {
  constructor(text, options) {
    // Only the program's own, which lie beside what was started.
    if (dirname(options?.filename ?? '') !== dirname(process.argv[1] ?? '')) {
      super(text, options);
      return;
    }
    const file = join(kept, nameOf(options.filename));
    const cachedData = read(file);
    super(text, { ...options, cachedData });
    // What was not run yet is in none of it: at the end.
    if (cachedData === undefined) process.once('exit', () => keep(file, this));
  }
};

/** V8 itself compares no more of a text than its length, and takes nothing of other flags. A build writes each file anew, and so at another time or of another size. */
function nameOf(filename) {
  const { dev, ino, mtimeMs, size } = statSync(filename);
  return [basename(filename, '.cjs'), dev, ino, mtimeMs, size, process.versions.v8, process.arch, 'no-opt'].join('-');
}

function read(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Whole or not at all, as several peers may end at once. Those of a day ago are of another text. */
function keep(file, script) {
  const unfinished = `${file}.${process.pid}`;
  try {
    mkdirSync(kept, { recursive: true });
    for (const old of readdirSync(kept).map((name) => join(kept, name))) if (Date.now() - statSync(old).mtimeMs > day) rmSync(old, { force: true });
    writeFileSync(unfinished, script.createCachedData());
    renameSync(unfinished, file);
  } catch {
    // Another user, a full disk, or another peer that was sooner: the next one compiles, too.
  }
}
