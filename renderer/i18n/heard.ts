/** Words that are only heard: without the hyphens that divide a word at the end of a line, of which a screen reader makes parts of words. */
export function heard(words: string): string {
  return words.replaceAll('\u00AD', '');
}
