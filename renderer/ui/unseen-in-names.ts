/**
 * Characters of which nothing is seen by themselves, and which scripts need all the same: joiners, and what chooses another form of the sign before. Where they change what is
 * seen they stay (UAX #31, section 2.3: Persian, Indian scripts, pictures put together); anywhere else two names that differ by one would look alike, and it is shown.
 */

/** Also the gaps: a space that is none of the keyboard, and an empty Braille pattern. */
const unseen = /[\p{Default_Ignorable_Code_Point}\p{Z}\u2800]/u;
const picture = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F]$/u;
const beginsPicture = /^\p{Extended_Pictographic}/u;
/** Signs of Indian and related scripts that take the vowel from a letter: what comes behind one decides how the letters go together. */
const virama = /[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D3B\u0D3C\u0D4D\u0DCA\u1039\u103A\u17D2\u1B44\uA806\uA8C4\uA953\uA9C0\uABED]$/u;
/** Bengali and Kannada: a joiner behind this letter keeps it whole, where it would become a sign above the next one. */
const ra = /[\u09B0\u0CB0]$/u;
const isVirama = /^[\u09CD\u0CCD]/u;
/** Letters that join to none behind them, whatever stands there. */
const joinsNothing = /[\u0621-\u0625\u0627\u0629\u062F-\u0632\u0648\u0671-\u0677\u0688-\u0699\u06C0\u06C3-\u06CB\u06CD\u06CF\u06D2\u06D3\u06D5\u06EE\u06EF\u0710\u0715-\u0719\u071E\u0728\u072A\u072C\u072F\u0759-\u075B\u076B\u076C\u0771\u0773\u0774\u0778\u0779]$/u;
const joins = /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}]\p{Mn}*$/u;
const isJoined = /^\p{Mn}*[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}]/u;
const han = /\p{Script=Han}$/u;
const wide = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u30FC]/u;
const wideBefore = new RegExp(`${wide.source}$`, 'u');
const wideBehind = new RegExp(`^${wide.source}`, 'u');
/** Flags of parts of a country, spelled in letters nobody sees. */
const flag = /\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]*$/u;

/** Of the characters on either side of one, as many as decide whether it is seen: the flags of parts of a country are the longest. */
const reach = 16;

/** The name with a visible mark in place of each character of which nothing is seen. `mark` makes it. */
export function markUnseen(name: string, mark: (character: string) => string): string {
  if (!unseen.test(name)) return name;
  const characters = Array.from(name);
  return characters
    .map((character, at) => (!unseen.test(character) || isSeen(character, characters.slice(Math.max(0, at - reach), at).join(''), characters.slice(at + 1, at + 1 + reach).join('')) ? character : character === ' ' ? '\u2423' : mark(character)))
    .join('');
}

/** Whether it changes what is seen between what stands before and behind it. */
function isSeen(character: string, before: string, behind: string): boolean {
  switch (character) {
    case ' ':
      return !before.endsWith(' ');
    case '\u3000':
      return wideBefore.test(before) && wideBehind.test(behind);
    case '\u200D':
      return (picture.test(before) && beginsPicture.test(behind)) || virama.test(before) || (ra.test(before) && isVirama.test(behind));
    case '\u200C':
      return virama.test(before) || (joins.test(before) && !joinsNothing.test(before.replace(/\p{Mn}+$/u, '')) && isJoined.test(behind));
    case '\uFE0F':
      return /\p{Extended_Pictographic}$/u.test(before) || (/[0-9#*]$/.test(before) && behind.startsWith('\u20E3'));
    case '\uFE0E':
      return /\p{Extended_Pictographic}$/u.test(before);
    default:
      if (/[\uFE00-\uFE0D\u{E0100}-\u{E01EF}]/u.test(character)) return han.test(before);
      if (/[\u180B-\u180D\u180F]/u.test(character)) return /\p{Script=Mongolian}$/u.test(before);
      return /[\u{E0000}-\u{E007F}]/u.test(character) && flag.test(before);
  }
}
