import { isPluralElement, isSelectElement, parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { createIntl } from 'react-intl';
import { describe, expect, it } from 'vitest';
import { german } from '../../../../renderer/i18n/german';
import { english, type TextId } from '../../../../renderer/i18n/messages';
import { pseudoMessages, rightToLeft } from '../../../../renderer/i18n/pseudo';
import { sentence } from '../../../../renderer/i18n/sentence';

/** Every value a message takes, with a number where it counts or calculates and one of its choices where it chooses. */
function valuesOf(elements: readonly MessageFormatElement[], number: number): Record<string, string | number> {
  return Object.assign(
    {},
    ...elements.map((element) => {
      if (element.type === TYPE.literal || element.type === TYPE.pound) return {};
      if (isPluralElement(element) || isSelectElement(element)) {
        const inner = Object.values(element.options).map((option) => valuesOf(option.value, number));
        return Object.assign({}, ...inner, { [element.value]: isPluralElement(element) ? number : (Object.keys(element.options)[number % Object.keys(element.options).length] ?? 'other') });
      }
      return { [element.value]: element.type === TYPE.number ? number : `<b>Ann's {${element.value}}</b>` };
    }),
  );
}

const spoken = [
  ['en', english],
  ['de', { ...english, ...german }],
  ['en', rightToLeft(pseudoMessages(english))],
] as const;

function speaking(locale: string, messages: Readonly<Record<string, string>>) {
  const wrong: string[] = [];
  return { wrong, intl: createIntl({ locale, defaultLocale: 'en', messages: { ...messages }, timeZone: 'Europe/Berlin', onError: ({ code }) => wrong.push(code) }) };
}

describe('a sentence', () => {
  it('is what the library makes of it, in every language and with every message, the first time and again', () => {
    for (const [locale, messages] of spoken) {
      const { intl, wrong } = speaking(locale, messages);
      for (const id of Object.keys(english) as TextId[]) {
        // A date in the sentence itself would be written in a zone that what is made ready does not know.
        expect(messages[id], id).not.toMatch(/\{\w+, *(?:date|time) *[,}]/);
        // Where nothing is counted and nothing chosen, another number is the same sentence.
        for (const number of /, *(?:plural|select|number)/.test(messages[id]) ? [1, 0, 4_000_000] : [1]) {
          const values = valuesOf(parse(messages[id]), number);
          expect(sentence(intl, id, values), `${locale} ${id}`).toBe(intl.formatMessage({ id }, values));
        }
      }
      expect(wrong).toEqual([]);
    }
  });

  it('is another one for who speaks another language', () => {
    const both = [speaking('en', english), speaking('de', { ...english, ...german })];
    const [inEnglish, inGerman] = both.map(({ intl }) => sentence(intl, 'conversation.ahead', { day: '1' }));
    expect([inEnglish, inGerman]).toEqual(both.map(({ intl }) => intl.formatMessage({ id: 'conversation.ahead' }, { day: '1' })));
    expect(inEnglish).not.toBe(inGerman);
  });

  it('reads quotes, tags and braces as the library does, and says of what is wrong what it does', () => {
    const texts = { 'app.name': "It''s '{'x'}' # {n, plural, one {# #} other {'#' #}}", 'app.starting': '', 'app.locking': '<b>{n}</b>', 'app.trial': '{missing}', 'error.internal': "It''s", 'error.disk.full': '<b>now</b>', 'error.disk.failed': 'a } b' };
    const [own, theirs] = [speaking('en', texts), speaking('en', texts)];
    for (const id of [...Object.keys(texts), 'app.title.none'] as TextId[]) expect(sentence(own.intl, id, { n: 2 }), id).toBe(theirs.intl.formatMessage({ id }, { n: 2 }));
    expect(own.wrong).toEqual(theirs.wrong);
    expect(own.wrong.length).toBeGreaterThan(4);
  });
});
