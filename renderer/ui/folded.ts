/** Letters that no mark makes of others, as who has none of them on the keyboard types them. */
const otherwise: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', æ: 'ae', œ: 'oe', ı: 'i', ħ: 'h' };
const plain = /^[\u0000-\u007f]*$/;

/** Without case, marks above letters and what only divides a word at the end of a line: `Größe` and `grosse` are one, and so are `Łódź` and `lodz`. */
export function folded(text: string): string {
  if (plain.test(text)) return text.toLowerCase();
  return text.normalize('NFKD').replace(/[\p{M}\u00AD]/gu, '').toLowerCase().replace(/[ßøłđðþæœıħ]/gu, (letter) => otherwise[letter] ?? letter);
}

const between = /[^\p{L}\p{N}]+/u;

/** Whether such texts have what somebody looks for: as it stands somewhere, or the beginnings of its words in any order. */
export function finderOf(query: string): (...texts: readonly string[]) => boolean {
  const wanted = folded(query).trim().replace(/\s+/gu, ' ');
  const beginnings = wanted.split(between).filter((word) => word !== '');
  return (...texts) => {
    if (wanted === '') return true;
    const all = texts.map(folded);
    if (all.some((text) => text.includes(wanted))) return true;
    const words = all.flatMap((text) => text.split(between));
    return beginnings.length > 1 && beginnings.every((beginning) => words.some((word) => word.startsWith(beginning)));
  };
}
