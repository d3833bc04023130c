const letters: Readonly<Record<string, string>> = {
  a: 'á', b: 'ƀ', c: 'ç', d: 'ð', e: 'é', f: 'ƒ', g: 'ğ', h: 'ħ', i: 'í', j: 'ĵ', k: 'ķ', l: 'ļ', m: 'ɱ',
  n: 'ñ', o: 'ó', p: 'þ', q: 'ɋ', r: 'ř', s: 'š', t: 'ţ', u: 'ú', v: 'ṽ', w: 'ŵ', x: 'ẋ', y: 'ý', z: 'ž',
};

/**
 * English made strange and a third longer, to find words that are not translated and places that are too narrow.
 * What stands in braces is ICU syntax and stays; the words inside plural branches stay plain.
 */
export function pseudo(message: string): string {
  let depth = 0;
  let changed = '';
  for (const character of message) {
    if (character === '{') depth += 1;
    changed += depth === 0 ? (letters[character] ?? character) : character;
    if (character === '}') depth -= 1;
  }
  // In words, as the languages have them that are longer.
  const padding = '~'.repeat(Math.ceil(message.length / 3)).replaceAll(/~{9}(?=~)/g, '~~~~~~~~ ');
  return `⟦${changed} ${padding}⟧`;
}

export function pseudoMessages<T extends Record<string, string>>(messages: T): Record<keyof T, string> {
  const entries = Object.entries(messages).map(([id, message]) => [id, pseudo(message)] as const);
  return Object.fromEntries(entries) as Record<keyof T, string>; // the same ids as came in
}

/** The same words in a line that runs from right to left: each begins and ends with a mark that belongs there. */
export function rightToLeft<T extends Record<string, string>>(messages: T): Record<keyof T, string> {
  const entries = Object.entries(messages).map(([id, message]) => [id, `\u200f${message}\u200f`] as const);
  return Object.fromEntries(entries) as Record<keyof T, string>; // the same ids as came in
}
