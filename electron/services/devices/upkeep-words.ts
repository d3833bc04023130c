import { maxUpdateBytes } from '../../engine/certificates/own-update';
import { WireError } from '../../engine/wire/reader';
import { concat } from '../../engine/wire/writer';

/** Words of the topic `upkeep` (protocol.md §10.2): kind u8 ‖ body, in parts that each begin with a byte that says whether more follows. */
export const words = { state: 1, update: 2, suspension: 3, offer: 4, taken: 5, release: 6, released: 7, issue: 8, issued: 9, places: 10, withdrawn: 11 } as const;
export type Word = keyof typeof words;

/** One part: below the 69,900 bytes that a topic carries. */
const partBytes = 60 * 1024;
const byKind = new Map<number, Word>(Object.entries(words).map(([word, kind]) => [kind, word as Word])); // the keys of `words`

/** Parts in order. */
export function encodeWord(word: Word, body: Uint8Array): Uint8Array[] {
  const whole = concat(Uint8Array.of(words[word]), body);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < whole.length; at += partBytes) {
    const isLast = at + partBytes >= whole.length;
    parts.push(concat(Uint8Array.of(isLast ? 0 : 1), whole.subarray(at, at + partBytes)));
  }
  return parts;
}

/** Puts the parts of one channel together. */
export class WordReader {
  #parts: Uint8Array[] = [];
  #length = 0;

  /** A word, once its last part is here; `undefined` for one of a later version. The body is a copy. Throws `WireError`. */
  take(part: Uint8Array): { readonly word: Word | undefined; readonly body: Uint8Array } | undefined {
    const [more] = part;
    if (more === undefined || more > 1) throw new WireError('not a part of a word');
    // Empty parts would never reach a cap.
    if (part.length === 1) throw new WireError('an empty part');
    this.#length += part.length - 1;
    if (this.#length > maxUpdateBytes) throw new WireError('a word over its cap');
    this.#parts.push(part.slice(1));
    if (more === 1) return undefined;
    const whole = concat(...this.#parts);
    this.#parts = [];
    this.#length = 0;
    return { word: byKind.get(whole[0] ?? 0), body: whole.subarray(1) };
  }
}
