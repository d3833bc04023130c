/** In bytes of UTF-8. */
const maxBytes = 64;

/** A flag (also of a part of a country, which is spelled in letters nobody sees), a keycap, or a picture with at most one thing that changes its look, also several joined into one. */
const oneEmoji = /^(?:\p{RI}{2}|[0-9#*]\u{FE0F}?\u{20E3}|\u{1F3F4}[\u{E0030}-\u{E0039}\u{E0061}-\u{E007A}]{3,6}\u{E007F}|\p{Extended_Pictographic}(?:\u{FE0F}|\p{Emoji_Modifier})?(?:\u{200D}\p{Extended_Pictographic}(?:\u{FE0F}|\p{Emoji_Modifier})?){0,9})$/u;

/** Whether a text is one emoji and nothing else: nobody writes letters on others' messages. */
export function isEmoji(text: string): boolean {
  // Of this alphabet only digits, # and * take one byte, and no code point more than four.
  return oneEmoji.test(text) && Array.from(text).reduce((bytes, each) => bytes + ((each.codePointAt(0) ?? 0) > 0xffff ? 4 : 3), 0) <= maxBytes;
}
