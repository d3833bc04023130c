// Memory of a program that is several processes.
import { readdirSync, readFileSync } from 'node:fs';

/**
 * PSS of a process and all below it, in MiB: shared pages count once in all, which summed resident memory counts again for each process. Linux only;
 * undefined elsewhere.
 * @param {number} pid @returns {number | undefined}
 */
export function memoryOfAll(pid) {
  if (process.platform !== 'linux') return undefined;
  return withChildren(pid).reduce((sum, each) => sum + pssOf(each), 0) / 1024;
}

/**
 * The same by what each process is for: `main`, `renderer`, `gpu-process`, `utility`, `zygote` and the like.
 * @param {number} pid @returns {Record<string, number> | undefined}
 */
export function memoryByKind(pid) {
  if (process.platform !== 'linux') return undefined;
  /** @type {Record<string, number>} */
  const kinds = {};
  for (const each of withChildren(pid)) kinds[each === pid ? 'main' : kindOf(each)] = (kinds[each === pid ? 'main' : kindOf(each)] ?? 0) + pssOf(each) / 1024;
  return kinds;
}

/** @param {number} pid */
function kindOf(pid) {
  try {
    return /--type=([a-z-]+)/.exec(readFileSync(`/proc/${pid}/cmdline`, 'latin1'))?.[1] ?? 'other';
  } catch {
    return 'other';
  }
}

/** @param {number} pid @returns {number[]} */
function withChildren(pid) {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number));
    return [pid, ...children.flatMap(withChildren)];
  } catch {
    // It has ended.
    return [];
  }
}

/** KiB. @param {number} pid */
function pssOf(pid) {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
