// A program for Node as several files: the main process as what makes the window and what is read behind it, the headless peer as what it starts with and what it may never need. esbuild splits
// only ES modules, and the oldest runtime loads none in its main process: so it splits, each part is turned into what `require` takes, and parts that are read together are put into one file, for `electron/platform/program.ts` to read.
import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { codeName } from './code-name.cjs';
import { dropCode } from './compiled-code.mjs';
import { partsByFile, readAtStart } from './program-parts.mjs';
import { putBundle, putFile } from './put-file.mjs';

/** The window's main process: `main.cjs`, `main-*.cjs`; code made of those of an earlier build goes. @param {import('esbuild').BuildOptions} options @param {string} folder */
export async function bundleMain(options, folder) {
  dropCode(folder);
  await bundleProgram(options, { name: 'main', first: 'main-window', order: ['electron/main.ts', ...readAtStart()] }, folder);
}

/** The headless peer: `headless.cjs`, `headless-*.cjs`. @param {import('esbuild').BuildOptions} options @param {string} folder */
export function bundleHeadless(options, folder) {
  return bundleProgram(options, { name: 'headless', first: 'headless-start', order: ['electron/headless.ts'] }, folder);
}

/**
 * Writes `NAME.cjs`, `NAME-*.cjs` and their source maps into the folder; files of an earlier build go.
 * @param {import('esbuild').BuildOptions} options of the bundle
 * @param {{ name: string, first: string, order: readonly string[] }} program `order`: its entry and the sources it imports dynamically at a start, in their order; `first`: the file of what the entry needs at once
 * @param {string} folder
 */
async function bundleProgram(options, { name: program, first, order }, folder) {
  const { build, transform, stop } = await import('esbuild');
  try {
    const { outputFiles, metafile } = await build({ ...options, format: 'esm', splitting: true, entryPoints: [order[0] ?? missing(program)], outdir: folder, chunkNames: `${program}-[name]-[hash]`, sourcemap: 'inline', write: false, metafile: true });
    const parts = new Map(
      await Promise.all(
        outputFiles.map(async ({ path, text }) => {
          const name = basename(path, '.js');
          const { code, map } = await transform(text, { format: 'cjs', platform: 'node', target: options.target, supported: { 'dynamic-import': false }, sourcemap: 'external', sourcefile: `${name}.js`, logLevel: 'error' });
          return /** @type {const} */ ([name, { map, code: inAscii(askingForParts(program, code)) }]);
        }),
      ),
    );
    const isPart = new RegExp(`^${program}-.*\\.cjs(\\.map)?$`);
    for (const name of readdirSync(folder)) if (isPart.test(name)) rmSync(join(folder, name));
    const files = partsByFile(metafile, order, first);
    const fileOf = Object.fromEntries([...files].flatMap(([file, names]) => names.map((name) => [name, file])));
    const codeOf = {};
    for (const [file, names] of files) {
      const { text, map } = fileOfParts(names.map((name) => ({ name, ...(parts.get(name) ?? missing(name)) })));
      const whole = `${text}//# sourceMappingURL=${file}.cjs.map\n`;
      codeOf[file] = codeName(whole);
      putFile(join(folder, `${file}.cjs`), whole);
      putFile(join(folder, `${file}.cjs.map`), map);
    }
    await putBundle({ ...options, entryPoints: ['electron/platform/program.ts'], outfile: join(folder, `${program}.cjs`), define: { PROGRAM: JSON.stringify({ first: program, fileOf, codeOf }) } });
  } finally {
    await stop();
  }
}

/**
 * One file, which is one function (electron/platform/program.ts): each part a function in brackets, which V8 compiles where it stands instead of looking over it now and once more when
 * it is called. @param {readonly { name: string, code: string, map: string }[]} parts
 */
function fileOfParts(parts) {
  const lines = ['(function (require, __dirname, part, known) { "use strict";'];
  const sections = [];
  for (const { name, code, map } of parts) {
    lines.push(`known.set(${JSON.stringify(name)}, (function (module, exports) {`);
    sections.push({ offset: { line: lines.length, column: 0 }, map: JSON.parse(map) });
    lines.push(...code.trimEnd().split('\n'), '}));');
  }
  lines.push('})');
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

/** Parts ask for each other by name, wherever they lie. @param {string} program @param {string} code */
function askingForParts(program, code) {
  return code.replace(new RegExp(`require\\("\\./(${program}(?:-[\\w-]+)?)\\.js"\\)`, 'g'), 'part("$1")');
}
