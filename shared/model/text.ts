import * as z from 'zod';

/** What no name holds: control characters, halves of characters, line and paragraph separators. */
const notInNames = /[\p{Cc}\p{Cs}\u2028\u2029]/gu;

/** On one line, as a certificate holds it: NFC, trimmed. */
export const asName = (name: string): string => name.normalize('NFC').replace(notInNames, '').trim();

/** Text that UTF-8 can carry: half a character becomes U+FFFD, here already, so that both sides keep the same text. */
export const plainText = z.string().overwrite((text) => text.replace(/\p{Cs}/gu, '\ufffd'));

/** A person's name as a certificate holds it: NFC, trimmed, 1–64 UTF-16 units. */
export const personName = z
  .string()
  .max(1024)
  .overwrite(asName)
  .min(1)
  .max(64, { abort: true })
  // What counts above is characters, of which some are two units.
  .check(({ value, issues }) => {
    if (value.length > 64) issues.push({ code: 'too_big', origin: 'string', maximum: 64, inclusive: true, input: value });
  });

/** What somebody is called here, on one line; may be empty. */
export const aliasName = z
  .string()
  .max(1024)
  .overwrite(asName)
  .max(64);

/** Title of a conversation, shared with the other side; may be empty. */
export const title = plainText.trim().max(128);
