// The main process as several files: what makes the window, and what is read behind it. esbuild splits only ES modules, and the oldest runtime loads
// none in its main process: so it splits, and each file is then turned into what `require` takes.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const isPart = /^main-.*\.cjs(\.map)?$/;

/**
 * Writes `main.cjs`, `main-*.cjs` and their source maps into the folder; parts of an earlier build go.
 * @param {import('esbuild').BuildOptions} options of the bundle @param {string} entry @param {string} folder
 */
export async function bundleMain(options, entry, folder) {
  const { build, transform, stop } = await import('esbuild');
  try {
    const { outputFiles } = await build({ ...options, format: 'esm', splitting: true, entryPoints: [entry], outdir: folder, chunkNames: 'main-[name]-[hash]', sourcemap: 'inline', write: false });
    const parts = await Promise.all(
      outputFiles.map(async ({ path, text }) => {
        const name = `${basename(path, '.js')}.cjs`;
        // Modules are strict, and nothing says so of what they become.
        const { code, map } = await transform(text, { format: 'cjs', platform: 'node', target: options.target, supported: { 'dynamic-import': false }, sourcemap: 'external', sourcefile: name, banner: '"use strict";', logLevel: 'error' });
        return { name, map, code: inAscii(namedAnew(code)) };
      }),
    );
    for (const name of readdirSync(folder)) if (isPart.test(name)) rmSync(join(folder, name));
    for (const { name, code, map } of parts) {
      writeFileSync(join(folder, name), `${code}//# sourceMappingURL=${name}.map\n`);
      writeFileSync(join(folder, `${name}.map`), map);
    }
  } finally {
    await stop();
  }
}

/**
 * Every other letter as an escape, which means the same in the strings, templates and patterns that have one, and nothing in comments: text with one such
 * letter in it is kept with two bytes for each, and takes longer to read. What is raw (`String.raw`) must not have any. @param {string} code
 */
export function inAscii(code) {
  // A letter that is escaped as itself loses that backslash: two would be one, and a u.
  return code.replace(/(\\*)([^\x00-\x7f])/g, (_all, before, unit) => `${before.length % 2 === 1 ? before.slice(1) : before}\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Each part asks for the others as `./main-….js`. @param {string} code */
function namedAnew(code) {
  return code.replace(/require\("\.\/(main-[\w-]+)\.js"\)/g, 'require("./$1.cjs")');
}
