import { describe, expect, test } from 'vitest';
import { openExternalLink, parseExternalLink } from '../../../electron/security/external-links';
import { guardContents, guardNavigation, stayHome } from '../../../electron/security/navigation';
import { isSilent, pagePartition, silenceNetwork } from '../../../electron/security/network-silence';

const hostile = [
  'javascript:alert(1)',
  'JAVASCRIPT:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>1</script>',
  'data:,',
  'file:///etc/passwd',
  'file://host/share/x.html',
  'blob:https://evil/1',
  'blob:null/1',
  'about:blank',
  'about:srcdoc',
  'chrome://settings',
  'chrome-extension://abc/x.html',
  'devtools://devtools/bundled/inspector.html',
  'view-source:app-keyshift://ui/',
  'filesystem:https://evil/temporary/x',
  'http://localhost/',
  'http://127.0.0.1:4222/',
  'http://[::1]/',
  'https://ui/',
  'https://app-keyshift.ui/',
  'ws://127.0.0.1/',
  'ftp://evil/x',
  'smb://evil/share',
  'search-ms:query=x&crumb=location:\\\\evil',
  'ms-msdt:/id PCWDiagnostic',
  'ms-officecmd:x',
  'vbscript:msgbox(1)',
  'mhtml:file:///x',
  'app-keyshift://ui.evil/index.html',
  'app-keyshift://evil/index.html',
  'app-keyshift://ui@evil/index.html',
  'app-keyshift://ui:1/index.html',
  'app-keyshift://UI/index.html',
  'app-keyshift://u\u0456/index.html',
  'app-keyshift:index.html',
  'app-keyshift:///index.html',
  'app-keyshift://ui',
  'APP-KEYSHIFT://ui/index.html',
  'app-keyshift2://ui/index.html',
  'xapp-keyshift://ui/index.html',
  ' app-keyshift://ui/index.html',
  'app-keyshift://ui\\@evil/index.html',
  '',
  `https://evil/${'x'.repeat(10_000)}`,
];

/** Title and address: the long one would fill the screen. */
const titled = (urls: readonly string[]): (readonly [string, string])[] => urls.map((url) => [url.slice(0, 60), url]);

describe('row 10: navigation', () => {
  const isPrevented = (url: string): boolean => {
    let prevented = false;
    stayHome({ url, preventDefault: () => (prevented = true) });
    return prevented;
  };

  test.each(titled([...hostile, 'app-keyshift://ui/assets/mark.svg', 'app-keyshift://ui/index.html?x=1', 'app-keyshift://ui/index.htmlx']))('%j is prevented', (_title, url) => {
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

    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect', 'will-attach-webview']) {
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
  test.each(titled(hostile))('%j is cancelled', (_title, url) => expect(isSilent(url)).toBe(false));

  test.each(['app-keyshift://ui/', 'app-keyshift://ui/assets/x.js', 'blob:app-keyshift://ui/0a1b'])('%j passes', (url) => expect(isSilent(url)).toBe(true));

  function filterOf(developerTools: boolean): { isCancelled: (url: string) => boolean; dictionaries: string[] } {
    let filter: ((details: { url: string }, answer: (verdict: { cancel?: boolean }) => void) => void) | undefined;
    const dictionaries: string[] = [];
    const session = {
      webRequest: { onBeforeRequest: (listener: typeof filter) => (filter = listener) },
      setSpellCheckerDictionaryDownloadURL: (url: string) => dictionaries.push(url),
    };
    silenceNetwork(session as never, developerTools); // the part of a session that is used
    const isCancelled = (url: string): boolean => {
      let cancel: boolean | undefined;
      filter?.({ url }, (verdict) => (cancel = verdict.cancel));
      return cancel === true;
    };
    return { isCancelled, dictionaries };
  }

  test('the filter of the session says the same, and knows developer tools only where there are any', () => {
    const { isCancelled, dictionaries } = filterOf(false);
    expect(hostile.filter((url) => !isCancelled(url))).toEqual([]);
    expect(isCancelled('app-keyshift://ui/index.html')).toBe(false);
    expect(filterOf(true).isCancelled('devtools://devtools/x.js')).toBe(false);
    expect(filterOf(true).isCancelled('https://devtools/x.js')).toBe(true);
    expect(new URL(dictionaries[0] ?? '').hostname).toMatch(/\.invalid$/);
  });

  test('the partition is in memory only', () => expect(pagePartition.startsWith('persist:')).toBe(false));
});

describe('row 11: links to elsewhere', () => {
  test.each(titled([
    ...hostile.filter((url) => !/^https:\/\/(ui|app-keyshift\.ui)\/$/.test(url)),
    'http://example.org/',
    'https:example.org',
    'https:///example.org',
    'https://user@example.org/',
    'https://user:pw@example.org/',
    'https://',
    'https://exam\u202eple.org/',
    'https://example.org/\u200bx',
    'https://example.org/ x',
    'https://example.org\\@evil.org/',
    'https://example.org/\n',
    '\u0000https://example.org/',
    'mailto:',
    'mailto:ada@example.org,bob@example.org',
    'mailto:ada@example.org?attach=/etc/passwd',
    'mailto:ada@example.org?bcc=eve@example.org',
    'mailto:ada@example.org?subject=a&subject=b',
    'mailto:"ada x"@example.org',
    'tel:123',
    'keyshift:invite',
  ]))('%j is refused', (_title, url) => expect(parseExternalLink(url)).toBeUndefined());

  test('a plain link passes with its host', () => {
    expect(parseExternalLink('https://example.org/a?b#c')).toEqual({ url: 'https://example.org/a?b#c', kind: 'web', shown: 'example.org' });
    expect(parseExternalLink('mailto:ada@example.org?subject=hi')).toEqual({ url: 'mailto:ada@example.org?subject=hi', kind: 'mail', shown: 'ada@example.org' });
  });

  test('a host in foreign letters is shown in both spellings', () => {
    const link = parseExternalLink('https://xn--pple-43d.com/');
    expect(link).toMatchObject({ shown: '\u0430pple.com', ascii: 'xn--pple-43d.com' });
    expect(parseExternalLink('https://\u0430pple.com/')).toEqual(link);
  });

  test('nothing is opened without a yes, and nothing is asked about a refused link', async () => {
    const asked: string[] = [];
    const opened: string[] = [];
    const opening = (yes: boolean) => ({
      ask: async ({ shown }: { shown: string }) => (asked.push(shown), yes),
      open: async (url: string) => void opened.push(url),
    });
    expect(await openExternalLink('file:///etc/passwd', opening(true))).toBe(false);
    expect(await openExternalLink('https://example.org/', opening(false))).toBe(false);
    expect(opened).toEqual([]);
    expect(await openExternalLink('https://example.org/', opening(true))).toBe(true);
    expect(asked).toEqual(['example.org', 'example.org']);
    expect(opened).toEqual(['https://example.org/']);
  });
});
