import type { Db } from './database';
import { holds, type Wanted } from './search-words';

/** Taking a text apart to words costs some microseconds, in which dozens of texts can be looked at: most show at a glance that all of it stands there, or none. */
export function lineHolds(db: Pick<Db, 'words'>, line: string, wanted: Wanted): boolean {
  return glance(line, wanted) ?? holds(db.words(line), wanted);
}

/** Words of which the tokenizer leaves every letter as it is, and between which it never ends another one. */
const plainWord = /^[a-z0-9]+$/;
/** Texts whose words have these letters only where they are written: ASCII, and signs that are neither letters nor marks and stay themselves without marks and case. */
const plainLine = /^[\u0000-\u007f\u2013\u2014\u2018-\u201d\u20ac\u2600-\u27bf\u{1f300}-\u{1faff}]*$/u;

/** Whether a text holds it, where that shows without its words; undefined: it does not. */
export function glance(line: string, { phrases, last }: Wanted): boolean | undefined {
  const words = phrases.map(([word = '']) => word);
  if (phrases.some((phrase) => phrase.length !== 1) || (last?.words.length ?? 0) > 0) return undefined;
  if (![...words, last?.beginning ?? 'a'].every((word) => plainWord.test(word))) return undefined;
  const text = line.toLowerCase();
  const stands = [...words.map((word) => standsAlone(text, word, true)), ...(last === undefined ? [] : [standsAlone(text, last.beginning, false)])];
  if (stands.every((each) => each === true)) return true;
  return stands.includes(false) && plainLine.test(line) ? false : undefined;
}

/** True: with a space before it and, where it has to end there, behind it. False: nowhere, not even within a word. */
function standsAlone(text: string, word: string, isWhole: boolean): boolean | undefined {
  let at = text.indexOf(word);
  if (at < 0) return false;
  for (; at >= 0; at = text.indexOf(word, at + 1)) if (isApart(text, at - 1) && (!isWhole || isApart(text, at + word.length))) return true;
  return undefined;
}

/** Beyond both ends it is apart, too. */
function isApart(text: string, at: number): boolean {
  const letter = text[at];
  return letter === undefined || letter === ' ' || letter === '\n';
}
