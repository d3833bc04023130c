// Loaded into a bundled program of a test by `node --require`: such a program is started by dozens, to be killed at another step each time, and a third of what a start computes is its text. The first start that ends by
// itself leaves beside the program what V8 made of it, and the others read that. The program is the same, and whoever counts its steps counts none of this.
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname } = require('node:path');
const { Script } = require('node:vm');

const program = process.argv[1];
const file = `${program}.${process.versions.v8}`;
const { _compile } = Module.prototype;

Module.prototype._compile = function (content, filename, ...rest) {
  if (filename !== program) return _compile.call(this, content, filename, ...rest);
  const cachedData = read();
  const script = new Script(Module.wrap(content), { filename, cachedData });
  // What was not run yet is in none of it: at the end.
  if (cachedData === undefined) process.once('exit', () => keep(script));
  return script.runInThisContext().call(this.exports, this.exports, Module.createRequire(filename), this, filename, dirname(filename));
};

function read() {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Whole or not at all, as several may end at once. */
function keep(script) {
  const unfinished = `${file}.${process.pid}`;
  try {
    writeFileSync(unfinished, script.createCachedData());
    renameSync(unfinished, file);
  } catch {
    // Another user or a full disk: the next one compiles, too.
  }
}
