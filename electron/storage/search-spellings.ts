/** Words of a query that count. */
export const mostWords = 16;
/** Ways to write a query that are tried, with the one that was typed: each is another question to the index. */
export const mostSpellings = 16;
/** Ways to write one word that are followed on. Nearly always the index has one or two of them. */
const mostOfOne = 16;
/** Places in one word at which it may be written otherwise; those behind them stay as they were typed. */
const mostPlaces = 8;

/**
 * Where it is written so in some places, and otherwise in others: Straße, Strasse; and an apostrophe, which is typed as one sign and put by programs as
 * another one: don't, don’t.
 */
const choices = /(\u00df|\u1e9e|ss|['\u2019])/iu;
const isWord = /[\p{L}\p{N}]/u;

/**
 * The same query in the other spellings that its words have, each place of its own: of Wasserstrasse only the second ss is written as ß. Who looks for it does
 * not know which one somebody wrote, but the index has the words as they were written: what none of them begins with is not followed on, so that a place
 * costs few looks, and only what may be found is asked for. Without the query itself; where there are too many, later words stay as they were typed, but for
 * once, where all are otherwise.
 */
export function otherSpellings(query: string, isBegun: (beginning: string) => boolean): readonly string[] {
  let left = mostWords;
  let all: readonly string[] = [''];
  let otherwise = '';
  for (const part of query.split(/(\s+)/u)) {
    if (isWord.test(part)) left -= 1;
    const spelled = left >= 0 ? spellingsOf(part, isBegun) : [part];
    const room = Math.max(1, Math.floor(mostSpellings / all.length));
    all = all.flatMap((before) => spelled.slice(0, room).map((each) => before + each));
    otherwise += spelled.at(-1) ?? part;
  }
  return [...new Set([query, otherwise, ...all])].slice(1, mostSpellings);
}

/** As it was typed first, and last what has least of that. */
function spellingsOf(word: string, isBegun: (beginning: string) => boolean): readonly string[] {
  const [first = '', ...places] = word.split(choices);
  const behind = places.splice(2 * mostPlaces).join('');
  let all: readonly string[] = [first];
  for (let at = 0; at < places.length && all.length > 0; at += 2) {
    const [typed = '', then = ''] = places.slice(at, at + 2);
    all = all.flatMap((before) => [typed, otherThan(typed)].map((each) => before + each + then)).filter(isBegun).slice(0, mostOfOne);
  }
  return [...new Set([word, ...all.map((each) => each + behind)])];
}

function otherThan(typed: string): string {
  if (typed === "'") return '\u2019';
  if (typed === '\u2019') return "'";
  return typed.length === 2 ? '\u00df' : 'ss';
}
