import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Unfinished files that this run is writing: a profile that is opened anew meanwhile leaves them alone. */
export const beingWritten = new Set<string>();

/** Which file it is, whatever name it has. */
export function idOf({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}

/** Beside its place, so that the rename stays on one disk; an own name, so that nobody else's file is in the way. */
export function ownPartOf(target: string, longest: number): string {
  return join(dirname(target), `.${basename(target).slice(0, longest)}.${randomBytes(8).toString('hex')}.part`);
}
