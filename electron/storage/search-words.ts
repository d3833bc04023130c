import { signsIn } from '../../shared/signs';
import type { Db } from './database';
import { apart } from './migrations/0040-search-whole';

/** Words of a query that count. */
const mostWords = 16;

/** What is looked for, in words of the index. */
export interface Wanted {
  /** Words that stand side by side, each of which must be there. */
  readonly phrases: readonly (readonly string[])[];
  /** The last phrase, whose last word is a beginning; none in a query of emoji alone. */
  readonly last: { readonly words: readonly string[]; readonly beginning: string } | undefined;
  /** Words that stand for emoji. */
  readonly signs: readonly string[];
}

/** Undefined for a text without a word or an emoji. */
export function wanted(db: Pick<Db, 'words'>, query: string): Wanted | undefined {
  const phrases = query
    .split(/\s+/u)
    .map((part) => db.words(part))
    .filter((words) => words.length > 0)
    .slice(0, mostWords);
  const signs = signsIn(query).map(signWord);
  const last = phrases.at(-1);
  const beginning = last?.at(-1);
  if (last === undefined || beginning === undefined) return signs.length === 0 ? undefined : { phrases: [], last: undefined, signs };
  return { phrases: phrases.slice(0, -1), last: { words: last.slice(0, -1), beginning }, signs };
}

/** As the index is asked for words side by side. */
export function phrase(words: readonly string[]): string {
  return words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' + ');
}

/** Whether all of it stands in a text of these words. */
export function holds(words: readonly string[], { phrases, last }: Wanted): boolean {
  return phrases.every((each) => words.some((_, from) => standsAt(words, from, each))) && (last === undefined || begins(words, last));
}

/** Whether such a phrase, with anything behind its last letters, stands in a text of these words. */
function begins(words: readonly string[], { words: before, beginning }: NonNullable<Wanted['last']>): boolean {
  return words.some((word, at) => word.startsWith(beginning) && at >= before.length && standsAt(words, at - before.length, before));
}

function standsAt(words: readonly string[], from: number, wanted: readonly string[]): boolean {
  return wanted.every((word, offset) => words[from + offset] === word);
}

const joiner = '\u200d';

/** The emoji of a text as words of the index: each as a whole, what one begins with, and what it is joined of. */
export function signWords(text: string): string {
  const all = new Set<string>();
  for (const sign of signsIn(text, Number.POSITIVE_INFINITY)) {
    const parts = sign.split(joiner);
    for (const [at, part] of parts.entries()) all.add(part).add(parts.slice(0, at + 1).join(joiner));
  }
  return Array.from(all, signWord).join(' ');
}

/** A bare emoji as one word that nobody writes. */
function signWord(sign: string): string {
  return apart + Array.from(sign, (letter) => (letter.codePointAt(0) ?? 0).toString(16)).join('z');
}
