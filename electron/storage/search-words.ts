import { inPieces } from '../../shared/name-pieces';
import { signsIn } from '../../shared/signs';
import type { Db } from './database';
import { apart } from './migrations/0040-search-whole';
import { type IsBegun, mostSpellings, mostWords, otherSpellings } from './search-spellings';

/** What is looked for, in words of the index. */
export interface Wanted {
  /** Words that stand side by side, each of which must be there. */
  readonly phrases: readonly (readonly string[])[];
  /** The last phrase, whose last word is a beginning; none in a query of emoji alone. */
  readonly last: { readonly words: readonly string[]; readonly beginning: string } | undefined;
  /** Words that stand for emoji. */
  readonly signs: readonly string[];
}

/**
 * What a query may mean: what was typed, the same in the pieces that names of files are kept in, and what it is the beginning of. The words of a name depend on
 * what stands behind them: of `Report_148-notes.pdf` they are `report_` and `148-notes.pdf`, of its beginning `Report_148` they are one; `mp3.z` is two words,
 * `mp3.zi` and `mp3.zip` are one; `148-notes` is two as long as no `.pdf` follows (decision 096). And the same in other spellings of its words, as far
 * as words of the index begin so (`isBegun`). None for a text without a word or an emoji.
 */
export function readings(db: Pick<Db, 'words'>, query: string, isBegun: IsBegun = (_, isKnown) => !isKnown): readonly Wanted[] {
  const phrases = phrasesOf(db, query);
  const typed = wanted(phrases, query);
  if (typed === undefined) return [];
  const all = [typed];
  const halves = goesOn.map((further) => wanted(halfTyped(db, query, phrases, further), query));
  // The first word of a beginning only grows with what stands behind it; and names of files are kept in pieces.
  const mayGoOn: IsBegun = (beginning, isKnown) =>
    [...new Set([beginning, inPieces(beginning)])].some((written) => db.words(written).slice(0, 1).every((word) => isBegun(word, isKnown)));
  const others = otherSpellings(query, mayGoOn).flatMap((spelled) => [
    wanted(phrasesOf(db, spelled), spelled),
    wanted(phrasesOf(db, spelled, inPieces), spelled),
    ...goesOn.map((further) => wanted(halfTyped(db, spelled, phrasesOf(db, spelled), further), spelled)),
  ]);
  for (const other of [wanted(phrasesOf(db, query, inPieces), query), ...halves, ...others]) {
    if (all.length === mostSpellings) break;
    // With a part less it would be another question.
    if (other === undefined || other.phrases.length !== typed.phrases.length || (other.last === undefined) !== (typed.last === undefined)) continue;
    if (!all.some((known) => isSame(known, other))) all.push(other);
  }
  return all;
}

/** How a word may go on, by a letter or up to the ending of a name: only how the tokenizer takes what stands before it is looked at. */
const goesOn = ['a', 'a.aa'];

/** The phrases where the last one is other words as soon as it goes on: as what it is the beginning of. Else as they are. */
function halfTyped(db: Pick<Db, 'words'>, query: string, phrases: readonly (readonly string[])[], further: string): readonly (readonly string[])[] {
  const longer = phrasesOf(db, `${query.trimEnd()}${further}`);
  if (longer.length !== phrases.length) return phrases;
  const then = longer.at(-1) ?? [];
  // Behind a word of several parts with dots the tokenizer gives its last parts once more.
  const at = then.findIndex((word) => word.length > further.length && word.endsWith(further));
  const word = then[at];
  return word === undefined ? phrases : [...phrases.slice(0, -1), [...then.slice(0, at), word.slice(0, -further.length)]];
}

function phrasesOf(db: Pick<Db, 'words'>, query: string, written: (part: string) => string = (part) => part): readonly (readonly string[])[] {
  const phrases: (readonly string[])[] = [];
  for (const part of query.split(/\s+/u)) {
    const words = db.words(written(part));
    if (words.length > 0) phrases.push(words);
    if (phrases.length === mostWords) break;
  }
  return phrases;
}

function isSame(one: Wanted, other: Wanted): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Undefined without a word or an emoji. */
function wanted(phrases: readonly (readonly string[])[], query: string): Wanted | undefined {
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

/**
 * In a text `mp3.zip`, `148-notes.pdf` and `会议记录-2024.pdf` are one word each; FTS5 takes them apart where they are asked for, and finds neither the word nor its
 * pieces. Signs of Chinese and Japanese are words of their own anywhere else.
 */
const takenApart = /-|[\p{N}\p{Lo}]\.\p{L}|[\p{Script=Han}\p{Script=Hiragana}]./u;

/** Whether the index finds what has this word when it is asked for it. */
export function isAskable(word: string): boolean {
  return !takenApart.test(word);
}

/** Whether all of it stands in a text of these words. */
export function holds(words: readonly string[], { phrases, last }: Wanted): boolean {
  return phrases.every((each) => words.some((_, from) => standsAt(words, from, each))) && (last === undefined || begins(words, last));
}

/** A text with which a word of every line with all of it begins. */
export function needleOf({ phrases, last, signs }: Wanted): string {
  const pieces = [...phrases.flatMap((words) => words.slice(0, 1)), ...(last === undefined ? [] : [last.words[0] ?? last.beginning]), ...signs];
  return pieces.reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '');
}

/** The same of a line that is kept in memory, and its emoji. */
export function stands({ words, signs }: { readonly words: string; readonly signs: string }, wanted: Wanted): boolean {
  return wanted.signs.every((sign) => signs.includes(` ${sign} `)) && holds(words.slice(1).split(' '), wanted);
}

/** Whether such a phrase, with anything behind its last letters, stands in a text of these words. */
function begins(words: readonly string[], { words: before, beginning }: NonNullable<Wanted['last']>): boolean {
  return words.some((word, at) => word.startsWith(beginning) && at >= before.length && standsAt(words, at - before.length, before));
}

function standsAt(words: readonly string[], from: number, wanted: readonly string[]): boolean {
  return wanted.every((word, offset) => words[from + offset] === word);
}

/** The longest word that every text with all of it has, or has the beginning of; none in a query of emoji alone. At most 64 letters. */
function longestPiece({ phrases, last }: Wanted): string {
  const pieces = [...phrases.flat(), ...(last === undefined ? [] : [...last.words, last.beginning])];
  return Array.from(pieces.reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '')).slice(0, 64).join('');
}

/** Such texts for LIKE, with '!' before what it would take for its own. */
export function likePattern(words: Wanted): string {
  return `%${longestPiece(words).replace(/[!%_]/g, '!$&')}%`;
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
