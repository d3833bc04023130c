/** In bytes of UTF-8. */
const maxBytes = 64;

/** A flag (also of a part of a country, which is spelled in letters nobody sees), a keycap, or a picture with at most one thing that changes its look, also several joined into one. */
const oneEmoji = /^(?:\p{RI}{2}|[0-9#*]\u{FE0F}?\u{20E3}|\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{3,6}\u{E007F}|\p{Extended_Pictographic}(?:\u{FE0F}|\p{Emoji_Modifier})?(?:\u{200D}\p{Extended_Pictographic}(?:\u{FE0F}|\p{Emoji_Modifier})?){0,9})$/u;

/** Whether a text is one emoji and nothing else: nobody writes letters on others' messages. */
export function isEmoji(text: string): boolean {
  // Of this alphabet only digits, # and * take one byte, and no code point more than four.
  return oneEmoji.test(text) && Array.from(text).reduce((bytes, each) => bytes + ((each.codePointAt(0) ?? 0) > 0xffff ? 4 : 3), 0) <= maxBytes;
}

/** What may be drawn as a sign of the text or as a picture, with what says so behind it: that of the text, that of the picture, or none. */
const drawn = /([0-9#*](?=[\u{FE0E}\u{FE0F}]?\u{20E3})|\p{Extended_Pictographic})(?:[\u{FE0E}\u{FE0F}](?![\u{FE0E}\u{FE0F}]))?(\p{Emoji_Modifier}?)/gu;
const needsSaying = /^(?=\p{Emoji})\P{Emoji_Presentation}$/u;

/**
 * Keyboards and programs write one emoji with and without U+FE0F: ❤ and ❤️. The one of these that says that it is a picture just where nothing else does, as in Unicode's
 * list of fully-qualified ones; what that makes too long, and what is no emoji, as it is.
 */
export function inOneForm(text: string): string {
  const form = text.replace(drawn, (_, base: string, colour: string) => (colour === '' && needsSaying.test(base) ? `${base}\uFE0F` : base + colour));
  return isEmoji(form) ? form : text;
}
