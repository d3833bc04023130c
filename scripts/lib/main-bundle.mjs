// The main process as several files: what makes the window, and what is read behind it. esbuild splits only ES modules, and the oldest runtime loads
// none in its main process: so it splits, each part is turned into what `require` takes, and parts that are read together are put into one file.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { partsByFile, readAtStart } from './main-parts.mjs';

const isPart = /^main-.*\.cjs(\.map)?$/;

/**
 * Writes `main.cjs`, `main-*.cjs` and their source maps into the folder; files of an earlier build go.
 * @param {import('esbuild').BuildOptions} options of the bundle @param {string} entry @param {string} folder
 */
export async function bundleMain(options, entry, folder) {
  const { build, transform, stop } = await import('esbuild');
  try {
    const { outputFiles, metafile } = await build({ ...options, format: 'esm', splitting: true, entryPoints: [entry], outdir: folder, chunkNames: 'main-[name]-[hash]', sourcemap: 'inline', write: false, metafile: true });
    const parts = new Map(
      await Promise.all(
        outputFiles.map(async ({ path, text }) => {
          const name = basename(path, '.js');
          const { code, map } = await transform(text, { format: 'cjs', platform: 'node', target: options.target, supported: { 'dynamic-import': false }, sourcemap: 'external', sourcefile: `${name}.js`, logLevel: 'error' });
          return /** @type {const} */ ([name, { map, code: inAscii(askingForParts(code)) }]);
        }),
      ),
    );
    for (const name of readdirSync(folder)) if (isPart.test(name)) rmSync(join(folder, name));
    const files = partsByFile(metafile, [entry, ...readAtStart()]);
    const fileOf = Object.fromEntries([...files].flatMap(([file, names]) => names.map((name) => [name, file])));
    for (const [file, names] of files) {
      const { text, map } = fileOfParts(names.map((name) => ({ name, ...(parts.get(name) ?? missing(name)) })), file === 'main' ? fileOf : undefined);
      writeFileSync(join(folder, `${file}.cjs`), `${text}//# sourceMappingURL=${file}.cjs.map\n`);
      writeFileSync(join(folder, `${file}.cjs.map`), map);
    }
  } finally {
    await stop();
  }
}

/**
 * One file: each part a function in brackets, which V8 compiles where it stands instead of looking over it now and once more when it is called. A part runs when it is first asked
 * for, wherever it lies. @param {readonly { name: string, code: string, map: string }[]} parts @param {Record<string, string> | undefined} fileOf in the first file: where each part lies
 */
function fileOfParts(parts, fileOf) {
  const lines = ['"use strict";'];
  if (fileOf !== undefined) lines.push(...`const made = new Map(), known = new Map(), fileOf = ${JSON.stringify(fileOf)};
const part = (name) => {
  if (made.has(name)) return made.get(name).exports;
  if (!known.has(name)) require(\`./\${fileOf[name]}.cjs\`);
  const one = { exports: {} };
  made.set(name, one);
  try {
    known.get(name)(one, one.exports);
  } catch (error) {
    // Whoever asks again has it run again, as with a file of its own.
    made.delete(name);
    throw error;
  }
  return one.exports;
};
module.exports = { part, known };`.split('\n'));
  else lines.push('const { part, known } = require("./main.cjs");');
  const sections = [];
  for (const { name, code, map } of parts) {
    lines.push(`known.set(${JSON.stringify(name)}, (function (module, exports) {`);
    sections.push({ offset: { line: lines.length, column: 0 }, map: JSON.parse(map) });
    lines.push(...code.trimEnd().split('\n'), '}));');
  }
  if (fileOf !== undefined) lines.push('part("main");');
  return { text: `${lines.join('\n')}\n`, map: JSON.stringify({ version: 3, sections }) };
}

/** @param {string} name @returns {never} */
function missing(name) {
  throw new Error(`the part ${name} is missing`);
}

/**
 * Every other letter as an escape, which means the same in the strings, templates and patterns that have one, and nothing in comments: text with one such
 * letter in it is kept with two bytes for each, and takes longer to read. What is raw (`String.raw`) must not have any. @param {string} code
 */
export function inAscii(code) {
  // A letter that is escaped as itself loses that backslash: two would be one, and a u.
  return code.replace(/(\\*)([^\x00-\x7f])/g, (_all, before, unit) => `${before.length % 2 === 1 ? before.slice(1) : before}\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Parts ask for each other by name, wherever they lie. @param {string} code */
function askingForParts(code) {
  return code.replace(/require\("\.\/(main(?:-[\w-]+)?)\.js"\)/g, 'part("$1")');
}
