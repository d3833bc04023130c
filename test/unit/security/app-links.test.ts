import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appLinkIn, LinkInbox, parseAppLink } from '../../../electron/security/app-links';
import { parseWebLink } from '../../../electron/security/external-links';

describe('row 23: links from outside', () => {
  test.each([
    ['keyshift:invite/AbC_-9', 'keyshift:invite/AbC_-9'],
    ['KeyShift://link/AbC', 'keyshift:link/AbC'],
    ['keyshift:invite-long/AbC', 'keyshift:invite-long/AbC'],
  ])('%s is one', (text, link) => expect(parseAppLink(text)).toBe(link));

  test.each([
    'keyshift:', 'keyshift:invite/', 'keyshift:invite/a/b', 'keyshift:invite/a?b', 'keyshift:invite/a#b', 'keyshift:invite/%41', 'keyshift:invite/a b', 'keyshift:invite/a\n', ' keyshift:invite/a',
    'keyshift:other/a', 'keyshift:INVITE/a', 'keyshift:///invite/a', 'keyshift:--no-sandbox', 'https://keyshift:invite/a', 'javascript:keyshift:invite/a', `keyshift:invite/${'a'.repeat(9000)}`,
  ])('%s is none', (text) => expect(parseAppLink(text)).toBeUndefined());

  test('whatever else comes is none, and what is one has only harmless letters', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string().map((text) => `keyshift:${text}`), fc.string().map((text) => `keyshift:invite/${text}`)), (text) => {
        const link = parseAppLink(text);
        return link === undefined || /^keyshift:[a-z-]+\/[\w-]+$/.test(link);
      }),
    );
  });

  test('of the arguments of a start: one, and never a guess between two', () => {
    expect(appLinkIn(['--listen=x', 'keyshift:invite/a'])).toBe('keyshift:invite/a');
    expect(appLinkIn(['keyshift:invite/a', 'keyshift:invite/b'])).toBeUndefined();
    expect(appLinkIn(['--user-data-dir=keyshift:invite/a'])).toBeUndefined();
  });

  test('it waits until it is taken, once, and what is no link pushes nothing out', () => {
    const inbox = new LinkInbox();
    expect([inbox.put('keyshift:invite/a'), inbox.put('keyshift:x'), inbox.put(undefined)]).toEqual([true, false, false]);
    expect([inbox.take(), inbox.take()]).toEqual([{ link: 'keyshift:invite/a' }, {}]);
  });
});

test.each([
  ['http://example.org/a', 'http://example.org/a'],
  ['https://xn--pple-43d.com/', 'https://xn--pple-43d.com/'],
  ['mailto:a@example.org', undefined],
  ['file:///etc/passwd', undefined],
  ['http:example.org', undefined],
  ['http://user@example.org/', undefined],
  ['http://example.org/\u202Egpj', undefined],
  ['smb://host/x', undefined],
])('row 11: the browser gets %s as %s', (text, link) => expect(parseWebLink(text)).toBe(link));
