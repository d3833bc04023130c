// @vitest-environment jsdom
import { cleanup, render } from '@testing-library/react';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { ModelContext } from '../../../../renderer/app/model-context';
import { createModel } from '../../../../renderer/app/model';
import { createClient } from '../../../../renderer/bridge/client';
import { MessageText } from '../../../../renderer/features/conversation/message-text';
import { TextProvider } from '../../../../renderer/i18n/text-provider';
import { PersonName } from '../../../../renderer/ui/person-name';
import { isEmojiOnly, isLong, messagePieces, nameInSentence, plainLine, plainName } from '../../../../renderer/ui/strangers';
import { createFake } from '../../../preview/fake-world';

afterEach(cleanup);

const tags = ['<b>x</b>', '<img src=x onerror=alert(1)>', '<script>alert(1)</script>', '<svg onload=alert(1)>', '&lt;i&gt;', '<!-- -->', ']]>', '{{7*7}}', '${7*7}', "'\"><a href=javascript:alert(1)>", '<style>*{display:none}</style>', '<iframe src=//evil>', 'javascript:alert(1)', 'https://evil.example/?q=<x>', '{name, plural, one {x}}', '%s%n', '\u2028<br>\u2029'];
const ranges: readonly (readonly [number, number])[] = [[0x00, 0x1f], [0x7f, 0x9f], [0x200b, 0x200f], [0x2028, 0x202e], [0x2060, 0x206f], [0xfff9, 0xfffb]];
const invisible = [...ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index))), '\u00AD', '\u061C', '\u115F', '\u1160', '\u180E', '\u3164', '\uFEFF', '\uFFA0', '\u{E0001}', '\u{E0041}'];
const corpus = [
  ...tags,
  ...invisible.map((character) => `in${character}side`),
  '\uD800', 'x\uDC00y', 'Z' + '\u0301'.repeat(500), '\u202Egnp.exe', 'admin\u200B', 'abc\u2066def', 'עברית', 'مرحبا', 'a\u202Bb\u202Cc', '   ', '\n\n', 'x'.repeat(10_000), '👩‍👩‍👧‍👦', '🏳️‍🌈', 'ａｄｍｉｎ', 'ﷺ'.repeat(50), 'аdmin',
];

/** What must never reach the screen as itself, in a name. */
// eslint-disable-next-line no-control-regex
const unsafeInNames = /[\u0000-\u001F\u007F-\u009F\u00AD\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/u;
const unsafeInMessages = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/u;

describe('hardening 24: text from strangers', () => {
  it('the corpus is large', () => {
    expect(corpus.length).toBeGreaterThan(120);
  });

  it.each(corpus.map((text, index) => [index, text] as const))('string %i: a name holds no character that hides or turns, and is never empty or long', (_index, text) => {
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
            <MessageText text={text} open={false} onToggle={() => undefined} />
          </TextProvider>
        </ModelContext>,
      );
      const elements = [...container.querySelectorAll('*')].map((element) => element.tagName.toLowerCase());
      expect(elements.filter((element) => !['bdi', 'p', 'span', 'button'].includes(element))).toEqual([]);
      for (const element of container.querySelectorAll('*')) {
        for (const { name } of element.attributes) expect(['class', 'dir', 'type', 'tabindex', 'aria-expanded', 'role']).toContain(name);
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
