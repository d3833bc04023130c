import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drawCount } from '../../../electron/window/counted-icon';
import { autostartEntry, loginStart } from '../../../electron/window/login-start';

test('starting at login on Linux: a file of the desktop, with every letter of the command quoted', () => {
  const home = mkdtempSync(join(tmpdir(), 'keyshift-login-'));
  const app = { getLoginItemSettings: () => expect.fail('not on Linux'), setLoginItemSettings: () => expect.fail('not on Linux') };
  const login = loginStart({ app, platform: 'linux', env: { XDG_CONFIG_HOME: 'relative' }, home, command: ['/opt/Key shift/keyshift'] });
  expect(login.isOn()).toBe(false);
  login.set(true);
  expect(login.isOn()).toBe(true);
  expect(readFileSync(join(home, '.config/autostart/keyshift.desktop'), 'utf8')).toContain('Exec="/opt/Key shift/keyshift"\n');
  login.set(false);
  login.set(false);
  expect(login.isOn()).toBe(false);
  expect(autostartEntry(['a"b', '$c`d\\e', '100%'])).toContain(String.raw`Exec="a\\"b" "\\$c\\` + '`' + String.raw`d\\\\e" "100%%"`);
  expect(() => autostartEntry(['a\nExec=evil'])).toThrow('line break');
});

test('the number on the icon: in its corner, legible in black and white, nothing at all for none', () => {
  const blank = (): Buffer => Buffer.alloc(22 * 22 * 4);
  expect(drawCount(blank(), 22, 0).equals(blank())).toBe(true);
  const picture = (count: number): string[] => {
    const pixels = drawCount(blank(), 22, count);
    return Array.from({ length: 22 }, (_row, y) => Array.from({ length: 22 }, (_pixel, x) => (pixels[(y * 22 + x) * 4 + 3] === 0 ? ' ' : pixels[(y * 22 + x) * 4] === 0xff ? '#' : '.')).join(''));
  };
  const seven = picture(7);
  // The upper left, where the picture itself is, stays as it was.
  expect(seven.slice(0, 10).join('').trim()).toBe('');
  expect(seven.join('\n')).toContain('###');
  expect(new Set([1, 2, 7, 12, 99].map((count) => picture(count).join('\n'))).size).toBe(5);
  expect(picture(4000)).toEqual(picture(99));
});
