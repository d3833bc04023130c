/** In bytes of UTF-8. */
const maxBytes = 64;

/** A flag, a keycap, or a picture with what changes its look, also several joined into one. */
const oneEmoji = /^(?:\p{RI}{2}|[0-9#*]\u{FE0F}?\u{20E3}|\p{Extended_Pictographic}(?:\u{FE0F}|\p{Emoji_Modifier}|[\u{E0020}-\u{E007F}])*(?:\u{200D}\p{Extended_Pictographic}(?:\u{FE0F}|\p{Emoji_Modifier})*)*)$/u;

/** Whether a text is one emoji and nothing else: nobody writes letters on others' messages. */
export function isEmoji(text: string): boolean {
  // Of this alphabet only digits, # and * take one byte, and no code point more than four.
  return oneEmoji.test(text) && Array.from(text).reduce((bytes, each) => bytes + ((each.codePointAt(0) ?? 0) > 0xffff ? 4 : 3), 0) <= maxBytes;
}
