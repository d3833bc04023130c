// Loaded into a peer by `node --require`: of 230 ms of processor time until a peer is ready, 60 went into compiling three megabytes of program, the same at each start. The first peer that ends by
// itself leaves what V8 made of it below `.cache`, named after the text and V8's version, and the others read that. The program stays the one that ships; where nothing can be kept, or V8 wants none
// of it, it is compiled as ever.
const { createHash } = require('node:crypto');
const { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');

const kept = join(__dirname, '../../.cache/compiled-peer');
const day = 24 * 60 * 60 * 1000;
const compile = Module.prototype._compile;

Module.prototype._compile = function compilePeer(text, filename, ...others) {
  // Newer Nodes say here also what kind of module it is.
  if (filename !== process.argv[1]) return compile.call(this, text, filename, ...others);
  // V8 itself compares no more of a text than its length.
  const file = join(kept, `${createHash('sha256').update(text).digest('hex')}-${process.versions.v8}-${process.arch}`);
  const cachedData = read(file);
  const script = new Script(Module.wrap(text), { filename, cachedData });
  if (cachedData === undefined) process.once('exit', () => keep(file, script));
  return script.runInThisContext().call(this.exports, this.exports, Module.createRequire(filename), this, filename, dirname(filename));
};

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
