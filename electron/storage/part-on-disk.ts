import { randomBytes } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { PartNote, PartOnDisk } from '../services/ports/transfers';

/** Unfinished files that this run is writing: a profile that is opened anew meanwhile leaves them alone. */
export const beingWritten = new Set<string>();

/**
 * Which file it is, whatever name it has. From whole numbers: NTFS gives files numbers of 64 bits, of which neighbours would round to one. Of the disk's number 32 bits: by
 * a name Windows tells more of it to some versions of Node than by an open file.
 */
export function idOf({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string {
  return `${BigInt.asUintN(32, dev)}:${ino}`;
}

/** Of a name's bytes: more than tell it from its neighbours, and room for what an unfinished file is called beside it, where a disk takes 255. */
const longestBeginning = 120;

/** Beside its place, so that the rename stays on one disk; an own name, so that nobody else's file is in the way. */
export function ownPartOf(target: string): string {
  return join(dirname(target), `.${beginningOf(basename(target))}.${randomBytes(8).toString('hex')}.part`);
}

/** Whole characters: a name may have three bytes for each of them. */
export function beginningOf(name: string): string {
  let beginning = '';
  for (const character of name) {
    if (Buffer.byteLength(beginning + character) > longestBeginning) break;
    beginning += character;
  }
  return beginning;
}

/** Makes the file, noted before there is one: a process that ends in between leaves nothing that nobody knows. */
export async function noted<T extends { readonly part: PartOnDisk; discard(): Promise<void> }>(path: string, note: PartNote, make: () => Promise<T>): Promise<T> {
  note({ path, id: '' });
  const made = await make();
  try {
    note(made.part);
  } catch (error) {
    await made.discard();
    throw error;
  }
  return made;
}

/** What was written so far goes from the disk wherever the file is now: its folder may have been moved, and then its name leads nowhere. Of one that has its place already nothing goes. Never throws. */
export async function emptied(file: FileHandle): Promise<void> {
  try {
    await file.truncate(0);
  } catch {
    // Closed already, or a disk that takes nothing more.
  }
}
