import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FilePreferences } from '../../../electron/platform/file-preferences';
import { proxyOf } from '../../../electron/services/address-settings';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyshift-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = () => join(folder, 'preferences.json');
const proxy = () => proxyOf(new FilePreferences(folder).get().settings);

describe('a preferences file that cannot be read takes nobody past the proxy that stood in it', () => {
  test.each<[string, string, unknown]>([
    ['broken off behind it', '{"settings":{"proxy":"socks5://127.0.0.1:9050","theme":"da', { host: '127.0.0.1', port: 9050 }],
    ['wrong elsewhere', '{"settings":{"proxy" : "socks5://[::1]:9050","theme":"pink"}}', { host: '::1', port: 9050 }],
    ['broken off within it', '{"settings":{"proxy":"socks5://127.0.', 'unusable'],
    ['with a proxy that is none', '{"settings":{"proxy":"socks5 127.0.0.1"}}', 'unusable'],
    ['with an escape in it', '{"settings":{"proxy":"socks5:\\/\\/127.0.0.1:1","theme":"pink"}}', 'unusable'],
    ['with an address that is no URL', '{"settings":{"proxy":"127.0.0.1:9050"}}', 'unusable'],
    ['with a proxy of another kind', '{"settings":{"proxy":"http://127.0.0.1:8118"}}', 'unusable'],
    ['broken off before its value', '{"settings":{"theme":"dark","proxy":', 'unusable'],
    ['with something else in its place', '{"settings":{"proxy":{"host":"127.0.0.1","port":9050}}}', 'unusable'],
    ['that knows of none', '{"settings":{"proxy":"","theme":"pink"}}', 'none'],
    ['that is empty', '', 'none'],
  ])('%s', (_name, text, expected) => {
    writeFileSync(file(), text);
    expect(proxy()).toEqual(expected);
  });

  test('one that may not be read at all: nothing is dialled', () => {
    mkdirSync(file());
    expect(proxy()).toBe('unusable');
  });

  test('none at all is no proxy', () => {
    expect(proxy()).toBe('none');
  });

  test.each([
    ['{"settings":{"proxy":"socks5://127.0.0.1:9050","theme":"da', { host: '127.0.0.1', port: 9050 }],
    ['{"settings":{"proxy":"socks5://127.0.', 'unusable'],
    ['{"settings":{"proxy":"","theme":"pink"}}', 'none'],
  ])('nor at the next start, when the first one ended before it kept anything: %s', (text, expected) => {
    writeFileSync(file(), text);
    expect([proxy(), proxy(), proxy()]).toEqual([expected, expected, expected]);
  });

  test('once preferences are kept again, what was put aside counts no more', () => {
    writeFileSync(file(), '{"settings":{"proxy":"socks5://127.0.');
    const preferences = new FilePreferences(folder);
    preferences.set({ settings: { ...preferences.get().settings, proxy: '' } });
    expect(proxy()).toBe('none');
  });

  test('what was saved from it is in the file again after the first change', () => {
    writeFileSync(file(), '{"settings":{"proxy":"socks5://127.0.0.1:9050","theme":"da');
    const preferences = new FilePreferences(folder);
    preferences.set({ settings: { ...preferences.get().settings, theme: 'dark' } });
    expect(JSON.parse(readFileSync(file(), 'utf8')).settings).toMatchObject({ proxy: 'socks5://127.0.0.1:9050', theme: 'dark' });
  });
});
