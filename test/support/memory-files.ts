import { KeyshiftError } from '../../shared/errors';
import type { ChosenFiles, HeldFile, HeldFiles } from '../../electron/services/ports/files';

/** For whoever makes a file that nobody has to find after a crash. */
export const unnoted = (): void => undefined;

/** A disk of so many bytes, in memory: the content of files of a profile, and files a person chose, by path. */
export interface MemoryFiles {
  readonly held: HeldFiles;
  readonly chosen: ChosenFiles;
  /** By name, as they lie. */
  readonly contents: Map<string, Uint8Array>;
  /** By path. */
  readonly files: Map<string, Uint8Array>;
  /** Bytes it takes in all. */
  size: number;
  /** Writing what is held fails with this while set. */
  fails: KeyshiftError | undefined;
  /** Largest read or write so far, in bytes. */
  largest: number;
}

export function memoryFiles(): MemoryFiles {
  const contents = new Map<string, Uint8Array>();
  const files = new Map<string, Uint8Array>();
  const beingMade = new Set<string>();
  const used = (): number => [...contents.values()].reduce((sum, { length }) => sum + length, 0);
  const held = (name: string): HeldFile => ({
    async read(at, length) {
      disk.largest = Math.max(disk.largest, length);
      return contents.get(name)?.slice(at, at + length) ?? new Uint8Array(0);
    },
    async write(at, bytes) {
      if (disk.fails) throw disk.fails;
      disk.largest = Math.max(disk.largest, bytes.length);
      const before = contents.get(name);
      if (before === undefined) return; // its name is gone, and so is what is written
      const grown = Math.max(0, at + bytes.length - before.length);
      if (used() + grown > disk.size) throw new KeyshiftError('disk.full', 'The disk is full.');
      const fits = before.byteOffset + before.length + grown <= before.buffer.byteLength;
      const after = fits ? new Uint8Array(before.buffer, before.byteOffset, before.length + grown) : new Uint8Array(new ArrayBuffer(2 * (before.length + grown)), 0, before.length + grown);
      if (!fits) after.set(before);
      after.set(bytes, at);
      contents.set(name, after);
    },
    async sync() {
      if (disk.fails) throw disk.fails;
    },
    async close() {
      beingMade.delete(name);
    },
  });
  const disk: MemoryFiles = {
    contents,
    files,
    size: 2 ** 40,
    fails: undefined,
    largest: 0,
    held: {
      names: async () => [...contents.keys()].filter((name) => !beingMade.has(name)),
      async create(name) {
        if (contents.has(name)) throw new KeyshiftError('disk.failed', 'It is there already.');
        beingMade.add(name);
        contents.set(name, new Uint8Array(0));
        return held(name);
      },
      open: async (name) => (contents.has(name) ? held(name) : undefined),
      remove: async (name) => void contents.delete(name),
      room: async () => disk.size - used(),
    },
    chosen: {
      async open(path) {
        const bytes = files.get(path);
        if (bytes === undefined) throw new KeyshiftError('file.gone', 'That file is not there any more. Nothing was sent; choose it again.');
        if (bytes.length === 0) throw new KeyshiftError('file.empty', 'That file is empty. Nothing was sent; choose another one.');
        const name = path.split('/').at(-1) ?? '';
        return { name, size: bytes.length, isUnchanged: async () => files.get(path) === bytes, read: async (at, length) => Uint8Array.from((files.get(path) ?? bytes).subarray(at, at + length)), close: async () => undefined };
      },
      async begin(path, replaces, note) {
        if (files.has(path) && !replaces) throw new KeyshiftError('path.taken', 'There is something under this name already.');
        const parts: Uint8Array[] = [];
        const part = { path: `${path}.part`, id: 'memory' };
        note({ ...part, id: '' });
        note(part);
        return {
          part,
          write: async (bytes) => void parts.push(Uint8Array.from(bytes)),
          async finish() {
            files.set(path, Buffer.concat(parts));
            return path;
          },
          discard: async () => undefined,
        };
      },
      dropPart: async ({ path }) => (files.delete(path), true),
    },
  };
  return disk;
}
