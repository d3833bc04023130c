import { namesDay } from './day-words';
import { type Moment, momentOf, momentPattern } from './moments';
import { messagePieces } from './strangers';
import { urlOf } from './url-of';

/** A piece of a message: text, a character shown as a mark, an address of the web, or a moment. */
export type MentionPiece =
  | { readonly kind: 'text' | 'odd'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly url: string }
  | ({ readonly kind: 'moment'; readonly text: string } & Moment);

/** Only what says that it is one, by how it is asked for or by `www.`: nothing is guessed from a dot between two words. No space, quote, control or direction character is part of an address. */
const address = String.raw`(?:\bhttps?:\/\/|(?<![\p{L}\p{N}@._\/:-])www\.)[^\s<>"'\u0060\u0000-\u0020\u007F-\u00A0\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]+`;
const longestUrl = 2_048;
/** An address with what may stand behind it; what is longer is none. */
const longestMatch = 2 * longestUrl;
/** Looked at in one message, so that none keeps the window busy. */
const mostMentions = 200;

/** A message cut into what is shown of it. The texts of the pieces, one after the other, are the message. `writtenAt`: for an hour without a day. */
export function mentionPieces(written: string, writtenAt?: number): readonly MentionPiece[] {
  const pieces: MentionPiece[] = [];
  const plain = (text: string): void => {
    if (text !== '') for (const piece of messagePieces(text)) pieces.push({ kind: piece.odd ? 'odd' : 'text', text: piece.text });
  };
  let from = 0;
  let count = 0;
  let hasDay: boolean | undefined;
  /** An hour alone is unsure wherever a day is named: which of both belong together only who reads it knows. */
  const momentPiece = (text: string): MentionPiece | undefined => {
    const moment = momentOf(text, writtenAt);
    if (moment?.hourOf === undefined || !(hasDay ??= namesDay(written))) return moment && { kind: 'moment', text, ...moment };
    return { kind: 'moment', text, at: moment.at, hourOf: { ...moment.hourOf, unsure: true } };
  };
  for (const hit of written.matchAll(new RegExp(`(${address})|(${momentPattern})`, 'giu'))) {
    const piece = hit[1] === undefined ? momentPiece(hit[0]) : hit[0].length > longestMatch ? undefined : linkPiece(withoutTail(hit[0]));
    if (piece === undefined) continue;
    plain(written.slice(from, hit.index));
    pieces.push(piece);
    from = hit.index + piece.text.length;
    count += 1;
    if (count === mostMentions) break;
  }
  plain(written.slice(from));
  return pieces;
}

function linkPiece(text: string): MentionPiece | undefined {
  const isBare = /^www\./iu.test(text);
  const url = text.length > longestUrl ? undefined : urlOf(isBare ? `https://${text}` : text);
  // A name of a site has two parts more, and ends in letters.
  if (url === undefined || (isBare && !/^www(?:\.[^.]+)+\.(?:[a-z]{2,}|xn--[a-z0-9-]+)$/u.test(url.hostname))) return undefined;
  const { protocol, host } = url;
  // Behind `?` and `#` a reader leaves it as it is; what opens links takes none, since elsewhere it stands for a slash.
  const href = url.href.replaceAll('\\', '%5C');
  return host !== '' && (protocol === 'https:' || protocol === 'http:') && href.length <= longestUrl ? { kind: 'link', text, url: href } : undefined;
}

/** What ends a sentence ends no address; a bracket does where its opening one is outside. */
function withoutTail(text: string): string {
  // How many of each there are in what is left: a thousand brackets at the end are looked at once each.
  const counts = new Map<string, number>();
  for (const character of text) if ('()[]{}'.includes(character)) counts.set(character, (counts.get(character) ?? 0) + 1);
  let end = text.length;
  for (; end > 1; end -= 1) {
    const last = text[end - 1] ?? '';
    const opening = { ')': '(', ']': '[', '}': '{' }[last];
    const isTail = opening === undefined ? /[.,;:!?*_~»“”’…]/u.test(last) : (counts.get(opening) ?? 0) < (counts.get(last) ?? 0);
    if (!isTail) break;
    if (opening !== undefined) counts.set(last, (counts.get(last) ?? 0) - 1);
  }
  return text.slice(0, end);
}
