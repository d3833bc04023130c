import { readdirSync, readFileSync } from 'node:fs';
import { isPluralElement, isSelectElement, parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { describe, expect, it } from 'vitest';
import { english } from '../../../../renderer/i18n/messages';
import { german } from '../../../../renderer/i18n/german';
import { withHyphens } from '../../../../renderer/i18n/hyphens';
import { heard } from '../../../../renderer/i18n/heard';
import { directionOf, languageOf, localeOf, messagesOf, tagOf } from '../../../../renderer/i18n/languages';
import { pseudoMessages, rightToLeft } from '../../../../renderer/i18n/pseudo';
import { errors } from '../../../../renderer/i18n/en/errors';
import { failureKind } from '../../../../renderer/features/lock/failure-words';
import { withHoursOf } from '../../../../shared/language';
import { errorCodes } from '../../../../shared/errors';

/** The values a message takes, in its branches too. */
function valuesIn(elements: readonly MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    if (element.type === TYPE.literal || element.type === TYPE.pound) return [];
    if (isPluralElement(element) || isSelectElement(element)) return [element.value, ...Object.values(element.options).flatMap((option) => valuesIn(option.value))];
    return [element.value];
  });
}

const placeholders = (message: string): string[] => [...new Set(valuesIn(parse(message)))].sort();

