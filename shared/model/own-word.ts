import * as z from 'zod';

export const longestOwnWord = 64;
export const mostOwnWords = 5_000;

/** One word, as it was written: letters, and what stands inside words. */
export const ownWord = z.string().max(longestOwnWord).regex(/^[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}'’.-]*[\p{L}\p{M}\p{N}])?$/u);

/** Whether it is one of these, or one of them with the capitals that a beginning, or shouting, gives it. */
export function isOwnWord(words: ReadonlySet<string>, word: string): boolean {
  const plain = word.normalize('NFC');
  return words.has(plain) || words.has(plain.charAt(0).toLowerCase() + plain.slice(1)) || words.has(plain.toLowerCase());
}
