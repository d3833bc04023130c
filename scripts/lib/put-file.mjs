// For files that another process may be reading at this moment, or that share their bytes with another folder's by a hard link: what is written in place is seen
// half made by the one and changes the other's. So a file is written beside its place, and takes its name when it is whole.
import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** @param {string} path @param {string | Uint8Array} content @param {{ mode?: number }} [options] */
export function putFile(path, content, { mode } = {}) {
  put(path, (beside) => {
    writeFileSync(beside, content);
    // Asked for as a file is made, some of them would be taken away by the umask: a program that others start would be its maker's alone.
    if (mode !== undefined) chmodSync(beside, mode & 0o7777);
  });
}

/** @param {string} from @param {string} to */
export function putCopy(from, to) {
  put(to, (beside) => copyFileSync(from, beside));
}

/**
 * What esbuild makes, each file put in its place. The process of its own that esbuild leaves behind is the caller's to end.
 * @param {import('esbuild').BuildOptions} options
 */
export async function putBundle(options) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({ ...options, write: false });
  for (const { path, contents } of outputFiles) putFile(path, contents);
}

/** @param {string} path @param {(beside: string) => void} make */
function put(path, make) {
  const beside = `${path}.${process.pid}.part`;
  mkdirSync(dirname(path), { recursive: true });
  try {
    make(beside);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
}