describe('words', () => {
  it('every error code has a sentence of its own, and no sentence is left over', () => {
    expect(Object.keys(errors).sort()).toEqual(errorCodes.map((code) => `error.${code}`).sort());
    expect(new Set(Object.values(errors)).size).toBe(errorCodes.length);
    for (const sentence of Object.values(errors)) expect(sentence).toMatch(/\.$/);
  });

  it('every error says more than what happened: what is safe, or what to do next', () => {
    for (const messages of [english, german]) {
      for (const code of errorCodes) expect(messages[`error.${code}`], code).toMatch(/[.;:] \p{L}/u);
    }
  });

  it('every message is well-formed, also in the pseudo-language', () => {
    for (const messages of [english, german, pseudoMessages(english), rightToLeft(pseudoMessages(english))]) {
      for (const [id, message] of Object.entries(messages)) expect(() => parse(message), id).not.toThrow();
    }
  });

  it('the pseudo-language changes every message and keeps every placeholder', () => {
    for (const [id, message] of Object.entries(pseudoMessages(english))) {
      expect(message, id).not.toBe(english[id as keyof typeof english]);
      expect(placeholders(message), id).toEqual(placeholders(english[id as keyof typeof english]));
    }
  });

  it('the German takes the same values as the English, for ids that exist, with the marks German uses', () => {
    for (const [id, message] of Object.entries(german)) {
      const original = english[id as keyof typeof english]; // a key of both, or the next line fails
      expect(original, id).toBeDefined();
      expect(placeholders(message), id).toEqual(placeholders(original));
      expect(message, id).not.toMatch(/["']|\.\.\./);
    }
  });

  it('a long German word can be divided, here and in the help, where its parts meet; nothing else of it changes', async () => {
    const guides = readdirSync('docs').filter((name) => name.endsWith('.de.md')).map((name) => readFileSync(`docs/${name}`, 'utf8').replaceAll(/\(#[^)]*\)|`[^`]*`/g, ''));
    expect(guides.length).toBeGreaterThan(3);
    const words = [...Object.values(german), ...guides].flatMap((text) => text.match(/\p{L}{13,}/gu) ?? []);
    expect(words.length).toBeGreaterThan(300);
    const pieces = [...new Set(words)].map((word) => withHyphens(word).split('\u00AD'));
    expect(pieces.filter((parts) => parts.some(({ length }) => length > 12 || length < 3)).map((parts) => parts.join('|'))).toEqual([]);
    expect(withHyphens('Das Wiederherstellungsblatt, Identitätsschlüssels.').replaceAll('\u00AD', '|')).toBe('Das Wieder|her|stellungs|blatt, Identitäts|schlüssels.');
    // What fits anyway, a value and a word nobody knows.
    for (const text of ['Schlüssel', 'Unterhaltung', '{acknowledgements}', 'Schwarzenbergerstraße', 'gleichzeitiges']) expect(withHyphens(text)).toBe(text);
    const shown = await messagesOf('de', true);
    for (const [id, message] of Object.entries(german)) {
      const drawn = shown[id as keyof typeof english];
      expect(drawn.replaceAll('\u00AD', ''), id).toBe(message);
      expect(placeholders(drawn), id).toEqual(placeholders(message));
    }
    expect(shown['recovery.away.title']).toContain('\u00AD');
    expect(JSON.stringify(await messagesOf('de', false))).not.toContain('\u00AD');
  });

  it('what is only heard holds none of these hyphens', () => {
    expect(heard('Einstel\u00ADlungen')).toBe('Einstellungen');
    const files = readdirSync('renderer', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.tsx'));
    const labels = files.flatMap((name) => [...readFileSync(`renderer/${name}`, 'utf8').matchAll(/(?:aria-label|alt|placeholder|aria-valuetext|aria-description)=\{([^\n]*?)\}(?=[\s>/])/gu)].map(([, words = '']) => ({ name, words })));
    expect(files.filter((name) => /'aria-(?:label|valuetext|description)': (?!heard\()/u.test(readFileSync(`renderer/${name}`, 'utf8')))).toEqual([]);
    expect(labels.length).toBeGreaterThan(60);
    const divided = labels.filter(({ words }) => !words.startsWith('heard(')).filter(({ words }) => {
      const ids = [...words.matchAll(/text\([`']([\w.-]+)(\$\{)?/gu)].flatMap(([, id = '', more]) => Object.keys(german).filter((one) => (more === undefined ? one === id : one.startsWith(id))));
      return ids.some((id) => withHyphens(german[id as keyof typeof english] ?? '').includes('\u00AD'));
    });
    expect(divided).toEqual([]);
    // What stands in a name of its own, and names that are handed on; names of people and files have none, nor do groups of digits.
    const plain = /^(?:alt|names?(?:\.name)?|named\(task, text\)|labels\[index\]|emojiName\(each, locale\)|\[\.\.\.group\]\.join\(' '\))$/u;
    const handedOn = labels.filter(({ words }) => !words.startsWith('heard(') && !plain.test(words) && (!words.includes('text(') || /\{ (?:label|command)\b/u.test(words)));
    expect(handedOn).toEqual([]);
  });

  it('the language follows the setting, then the system; direction, locale and tag follow the language', () => {
    expect(['de', 'de-AT', 'DE-CH', 'den', 'en-GB', 'fr'].map((system) => languageOf('system', system))).toEqual(['de', 'de', 'de', 'en', 'en', 'en']);
    expect(languageOf('en', 'de-DE')).toBe('en');
    expect([localeOf('de', 'de-AT'), localeOf('de', 'en-GB'), localeOf('en', 'en-GB'), localeOf('en', 'de'), localeOf('pseudo-rtl', 'de')]).toEqual(['de-AT', 'de', 'en-GB', 'en', 'en']);
    // 24-hour clocks stay 24-hour clocks where the system speaks something else, and 12-hour ones what they are.
    const clock = (locale: string, times: string): string => new Intl.DateTimeFormat(withHoursOf(locale, times), { hour: '2-digit', minute: '2-digit' }).format(new Date(2026, 10, 28, 15, 4)).replace(/\s/gu, ' ');
    expect(['tr', 'ja-JP', 'ar-EG', 'de', 'en-GB', ''].map((times) => clock('en', times))).toEqual(['15:04', '15:04', '03:04 PM', '15:04', '15:04', '03:04 PM']);
    expect([clock('de', 'en-US'), clock('de', ''), clock('en-GB', 'en-US')]).toEqual(['03:04 PM', '15:04', '03:04 pm']);
    expect([withHoursOf('en-GB', 'tr'), withHoursOf('en', 'tr')]).toEqual(['en-GB', 'en-u-hc-h23']);
    // A language that the runtime has no formats for would be taken for its own.
    expect([withHoursOf('de', 'xx-YY'), withHoursOf('en-GB', 'xx-YY'), withHoursOf('en', 'xx-YY')]).toEqual(['de', 'en-GB', 'en']);
    expect([directionOf('de'), directionOf('pseudo'), directionOf('pseudo-rtl')]).toEqual(['ltr', 'ltr', 'rtl']);
    expect(new Intl.Locale(tagOf('pseudo-rtl', 'en')).maximize().script).toBe('Arab');
  });

  it('what stops the vault from opening has a screen of its own', () => {
    const own = ['vault.damaged', 'vault.newer', 'disk.full', 'disk.failed', 'profile.in-use', 'profile.unreadable', 'self-test.failed'] as const;
    expect(new Set(own.map(failureKind)).size).toBe(own.length);
    expect(own.map(failureKind)).not.toContain('other');
    expect(failureKind('internal')).toBe('other');
  });
});
