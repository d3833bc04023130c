/** Words of a query that count. */
export const mostWords = 16;
/** Ways to write a query that are tried, with the one that was typed: each is another question to the index. */
export const mostSpellings = 16;
/** Ways to write one word that are followed on. Nearly always the index has one or two of them. */
const mostOfOne = 16;
/** Places in one word at which it may be written otherwise; those behind them stay as they were typed. */
const mostPlaces = 16;
/** Beginnings that are looked up for one query, about: what stands behind them stays as it was typed. */
const mostLooks = 200;

/** What stands in nearly every word, and for which few languages have another letter, of which no mark makes it. */
const plain: Readonly<Record<string, readonly string[]>> = {
  l: ['ł'], o: ['ø'], d: ['đ', 'ð'], h: ['ħ'], i: ['ı'], ae: ['æ'], oe: ['œ', 'øe'], th: ['þ', 'tħ'],
};
/** The other way round, as who has the letter types it; Straße, Strasse; and an apostrophe, which is typed as one sign and put by programs as another one: don't, don’t. */
const special: Readonly<Record<string, readonly string[]>> = {
  ł: ['l'], ø: ['o'], đ: ['d'], ð: ['d'], ħ: ['h'], ı: ['i'], æ: ['ae'], œ: ['oe'], þ: ['th'], ß: ['ss'], ss: ['ß'], "'": ['\u2019'], '\u2019': ["'"],
};
/** Where it is written so in some places, and otherwise in others. Two letters are one place. */
const choices = /(ss|ae|oe|th|[lodhiłøđðħıæœþß\u1e9e'\u2019])/iu;
/** Letters with marks, which count for nothing: whoever types ö finds ø as well. */
const marked = /[\u00c0-\u024f\u1e00-\u1eff]/gu;
const isWord = /[\p{L}\p{N}]/u;

/** Whether a word of the index begins so. Where messages are not taken up yet, any may, unless only one that is known counts (`isKnown`). */
export type IsBegun = (beginning: string, isKnown: boolean) => boolean;

/**
 * The same query in the other spellings that its words have, each place of its own: of Wasserstrasse only the second ss is written as ß. Who looks for it does
 * not know which one somebody wrote, but the index has the words as they were written: what none of them begins with is not followed on, so that a place
 * costs few looks, and only what may be found is asked for. Without the query itself; where there are too many, later words stay as they were typed, but for
 * once, where all are otherwise.
 */
export function otherSpellings(query: string, isBegun: IsBegun): readonly string[] {
  const looks = { left: mostLooks, isBegun };
  let left = mostWords;
  let all: readonly string[] = [''];
  let otherwise = '';
  for (const part of query.split(/(\s+)/u)) {
    if (isWord.test(part)) left -= 1;
    const spelled = left >= 0 ? spellingsOf(part, looks) : [part];
    const room = Math.max(1, Math.floor(mostSpellings / all.length));
    all = all.flatMap((before) => spelled.slice(0, room).map((each) => before + each));
    otherwise += spelled.at(-1) ?? part;
  }
  return [...new Set([query, otherwise, ...all])].slice(1, mostSpellings);
}

/** As it was typed first, and last what has least of that. */
function spellingsOf(word: string, looks: { left: number; readonly isBegun: IsBegun }): readonly string[] {
  const [first = '', ...places] = word.replace(marked, (letter) => letter.normalize('NFD').replace(/\p{M}/gu, '')).split(choices);
  // This one is asked for in any case.
  let typed = first;
  let others: readonly string[] = [];
  let at = 0;
  for (; at < Math.min(places.length, 2 * mostPlaces) && looks.left > 0; at += 2) {
    const [letters = '', then = ''] = places.slice(at, at + 2);
    const isPlain = letters.toLowerCase() in plain;
    const ways = (isPlain ? plain : special)[letters.toLowerCase()] ?? [];
    const otherwise = (before: string): readonly string[] => begun(ways.map((way) => before + way + then), isPlain);
    others = [...otherwise(typed), ...others.flatMap((before) => [...begun([before + letters + then], false), ...otherwise(before)])].slice(0, mostOfOne);
    typed += letters + then;
  }
  const behind = places.slice(at).join('');
  return [...new Set([word, ...others.map((each) => each + behind)])];

  function begun(beginnings: readonly string[], isKnown: boolean): readonly string[] {
    looks.left -= beginnings.length;
    return beginnings.filter((beginning) => looks.isBegun(beginning, isKnown));
  }
}
