// @vitest-environment jsdom
import { render } from '@testing-library/react';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelContext } from '../../../../renderer/app/model-context';
import { createModel } from '../../../../renderer/app/model';
import { createClient } from '../../../../renderer/bridge/client';
import { MessageText } from '../../../../renderer/features/conversation/message-text';
import { TextProvider } from '../../../../renderer/i18n/text-provider';
import { initials } from '../../../../renderer/ui/person-colour';
import { PersonName } from '../../../../renderer/ui/person-name';
import { isEmojiOnly, isLong, messagePieces, nameInSentence, plainFileName, plainLine, plainName } from '../../../../renderer/ui/strangers';
import { createFake } from '../../../preview/fake-world';
import { strangersCorpus as corpus, unsafeInMessages, unsafeInNames } from '../../../support/strangers-corpus';

describe('hardening 24: text from strangers', () => {
  it('the corpus is large', () => {
    expect(corpus.length).toBeGreaterThanOrEqual(200);
    expect(new Set(corpus).size).toBe(corpus.length);
  });

  it.each(corpus.map((text, index) => [index, text] as const))('A09: string %i: a name holds no character that hides or turns, and is never empty or long', (_index, text) => {
    for (const shown of [plainName(text), plainLine(text)]) expect(shown).not.toMatch(unsafeInNames);
    expect(plainName(text)).not.toBe('');
    expect(Array.from(plainName(text)).length).toBeLessThanOrEqual(64);
    expect(Array.from(plainLine(text, 80)).length).toBeLessThanOrEqual(80);
    expect(messagePieces(text).map((piece) => piece.text).join('')).not.toMatch(unsafeInMessages);
  });

  it('any string at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(plainName(text)).not.toMatch(unsafeInNames);
        expect(plainLine(text)).not.toMatch(unsafeInNames);
        expect(messagePieces(text).map((piece) => piece.text).join('')).not.toMatch(unsafeInMessages);
      }),
      { numRuns: 500 },
    );
  });

  it('ordinary text is left exactly as written', () => {
    for (const text of ['Hello, Bo.\n\tIndented', 'naïve café', 'עברית ועוד', 'क्षत्रिय', '👩‍👩‍👧‍👦 ok', 'می‌خواهم']) {
      expect(messagePieces(text)).toEqual([{ text, odd: false }]);
    }
    expect(plainName('Bo Lindqvist')).toBe('Bo Lindqvist');
  });

  it('a flag that is spelled in letters nobody sees is a flag, in names and lines; any other spelling is shown', () => {
    for (const flag of ['🏴󠁧󠁢󠁳󠁣󠁴󠁿', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏴󠁧󠁢󠁷󠁬󠁳󠁿']) {
      expect(plainName(`Ailsa ${flag}`)).toBe(`Ailsa ${flag}`);
      expect(plainLine(`${flag} wins`)).toBe(`${flag} wins`);
      expect(isEmojiOnly(flag)).toBe(true);
    }
    expect(plainName('Bo\u{E0067}\u{E0062}')).toBe('Bo[U+E0067][U+E0062]');
    expect(plainName('\u{1F3F4}\u{E0068}\u{E0069}\u{E007F}')).toBe('\u{1F3F4}[U+E0068][U+E0069][U+E007F]');
  });

  it.each([
    ['Bo\u200DLindqvist', 'Bo[U+200D]Lindqvist'],
    ['Bo\u200CLindqvist', 'Bo[U+200C]Lindqvist'],
    ['Bo\u200D', 'Bo[U+200D]'],
    ['Bo\uFE0F Lindqvist', 'Bo[U+FE0F] Lindqvist'],
    ['Bo7\uFE0F', 'Bo7[U+FE0F]'],
    ['Bo\u{E0101}', 'Bo[U+E0101]'],
    ['Bo\u034FLindqvist', 'Bo[U+034F]Lindqvist'],
    ['Bo\u17B4', 'Bo[U+17B4]'],
    ['Bo\u{1D173}', 'Bo[U+1D173]'],
    ['Bo\u00A0Lindqvist', 'Bo[U+00A0]Lindqvist'],
    ['Bo\u2009Lindqvist', 'Bo[U+2009]Lindqvist'],
    ['Bo\u3000Lindqvist', 'Bo[U+3000]Lindqvist'],
    ['Bo  Lindqvist', 'Bo \u2423Lindqvist'],
    ['Bo\u2800Lindqvist', 'Bo[U+2800]Lindqvist'],
    ['\u{1F98A}\u200D', '\u{1F98A}[U+200D]'],
    // After a letter that joins to none behind it nothing is parted.
    ['\u0631\u200C\u0636\u0627', '\u0631[U+200C]\u0636\u0627'],
  ])('two names that differ by what nobody sees do not look alike: %j', (name, shown) => {
    expect(plainName(name)).toBe(shown);
    expect(nameInSentence(name)).toContain(shown);
  });

  it.each(['می‌خواهم', 'ශ්‍රී', 'क्‍ष', 'നന്‍', '葛\u{E0100}城', '山田\u3000太郎', '👩‍👩‍👧‍👦', '❤️ Ida', '1️⃣ Bo', '⭐️', '👩🏽‍🚀', 'ᠠ᠋', '\u09B0\u200D\u09CD\u09AF\u09BE\u099A\u09C7\u09B2', '\u0CB0\u200D\u0CCD\u0CAF\u0CBE\u0C82\u0C95\u0CCD', 'Bo Lindqvist'])('what a script needs stays as it is written: %s', (name) => {
    expect(plainName(name)).toBe(name);
  });

  it('a long name of a file is cut in its middle: what it ends with says what it is', () => {
    expect(plainFileName('short.pdf', 40)).toBe('short.pdf');
    expect(plainFileName(`photo of the ${'very '.repeat(60)}garden.jpg.exe`, 40)).toBe('photo of the very very …y garden.jpg.exe');
    const odd = plainFileName(`${'a\u0301'.repeat(120)}\u202egpj.exe`, 80);
    expect(odd).toMatch(/gpj\.exe$/u);
    expect(odd).not.toMatch(/\u202e|…\u0301/u);
    for (const name of ['x'.repeat(255), '🇩🇪'.repeat(80), '👨‍👩‍👧'.repeat(60)]) expect(Array.from(plainFileName(name, 40)).length).toBeLessThanOrEqual(40);
  });

  it('what is too long ends between signs, not in the middle of one', () => {
    const family = '👩‍👩‍👧‍👦';
    for (let before = 50; before < 64; before += 1) {
      const shown = plainName(`${'x'.repeat(before)}${family.repeat(3)}`);
      expect(shown).toMatch(/^x+(?:👩‍👩‍👧‍👦)*…$/u);
      expect(Array.from(shown).length).toBeLessThanOrEqual(64);
    }
    expect(plainLine(`${'x'.repeat(78)}🇩🇪🇫🇷`, 80)).toBe(`${'x'.repeat(78)}…`);
    expect(plainLine(`${'x'.repeat(78)}e\u0301e\u0301`, 80)).toBe(`${'x'.repeat(78)}…`);
  });

  it('what is joined into one sign without an end is cut in it: nobody is called by nothing', () => {
    for (const endless of [`👨${'\u200D👨'.repeat(60)}`, '\u1100'.repeat(80)]) expect(plainName(endless)).toBe(`${Array.from(endless).slice(0, 63).join('')}…`);
  });

  it('whoever is called by an emoji has it on their tile', () => {
    expect([initials('🦊'), initials('👩‍👩‍👧‍👦 🎉'), initials('🇩🇪'), initials('1️⃣'), initials('🦊 Fox'), initials('…'), initials('Ada Lovelace Byron'), initials('élan')]).toEqual(['🦊', '👩‍👩‍👧‍👦', '🇩🇪', '1', 'F', '?', 'AL', 'É']);
  });

  it('what is hidden becomes visible', () => {
    expect(plainName('Ev\u202Eil\u0007')).toBe('Ev[U+202E]il␇');
    expect(messagePieces('a\u202Eb\u0000')).toEqual([
      { text: 'a', odd: false },
      { text: '[U+202E]', odd: true },
      { text: 'b', odd: false },
      { text: '␀', odd: true },
    ]);
  });

  it('a right-to-left name is isolated in a sentence, any other stays as it is', () => {
    expect(nameInSentence('نور')).toBe('\u2068نور\u2069');
    expect(nameInSentence('Bo')).toBe('Bo');
  });

  it('drawn, every string is text and nothing else', () => {
    const model = createModel(createClient(createFake().bridge));
    for (const text of corpus) {
      const { container, unmount } = render(
        <ModelContext value={model}>
          <TextProvider>
            <PersonName name={text} />
            <MessageText text={text} open={false} onToggle={() => undefined} writtenAt={0} />
          </TextProvider>
        </ModelContext>,
      );
      const elements = [...container.querySelectorAll('*')].map((element) => element.tagName.toLowerCase());
      expect(elements.filter((element) => !['bdi', 'p', 'span', 'button'].includes(element))).toEqual([]);
      for (const element of container.querySelectorAll('*')) {
        for (const { name } of element.attributes) expect(['class', 'dir', 'type', 'tabindex', 'aria-expanded', 'role', 'data-url']).toContain(name);
      }
      unmount();
    }
  });

  it('ten thousand characters are all there, folded', () => {
    const long = 'word '.repeat(2000);
    expect(isLong(long)).toBe(true);
    expect(messagePieces(long)[0]?.text).toHaveLength(10_000);
    expect(isLong('short')).toBe(false);
    expect(isLong('\n'.repeat(30))).toBe(true);
  });

  it('only emoji are shown large', () => {
    for (const text of ['👍', '🔑🪴✨', '👩‍👩‍👧‍👦', '🇸🇪']) expect(isEmojiOnly(text)).toBe(true);
    for (const text of ['', '1', '12', '#', 'a👍', '👍👍👍👍👍👍👍👍']) expect(isEmojiOnly(text)).toBe(false);
  });
});
