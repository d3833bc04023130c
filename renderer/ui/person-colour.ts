import { firstEmoji } from './strangers';

/** Eight avatar colours; which one follows from the peer id, so a person keeps it on every device. */
export function avatarColour(peerId: string): number {
  let sum = 7;
  for (const character of peerId) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return sum % 8;
}

/** First letters of the first two words, or the first letter; of a name without letters its first emoji. */
export function initials(name: string): string {
  const words = name.split(/[\s\-_.]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.slice(0, 2).map((word) => Array.from(word).find((letter) => /[\p{L}\p{N}]/u.test(letter)) ?? '');
  const joined = letters.join('');
  return joined === '' ? (firstEmoji(name) ?? '?') : joined.toLocaleUpperCase();
}
