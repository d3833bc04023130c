import { isEveryday } from './everyday-words';

/** “geht’s”, “für’n”, “so’ne”: what a word has swallowed behind its apostrophe. The German dictionary has none of them, and every other message begins with one. */
const contracted = /^(\p{L}{2,})['’](?:s|n|ne|nen|nem|ner|m)$/u;

/**
 * Whether a language has a word: the dictionary itself, or in German one of every day, or what stands before such an apostrophe, also with the e that went along (“hätt’s”). Only where that is written
 * small in the middle of a sentence: verbs, prepositions, pronouns, and no plural of a noun (“Auto’s”).
 */
export function isRight(word: string, isGerman: boolean, has: (word: string) => boolean): boolean {
  if (has(word) || (isGerman && isEveryday(word))) return true;
  const before = isGerman ? contracted.exec(word)?.[1] : undefined;
  if (before === undefined) return false;
  const small = `${before.charAt(0).toLowerCase()}${before.slice(1)}`;
  return has(small) || has(`${small}e`);
}
