import { randomBytes } from 'node:crypto';
import { type BigIntStats, statfsSync } from 'node:fs';
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

/** As `ownPartOf` names it, in a place of any name: by chance nobody else gives that one. */
const ownPart = /\.[0-9a-f]{16}\.part$/;

/** Types of file systems (statfs(2)) that number their files anew whenever they are connected: FAT, exFAT, and what runs as a program (exFAT, NTFS, shares). */
const numberingAnew: ReadonlySet<number> = new Set([0x4d44, 0x2011_bab0, 0x6573_5546]);

/**
 * Whether what stands there is what an earlier run began under this name. A disk that was connected anew since has another number, and its files may have: then a name that
 * nobody else gives says as much. `id`: '' where it was about to be made.
 */
export function isWhatWasBegun({ path, id }: PartOnDisk, found: BigIntStats): boolean {
  if (!found.isFile()) return false;
  if (id === '') return found.size === 0n;
  if (idOf(found) === id) return true;
  return ownPart.test(path) && (id.endsWith(`:${found.ino}`) || numberingAnew.has(statfsSync(dirname(path)).type));
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
