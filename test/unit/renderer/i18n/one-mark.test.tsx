// @vitest-environment jsdom
import { renderHook } from '@testing-library/react';
import type { ReactNode } from 'react';
import { IntlProvider } from 'react-intl';
import { describe, expect, it } from 'vitest';
import { german } from '../../../../renderer/i18n/german';
import { english } from '../../../../renderer/i18n/messages';
import { withOneMark } from '../../../../renderer/i18n/one-mark';
import { useText } from '../../../../renderer/i18n/use-text';

describe('a sentence that ends with a name', () => {
  it.each([
    ['Vergleiche Nummern mit 6kczytax….', { name: '6kczytax…' }, 'Vergleiche Nummern mit 6kczytax…'],
    ['Talk with 6kczytax…. Then go on with 6kczytax….', { name: '6kczytax…' }, 'Talk with 6kczytax… Then go on with 6kczytax…'],
    ['Talk with \u2068אבג…\u2069.', { name: '\u2068אבג…\u2069' }, 'Talk with \u2068אבג…\u2069'],
    ['\u200fTalk with 6kczytax….\u200f', { name: '6kczytax…' }, '\u200fTalk with 6kczytax…\u200f'],
    ['As a picture: “a….”', { name: 'a…' }, 'As a picture: “a…”'],
    ['Talk with Bo.', { name: 'Bo' }, 'Talk with Bo.'],
    ['Bo… is away.', { name: 'Bo…' }, 'Bo… is away.'],
    // Written so by somebody, or the middle of a name.
    ['Saved as a….', { path: 'a….' }, 'Saved as a….'],
    ['Saved as a….png.', { name: 'a…', path: 'a….png' }, 'Saved as a….png.'],
    ['Choose “Link…”.', undefined, 'Choose “Link…”.'],
    ['Within 3.', { count: 3 }, 'Within 3.'],
  ])('%s', (sentence, values: Readonly<Record<string, string | number>> | undefined, said) => expect(withOneMark(sentence, values)).toBe(said));

  it.each([
    ['en', english, 'There is no conversation with 6kczytax…'],
    ['de', { ...english, ...german }, 'Es gibt keine Unterhaltung mit 6kczytax…'],
  ])('has one mark in the words of the window: %s', (locale, messages, said) => {
    const wrapper = ({ children }: { readonly children: ReactNode }): ReactNode => (
      <IntlProvider locale={locale} messages={messages}>
        {children}
      </IntlProvider>
    );
    expect(renderHook(() => useText(), { wrapper }).result.current('conversation.none', { name: '6kczytax…' })).toBe(said);
  });
});
