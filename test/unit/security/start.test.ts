import { describe, expect, test } from 'vitest';
import { enforceSandbox, quietChromium, sparePages } from '../../../electron/security/command-line';
import { webPreferences } from '../../../electron/security/web-preferences';

describe('rows 2–4: what every window is made with', () => {
  test('exactly these preferences, frozen', () => {
    expect(webPreferences).toEqual({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      plugins: false,
      webgl: false,
      navigateOnDragDrop: false,
      enableDeprecatedPaste: false,
      disableDialogs: true,
      spellcheck: false,
    });
    expect(Object.isFrozen(webPreferences)).toBe(true);
  });

  test.each([
    [[], 1],
    [['no-sandbox'], 0],
  ])('with the switches %j the sandbox is asked for %i times', (switches: string[], times) => {
    let asked = 0;
    enforceSandbox({ commandLine: { hasSwitch: (name) => switches.includes(name) }, enableSandbox: () => (asked += 1) });
    expect(asked).toBe(times);
  });

  test('Chromium is told to resolve nothing and to keep quiet, and no switch opens anything', () => {
    const given = new Map<string, string | undefined>();
    quietChromium({ appendSwitch: (name, value) => given.set(name, value) });
    expect(given.get('host-resolver-rules')).toBe('MAP * ~NOTFOUND');
    for (const name of given.keys()) expect(name).toMatch(/^(disable-|no-pings|host-resolver-rules|force-webrtc)/);
  });

  test.each([
    ['nothing', '', '--heap-growing-percent=40'],
    ['something else, which goes before it', '--no-opt', '--heap-growing-percent=40 --no-opt'],
  ])('a page is to let go of what it showed sooner than V8 would by itself, where V8 was told %s', (_what, told, pages) => {
    const given: (string | undefined)[][] = [];
    sparePages({ getSwitchValue: (name) => (name === 'js-flags' ? told : ''), appendSwitch: (...each) => given.push(each) });
    expect(given).toEqual([['js-flags', pages]]);
  });
});
