// In which order vitest takes up the files of a project.
import { relative } from 'node:path';
import { BaseSequencer } from 'vitest/node';
import { root } from './paths.mjs';
import { present } from './present-files.mjs';

/** They wait most of their time: for other processes, sockets and limits of time. The others compute. */
const WAITING = /^test\/(?:integration|mailbox|network|unit\/network)\//;

/** What takes longest is begun in the first half: begun late, it would be waited for at the end, with a core that has nothing to do. Nor all at once: these wait for hardly anything but time, and would leave a core idle at the beginning. */
const LONGEST = present(['test/integration/long-forms.test.ts', 'test/integration/stolen-key.test.ts', 'test/network/interruptions.test.ts', 'test/integration/restore.test.ts']);

/**
 * Files that wait spread evenly over those that compute, so that the cores have something to do from the first to the last. Each kind keeps the order it has.
 * @template T
 * @param {readonly T[]} files
 * @param {(file: T) => string} pathOf from the root, with `/`
 * @returns {T[]}
 */
export function spread(files, pathOf) {
  const rank = (file) => LONGEST.indexOf(pathOf(file));
  const longest = files.filter((file) => rank(file) >= 0).toSorted((one, other) => rank(one) - rank(other));
  const others = files.filter((file) => rank(file) < 0);
  const waiting = others.filter((file) => WAITING.test(pathOf(file)));
  const computing = others.filter((file) => !WAITING.test(pathOf(file)));
  const placed = [longest.map((file, at) => ({ file, place: at / (2 * longest.length) })), ...[waiting, computing].map((kind) => kind.map((file, at) => ({ file, place: at / kind.length })))].flat();
  return placed.toSorted((one, other) => one.place - other.place).map(({ file }) => file);
}

/** Vitest's own order, which is what took longest last time or is largest, with each project spread. */
export class SpreadSequencer extends BaseSequencer {
  /** @override */
  async sort(specs) {
    const projects = new Map();
    for (const spec of await super.sort(specs)) projects.set(spec.project, [...(projects.get(spec.project) ?? []), spec]);
    return [...projects.values()].flatMap((files) => spread(files, ({ moduleId }) => relative(root, moduleId).replaceAll('\\', '/')));
  }
}
