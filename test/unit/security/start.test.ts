import { describe, expect, test } from 'vitest';
import { enforceSandbox, quietChromium } from '../../../electron/security/command-line';
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
    enforceSandbox({ commandLine: { hasSwitch: (name) => switches.includes(name), appendSwitch: () => undefined }, enableSandbox: () => (asked += 1) });
    expect(asked).toBe(times);
  });

  test('Chromium is told to resolve nothing and to keep quiet, and no switch opens anything', () => {
    const given = new Map<string, string | undefined>();
    quietChromium({ hasSwitch: () => false, appendSwitch: (name, value) => given.set(name, value) });
    expect(given.get('host-resolver-rules')).toBe('MAP * ~NOTFOUND');
    for (const name of given.keys()) expect(name).toMatch(/^(disable-|no-pings|host-resolver-rules|force-webrtc)/);
  });
});
