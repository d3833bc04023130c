/** Of one language there are some hundred; some say when, or how much. */
const most = 500;
const codes = new Map<string, string>();

/**
 * What was said of a failure is handed on as words alone, in all parts of the window. Where it is shown its code is to be copied (a person asks for help with it), and is
 * found by the words: that of which they were said last.
 */
export function withCode(words: string, code: string): string {
  codes.delete(words);
  codes.set(words, code);
  const [oldest] = codes.keys();
  if (codes.size > most && oldest !== undefined) codes.delete(oldest);
  return words;
}

export const codeOf = (words: unknown): string | undefined => (typeof words === 'string' ? codes.get(words) : undefined);
