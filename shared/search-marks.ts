import { inPieces } from './name-pieces';
import { placesOfSigns, signsIn } from './signs';

/** Where words of a query stand in a text, as [start, end) in UTF-16 units. */
export type Mark = [start: number, end: number];

/** ASCII: no marks, and as many letters in lower case. */
const plainLetters = /^[\u0000-\u007f]*$/;
const letters = /[\p{L}\p{N}]/u;
/** Scripts that write no spaces between words: a match may begin and end anywhere. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * What a search marks: every word as a whole, the last one also as a beginning, without regard to case and marks above letters. Where nothing stands as it was
 * typed, its pieces. Never more than `most`.
 */
export function searchMarks(text: string, query: string, most = 100): Mark[] {
  return searchFor(query)(text, most);
}

/** The same for a query that many texts are searched for: what does not change with the text is made once. */
export function searchFor(query: string): (text: string, most?: number) => Mark[] {
  const asked = [query, inPieces(query)].map(lazily(askedOf));
  return (text, most = 100) => firstMarks(text, lazily(fold)(text), asked, most);
}

/** The same for a text that is searched often: what does not change with the query is made once, when it is first needed. */
export function searchIn(text: string): (query: string, most?: number) => Mark[] {
  const folded = lazily(fold)(text);
  return (query, most = 100) => firstMarks(text, folded, [query, inPieces(query)].map(lazily(askedOf)), most);
}

/** Words of a query that count, as in the index (`electron/storage/search-words.ts`). */
const mostWords = 16;

/**
 * Whether every word and every emoji of a query stands in one of these texts, the last word also as a beginning. Of a word with signs in it each part by itself,
 * wherever: where nothing can be marked a search may have found it all the same.
 */
export function standsIn(texts: readonly string[], query: string): boolean {
  const words = fold(query).text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '').slice(0, mostWords);
  const folded = texts.map((text) => fold(text).text);
  return (
    words.every((word, index) => folded.some((text) => !placesOf(text, word, index === words.length - 1).next().done)) &&
    signsIn(query).every((sign) => texts.some((text) => placesOfSigns(text, [sign], 1).length > 0))
  );
}

/** Makes it once, when it is first needed. */
function lazily<From, Made extends object>(make: (from: From) => Made): (from: From) => () => Made {
  return (from) => {
    let made: Made | undefined;
    return () => (made ??= make(from));
  };
}

/** Of the first that marks anything. */
function firstMarks(text: string, folded: () => Folded, asked: readonly (() => Asked)[], most: number): Mark[] {
  for (const each of asked) {
    const marks = marksOf(text, folded, each(), most);
    if (marks.length > 0) return marks;
  }
  return [];
}

/** What a query asks for. */
interface Asked {
  readonly parts: readonly string[];
  readonly signs: readonly string[];
}

function askedOf(query: string): Asked {
  return { parts: query.split(/\s+/u).map((part) => trimmed(fold(part).text)).filter((part) => part !== ''), signs: signsIn(query) };
}

interface Folded {
  readonly text: string;
  at(index: number): number;
}

function marksOf(text: string, foldedText: () => Folded, { parts, signs }: Asked, most: number): Mark[] {
  const marks: Mark[] = placesOfSigns(text, signs, most);
  if (parts.length === 0) return marks;
  const folded = foldedText();
  for (const [index, part] of parts.entries()) {
    const mayGoOn = index === parts.length - 1;
    for (const at of placesOf(folded.text, part, mayGoOn)) {
      if (marks.length >= most) break;
      marks.push([folded.at(at), folded.at(at + part.length)]);
    }
  }
  return joined(marks);
}

/** Stands where a text goes on that is not shown. */
const more = '…';

/** A piece of at most `length` UTF-16 units around the first mark, with the marks in it; of whole words where their ends are near, and with “…” where the text goes on. */
export function snippetOf(text: string, marks: readonly Mark[], length = 200): { readonly snippet: string; readonly marks: Mark[] } {
  if (text.length <= length) return { snippet: text, marks: [...marks] };
  const room = length - 2 * more.length;
  const first = marks[0]?.[0] ?? 0;
  let start = first <= length / 2 ? 0 : Math.max(0, Math.min(first - Math.floor(length / 4), text.length - room));
  // From the beginning of a word, where one is near.
  const word = start === 0 ? -1 : text.slice(start, Math.min(first, start + 24)).search(/\s/u);
  if (word >= 0) start += word + 1;
  if (isSecondHalf(text, start)) start += 1;
  let end = Math.min(text.length, start + room);
  // To the end of one: of what is marked nothing is lost by it.
  const lastMark = Math.max(start, ...marks.filter(([from, to]) => from >= start && to <= end).map(([, to]) => to));
  if (end < text.length && !/\s/u.test(text.charAt(end))) {
    const gap = text.slice(Math.max(lastMark, end - 24), end).search(/\s\S*$/u);
    if (gap >= 0) end = Math.max(lastMark, end - 24) + gap;
  }
  if (isSecondHalf(text, end)) end -= 1;
  const before = start === 0 ? '' : more;
  const inside = marks.filter(([from, to]) => from >= start && to <= end).map(([from, to]): Mark => [from - start + before.length, to - start + before.length]);
  return { snippet: `${before}${text.slice(start, end)}${end < text.length ? more : ''}`, marks: inside };
}

function isSecondHalf(text: string, at: number): boolean {
  return /[\udc00-\udfff]/.test(text.charAt(at)) && at > 0;
}

/** Written in two ways, and looked for in either (`electron/storage/search-spellings.ts`). */
const asOne: Readonly<Record<string, string>> = {
  '\u00df': 'ss', '\u2019': "'", ł: 'l', ø: 'o', đ: 'd', ð: 'd', ħ: 'h', ı: 'i', æ: 'ae', œ: 'oe', þ: 'th',
};

/** Without case and marks, with the way back to where each letter stood. */
function fold(source: string): Folded {
  // Most texts, and then nothing moves.
  if (plainLetters.test(source)) return { text: source.toLowerCase(), at: (index) => index };
  const places: number[] = [];
  let text = '';
  let from = 0;
  for (const letter of source) {
    const bare = letter <= '\u007f' ? letter.toLowerCase() : letter.normalize('NFD').replace(/\p{M}+/gu, '').toLowerCase();
    const plain = asOne[bare] ?? bare;
    for (let unit = 0; unit < plain.length; unit += 1) places.push(from);
    text += plain;
    from += letter.length;
  }
  return {
    text,
    at: (index) => places[index] ?? source.length,
  };
}

function trimmed(part: string): string {
  return part.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
}

function* placesOf(text: string, part: string, mayGoOn: boolean): Generator<number> {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) if (stands(text, at, part, mayGoOn)) yield at;
}

function stands(text: string, at: number, part: string, mayGoOn: boolean): boolean {
  const before = lastLetter(text.slice(Math.max(0, at - 2), at));
  const after = String.fromCodePoint(text.codePointAt(at + part.length) ?? 32);
  const begins = !letters.test(before) || unspaced.test(before) || unspaced.test(part.charAt(0));
  const ends = mayGoOn || !letters.test(after) || unspaced.test(after) || unspaced.test(part);
  return begins && ends;
}

function lastLetter(piece: string): string {
  return Array.from(piece).at(-1) ?? ' ';
}

function joined(marks: Mark[]): Mark[] {
  const result: Mark[] = [];
  for (const [start, end] of marks.sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else result.push([start, end]);
  }
  return result;
}
