import { readFileSync } from 'node:fs';

/** A file of the program: which places it has, and the numbers and texts in it. */
export interface CountedModule {
  readonly file: string;
  readonly first: number;
  readonly places: number;
  readonly words: readonly (string | number)[];
}

let read: readonly CountedModule[] | undefined;

/** What scripts/fuzz.mjs wrote beside the bundled program; in the order of places. */
export function modules(): readonly CountedModule[] {
  return (read ??= JSON.parse(readFileSync(`${__filename}.json`, 'utf8')) as CountedModule[]);
}
