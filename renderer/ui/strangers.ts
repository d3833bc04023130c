/**
 * Text from strangers: names, titles, messages. Nothing here makes HTML; React writes text nodes.
 * What a person cannot see must not act either: control and direction characters become visible marks,
 * and a piece of text cannot turn the text around it.
 */

import { isEmoji } from '../../shared/model/emoji';
import { markUnseen } from './unseen-in-names';

/** Longest name or title shown, in characters as people count them. */
const maxNameLength = 64;

const overrides = /[\u202A-\u202E\u2066-\u2069]/u;
const controls = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/u;
/** Invisible where only a name stands: marks, joiners of words, fillers, tags, line breaks of every kind. */
const invisibleInNames =
  /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/u;
/** Flags of parts of a country. They are spelled in letters nobody sees, and seen as what they spell; no other spelling has a picture. */
const spelledFlags = /\u{1F3F4}\u{E0067}\u{E0062}(?:\u{E0065}\u{E006E}\u{E0067}|\u{E0073}\u{E0063}\u{E0074}|\u{E0077}\u{E006C}\u{E0073})\u{E007F}/u;
const rightToLeft = /[\u0590-\u08FF\u200F\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;
const marks = /(\p{M}{8})\p{M}+/gu;

/** The visible stand-in of an invisible character: its picture for ASCII controls, its number otherwise. */
function visibleMark(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return '\u2421';
  return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
}

function wellFormed(text: string): string {
  return text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD');
}

/** A name or title on one line: invisible characters shown, also such as join and choose forms where they change nothing that is seen; piles of accents cut, at most 64 characters. */
export function plainName(name: string): string {
  const shown = markUnseen(replaceEach(wellFormed(name).trim(), invisibleInNames), visibleMark).replace(marks, '$1');
  const cut = shortened(shown, maxNameLength);
  return cut === '' ? '?' : cut;
}

/** For a name inside a sentence or an attribute, where `<bdi>` cannot stand: isolated if it could turn its surroundings. */
export function nameInSentence(name: string): string {
  const shown = plainName(name);
  return rightToLeft.test(shown) ? `\u2068${shown}\u2069` : shown;
}

/** One line of a message for previews and quotes, at most `limit` characters. */
export function plainLine(text: string, limit = 160): string {
  const line = replaceEach(wellFormed(text.slice(0, limit * 4)).replace(/\s+/gu, ' ').trim(), invisibleInNames);
  return shortened(line.replace(marks, '$1'), limit);
}

/** Code points of the end of a name that stay: what kind of file it says it is stands there. */
const keptOfNames = 16;

/** The name of a file in one line of at most `limit` code points, more than `keptOfNames`. A long one is cut in its middle: cut at its end, `photo….exe` would look like a photo. */
export function plainFileName(name: string, limit: number): string {
  const line = plainLine(name, longestFileName);
  if (Array.from(line).length <= limit) return line;
  const end = endOfName(line);
  return `${shortened(line, limit - Array.from(end).length)}${end}`;
}

/** Whether a line ends as names of files do: it may be one, and no harm is done where it is not. */
export function isLikeName(line: string): boolean {
  return /\.[A-Za-z0-9]{1,8}$/.test(line);
}

/** The last whole signs of a line, at most `keptOfNames` code points; all of a short one. */
export function endOfName(line: string): string {
  let end = '';
  for (const { segment } of [...signs.segment(line)].reverse()) {
    if (Array.from(segment + end).length > keptOfNames) break;
    end = segment + end;
  }
  return end;
}

function replaceEach(text: string, what: RegExp): string {
  if (!what.test(text)) return text;
  return text.replace(new RegExp(`${spelledFlags.source}|${what.source}`, 'gu'), (found) => (spelledFlags.test(found) ? found : visibleMark(found)));
}

/** What a person sees as one sign, however many code points it is. */
const signs = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Code points that a file system gives a name at most, and some for the marks put in. */
const longestFileName = 1_000;

/** Letters, digits and marks of writing that stand alone where another one of them follows. To look for the signs of a text takes a microsecond each, and most texts need none of it. */
const alone = /^[\u0020-\u007E\u00A1-\u00AC\u00AE-\u02FF]*$/;

/** At most so many code points, the sign for more among them; no sign is cut in its middle, but for one that has no room by itself. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  if (alone.test(text.slice(0, most))) return `${text.slice(0, most - 1)}…`;
  if (Array.from(text).length <= most) return text;
  let whole = '';
  let left = most - 1;
  for (const { segment } of signs.segment(text)) {
    left -= Array.from(segment).length;
    if (left < 0) break;
    whole += segment;
  }
  // Joined into one without an end, letters and pictures would leave nothing of a name.
  return `${whole === '' ? Array.from(text).slice(0, most - 1).join('') : whole}…`;
}

/** A piece of a message: ordinary text, or one character that has to be shown as a mark. */
export interface TextPiece {
  readonly text: string;
  readonly odd: boolean;
}

/** A message cut into text and marks. Line breaks, tabs, joiners and direction marks stay as they are. */
export function messagePieces(text: string): readonly TextPiece[] {
  const whole = wellFormed(text).replace(/\r\n?/g, '\n').replace(marks, '$1');
  if (!overrides.test(whole) && !controls.test(whole)) return [{ text: whole, odd: false }];
  const pieces: TextPiece[] = [];
  const either = new RegExp(`${overrides.source}|${controls.source}`, 'gu');
  let from = 0;
  for (const hit of whole.matchAll(either)) {
    if (hit.index > from) pieces.push({ text: whole.slice(from, hit.index), odd: false });
    pieces.push({ text: visibleMark(hit[0]), odd: true });
    from = hit.index + hit[0].length;
  }
  if (from < whole.length) pieces.push({ text: whole.slice(from), odd: false });
  return pieces;
}

/** Long enough to be folded until asked for. */
export function isLong(text: string): boolean {
  if (text.length > 1400) return true;
  let lines = 0;
  for (const character of text) if (character === '\n') lines += 1;
  return lines > 22;
}

/** One to six emoji and nothing else: shown large. */
export function isEmojiOnly(text: string): boolean {
  const trimmed = text.trim();
  // The longest have about twenty units; most texts begin with a letter.
  if (trimmed === '' || trimmed.length > 128 || /^\p{L}/u.test(trimmed)) return false;
  const shown = Array.from(signs.segment(trimmed), ({ segment }) => segment).filter((each) => each.trim() !== '');
  return shown.length <= 6 && shown.every(isEmoji);
}

/** The first emoji of a text; undefined: it has none. */
export function firstEmoji(text: string): string | undefined {
  for (const { segment } of signs.segment(text)) if (isEmoji(segment)) return segment;
  return undefined;
}

/** Ends with one mark, whoever wrote it with or without: heard, two are a stumble and none runs on into what follows. */
export function asSentence(part: string): string {
  return /[.!?…؟。！？]\.?$/u.test(part) ? part.replace(/([.!?…؟。！？])\.$/u, '$1') : `${part}.`;
}
