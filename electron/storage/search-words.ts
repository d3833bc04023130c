import type { Db } from './database';

/** Words of a query that count. */
const mostWords = 16;

/** What is looked for, in words of the index. */
export interface Wanted {
  /** Words that stand side by side, each of which must be there. */
  readonly phrases: readonly (readonly string[])[];
  /** The last phrase, whose last word is a beginning. */
  readonly last: { readonly words: readonly string[]; readonly beginning: string };
}

/** Undefined for a text without a word. */
export function wanted(db: Pick<Db, 'words'>, query: string): Wanted | undefined {
  const phrases = query
    .split(/\s+/u)
    .map((part) => db.words(part))
    .filter((words) => words.length > 0)
    .slice(0, mostWords);
  const last = phrases.at(-1);
  const beginning = last?.at(-1);
  if (last === undefined || beginning === undefined) return undefined;
  return { phrases: phrases.slice(0, -1), last: { words: last.slice(0, -1), beginning } };
}

/** As the index is asked for words side by side. */
export function phrase(words: readonly string[]): string {
  return words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' + ');
}

/** Whether such a phrase, with anything behind its last letters, stands in a text of these words. */
export function begins(words: readonly string[], { words: before, beginning }: NonNullable<Wanted['last']>): boolean {
  return words.some((word, at) => word.startsWith(beginning) && at >= before.length && before.every((each, index) => each === words[at - before.length + index]));
}

/** Without looking at words: most messages are no hit. */
export function mayBegin(source: string, beginning: string): boolean {
  return plain(source).includes(plain(beginning));
}

function plain(text: string): string {
  return (/^[\u0000-\u007f]*$/.test(text) ? text : text.normalize('NFD').replace(/\p{M}+/gu, '')).toLowerCase();
}
