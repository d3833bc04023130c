import { describe, expect, test } from 'vitest';
import { parseWebLink } from '../../../electron/security/external-links';
import { hostileAddresses, hostileLinks } from '../../support/hostile-links';
import { guardContents, guardNavigation, stayHome } from '../../../electron/security/navigation';
import { isSilent, pagePartition, silenceNetwork } from '../../../electron/security/network-silence';

/** Title and address: the long one would fill the screen. */
const titled = (urls: readonly string[]): (readonly [string, string])[] => urls.map((url) => [url.slice(0, 60), url]);

describe('row 10: navigation', () => {
  const isPrevented = (url: string): boolean => {
    let prevented = false;
    stayHome({ url, preventDefault: () => (prevented = true) });
    return prevented;
  };

  test.each(titled([...hostileAddresses, 'app-keyshift://ui/assets/mark.svg', 'app-keyshift://ui/index.html?x=1', 'app-keyshift://ui/index.htmlx']))('%j is prevented', (_title, url) => {
    expect(isPrevented(url)).toBe(true);
  });

  test.each(['app-keyshift://ui/', 'app-keyshift://ui/index.html', 'app-keyshift://ui/index.html#part'])('%j, the document itself, is not', (url) => {
    expect(isPrevented(url)).toBe(false);
  });

  test('every new contents gets every guard, whoever made it', () => {
    const listeners = new Map<string, (...args: unknown[]) => void>();
    let windowOpen: (() => unknown) | undefined;
    const policies: string[] = [];
    const contents = {
      on: (name: string, listener: (...args: unknown[]) => void) => listeners.set(name, listener),
      setWindowOpenHandler: (handler: () => unknown) => (windowOpen = handler),
      setWebRTCIPHandlingPolicy: (policy: string) => policies.push(policy),
    };
    let created: ((event: unknown, made: unknown) => void) | undefined;
    const app = { on: (name: string, listener: typeof created) => name === 'web-contents-created' && (created = listener) };
    guardNavigation(app as never); // the part of Electron's app that is used
    created?.({}, contents);

    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview', 'will-prevent-unload']) {
      let prevented = 0;
      listeners.get(name)?.({ url: 'https://evil/', preventDefault: () => (prevented += 1) });
      expect([name, prevented]).toEqual([name, 1]);
    }
    let chosen: string | undefined;
    listeners.get('select-bluetooth-device')?.({ preventDefault: () => undefined }, [{ deviceId: '1' }], (id: string) => (chosen = id));
    expect(chosen).toBe('');
    expect(windowOpen?.()).toEqual({ action: 'deny' });
    expect(policies).toEqual(['disable_non_proxied_udp']);
    expect(guardContents).toBeTypeOf('function');
  });
});

describe('row 8: no network from the page', () => {
  test.each(titled(hostileAddresses))('%j is cancelled', (_title, url) => expect(isSilent(url)).toBe(false));

  test.each(['app-keyshift://ui/', 'app-keyshift://ui/assets/x.js', 'blob:app-keyshift://ui/0a1b'])('%j passes', (url) => expect(isSilent(url)).toBe(true));

  function filterOf(developerTools: boolean): { isCancelled: (url: string) => boolean; dictionaries: string[]; prevented: string[] } {
    let filter: ((details: { url: string }, answer: (verdict: { cancel?: boolean }) => void) => void) | undefined;
    const dictionaries: string[] = [];
    const prevented: string[] = [];
    const session = {
      webRequest: { onBeforeRequest: (listener: typeof filter) => (filter = listener) },
      on: (name: string, listener: (event: { preventDefault(): void }) => void) => listener({ preventDefault: () => prevented.push(name) }),
      setSpellCheckerDictionaryDownloadURL: (url: string) => dictionaries.push(url),
    };
    silenceNetwork(session as never, developerTools); // the part of a session that is used
    const isCancelled = (url: string): boolean => {
      let cancel: boolean | undefined;
      filter?.({ url }, (verdict) => (cancel = verdict.cancel));
      return cancel === true;
    };
    return { isCancelled, dictionaries, prevented };
  }

  test('the filter of the session says the same, and knows developer tools only where there are any', () => {
    const { isCancelled, dictionaries, prevented } = filterOf(false);
    expect(prevented).toEqual(['will-download']);
    expect(hostileAddresses.filter((url) => !isCancelled(url))).toEqual([]);
    expect(isCancelled('app-keyshift://ui/index.html')).toBe(false);
    expect(filterOf(true).isCancelled('devtools://devtools/x.js')).toBe(false);
    expect(filterOf(true).isCancelled('https://devtools/x.js')).toBe(true);
    expect(new URL(dictionaries[0] ?? '').hostname).toMatch(/\.invalid$/);
  });

  test('the partition is in memory only', () => expect(pagePartition.startsWith('persist:')).toBe(false));
});

describe('row 11: links to elsewhere', () => {
  test.each(titled(hostileLinks))('%j is refused', (_title, url) => expect(parseWebLink(url)).toBeUndefined());

  test('what is too long once it is written out is refused as well', () => {
    expect(parseWebLink(`http://a.example?${'b'.repeat(2_030)}`)).toBe(`http://a.example/?${'b'.repeat(2_030)}`);
    expect(parseWebLink(`http://a.example?${'b'.repeat(2_031)}`)).toBeUndefined();
  });

  test.each([
    ['http://example.org/a', 'http://example.org/a'],
    ['HTTPS://Example.org/a?b#c', 'https://example.org/a?b#c'],
    ['https://xn--pple-43d.com/', 'https://xn--pple-43d.com/'],
    // Letters that only look familiar go as what they are.
    ['https://\u0430pple.com/', 'https://xn--pple-43d.com/'],
    ['https://example.org:8443/x', 'https://example.org:8443/x'],
  ])('the browser gets %s as %s', (text, link) => expect(parseWebLink(text)).toBe(link));
});
