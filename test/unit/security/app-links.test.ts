import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appLinkIn, LinkInbox, parseAppLink } from '../../../electron/security/app-links';

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

  test('whatever stands around a link is not part of it, and no switch comes out of one', () => {
    const own = ['/opt/keyshift', '--no-sandbox', '--', 'keyshift:invite/a', '--inspect', '-x'];
    expect(appLinkIn(own)).toBe('keyshift:invite/a');
    for (const trick of ['keyshift:invite/a --inspect=0', 'keyshift:invite/a" --no-sandbox "', 'keyshift:invite/a\0--x', 'keyshift:invite/a\n--x', 'keyshift:%69nvite/a', 'keyshift:invite%2Fa', 'keyshift:invite/ａ', 'keyshift:invite/a\u202e', 'keyshift://user@invite/a', 'keyshift:--renderer-cmd-prefix=x', 'keyshift:invite/..', `keyshift:link/${'a'.repeat(8_192)}`]) {
      expect(appLinkIn([trick]), trick).toBeUndefined();
      // Beside a good one it is two, and of two nobody guesses.
      expect(appLinkIn(['keyshift:invite/a', trick]), trick).toBeUndefined();
    }
    expect(appLinkIn(Array.from({ length: 10_000 }, () => '--x'))).toBeUndefined();
  });

  test('before there is a profile only a link for a device is given out, and another one goes on waiting', () => {
    const inbox = new LinkInbox(() => 'main');
    inbox.put(['keyshift:invite/a']);
    expect([inbox.take('device'), inbox.take()]).toEqual([{}, { link: 'keyshift:invite/a' }]);
    inbox.put(['keyshift:link/b']);
    expect([inbox.take('device'), inbox.take()]).toEqual([{ link: 'keyshift:link/b' }, {}]);
  });

  test('it waits until it is taken, once, and what is no link pushes nothing out', () => {
    const inbox = new LinkInbox(() => 'main');
    expect([inbox.put(['--x', 'keyshift:invite/a']), inbox.put(['https://a.example', '--keyshift:x']), inbox.put([])]).toEqual([true, false, false]);
    expect([inbox.waits, inbox.take(), inbox.waits, inbox.take()]).toEqual([true, { link: 'keyshift:invite/a' }, false, {}]);
  });

  test.each([
    ['keyshift:call/a', 'keyshift:call/a'],
    ['KEYSHIFT:invite/a?\u202eb"<c\n', 'KEYSHIFT:invite/a?·b··c·'],
    [`keyshift:invite/${'A'.repeat(9_000)}`, 'keyshift:invite/AAAAAAAA…'],
  ])('of one that is not understood its beginning is told once, plain and short, and a good one still waits: %s', (text, unread) => {
    const inbox = new LinkInbox(() => 'main');
    inbox.put(['keyshift:invite/good']);
    expect(inbox.put([text])).toBe(true);
    expect([inbox.take('device'), inbox.waits, inbox.take(), inbox.waits]).toEqual([{}, true, { link: 'keyshift:invite/good', unread }, false]);
  });

  test('what was taken and comes back waits again, behind a newer one; only what is a link, or the beginning of one that is none', () => {
    const inbox = new LinkInbox(() => 'main');
    inbox.giveBack({ link: 'keyshift:call/a' });
    inbox.giveBack({ unread: 'https://a.example' });
    expect(inbox.waits).toBe(false);
    inbox.giveBack({ link: 'keyshift:invite/a' });
    inbox.giveBack({ link: 'keyshift:invite/b', unread: 'keyshift:invite/AAAAAAAA…' });
    inbox.giveBack({ unread: 'keyshift:call/c' });
    expect(inbox.take()).toEqual({ link: 'keyshift:invite/a', unread: 'keyshift:invite/AAAAAAAA…' });
  });

  test('a link waits for the profile that was open when it came or was given back, and for no other; of few profiles, and until theirs is gone', () => {
    let open = 'main';
    const inbox = new LinkInbox(() => open);
    inbox.put(['keyshift:invite/a']);
    open = 'work';
    expect([inbox.waits, inbox.take()]).toEqual([false, {}]);
    inbox.giveBack({ link: 'keyshift:invite/b' });
    inbox.put(['keyshift:call/c']);
    open = 'main';
    expect([inbox.take(), inbox.waits]).toEqual([{ link: 'keyshift:invite/a' }, false]);
    open = 'work';
    expect(inbox.take()).toEqual({ link: 'keyshift:invite/b', unread: 'keyshift:call/c' });
    for (let at = 0; at < 20; at += 1) {
      open = `profile ${at}`;
      inbox.put(['keyshift:invite/d']);
    }
    const waiting = Array.from({ length: 20 }, (_none, at) => {
      open = `profile ${at}`;
      return inbox.waits;
    });
    expect(waiting).toEqual([...Array.from({ length: 12 }, () => false), ...Array.from({ length: 8 }, () => true)]);
    open = 'profile 19';
    inbox.keepOnly(['profile 18', 'main']);
    expect(inbox.waits).toBe(false);
    open = 'profile 18';
    expect(inbox.waits).toBe(true);
    // Deleted, and an empty one has its id.
    inbox.forget('profile 18');
    expect([inbox.waits, inbox.take()]).toEqual([false, {}]);
  });
});
