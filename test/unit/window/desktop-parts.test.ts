import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { namesFor } from '../../../scripts/package/names.mjs';
import { nameForWindows } from '../../../electron/window/app-identity';
import { drawCount } from '../../../electron/window/counted-icon';
import { autostartEntry, launched, loginStart } from '../../../electron/window/login-start';

test('starting at login on Linux: a file of the desktop, with every letter of the command quoted', () => {
  const home = mkdtempSync(join(tmpdir(), 'keyshift-login-'));
  const app = { getLoginItemSettings: () => expect.fail('not on Linux'), setLoginItemSettings: () => expect.fail('not on Linux') };
  const login = loginStart({ app, platform: 'linux', env: { XDG_CONFIG_HOME: 'relative' }, home, command: ['/opt/Key shift/keyshift'] });
  expect(login.isOn()).toBe(false);
  login.set(true);
  expect(login.isOn()).toBe(true);
  expect(readFileSync(join(home, '.config/autostart/keyshift.desktop'), 'utf8')).toContain('Exec="/opt/Key shift/keyshift"\n');
  // Desktops switch it off by a line and leave the file.
  for (const line of ['Hidden=true', 'X-GNOME-Autostart-enabled=false']) {
    const file = join(home, '.config/autostart/keyshift.desktop');
    writeFileSync(file, readFileSync(file, 'utf8').replace('X-GNOME-Autostart-enabled=true', line));
    expect(login.isOn()).toBe(false);
    login.set(true);
    expect(login.isOn()).toBe(true);
  }
  login.set(false);
  login.set(false);
  expect(login.isOn()).toBe(false);
  loginStart({ app, platform: 'linux', env: {}, home, command: ['/opt/Keyshift-Trial/keyshift-trial'] }).set(true);
  expect(login.isOn()).toBe(false);
  expect(readFileSync(join(home, '.config/autostart/keyshift-trial.desktop'), 'utf8')).toContain('Exec="/opt/Keyshift-Trial/keyshift-trial"\n');
  expect(autostartEntry(['a"b', '$c`d\\e', '100%'])).toContain(String.raw`Exec="a\\"b" "\\$c\\` + '`' + String.raw`d\\\\e" "100%%"`);
  expect(() => autostartEntry(['a\nExec=evil'])).toThrow('line break');
});

test('starting at login goes on after the program was moved: its line is mended, the rest of the entry and what is off stay', () => {
  const home = mkdtempSync(join(tmpdir(), 'keyshift-login-'));
  const app = { getLoginItemSettings: () => expect.fail('not on Linux'), setLoginItemSettings: () => expect.fail('not on Linux') };
  const login = (...command: string[]) => loginStart({ app, platform: 'linux', env: {}, home, command });
  const folder = join(home, '.config/autostart');
  const file = join(folder, 'keyshift.desktop');
  const old = join(home, 'old keyshift');
  const now = [join(home, '$& new'), '--no-sandbox', `--user-data-dir=${home}`];
  login(...now).mend();
  expect(existsSync(folder)).toBe(false);
  login(old, `--user-data-dir=${home}`).set(true);
  writeFileSync(file, `${readFileSync(file, 'utf8')}X-Mine=$&\n`);
  const before = readFileSync(file, 'utf8');
  // It is there still, or another profile's: this one is tried beside it.
  writeFileSync(old, '');
  login(...now).mend();
  rmSync(old);
  login(now[0] ?? '').mend();
  expect(readFileSync(file, 'utf8')).toBe(before);
  login(...now).mend();
  expect(readFileSync(file, 'utf8')).toBe(`${autostartEntry(now)}X-Mine=$&\n`);
  expect(readdirSync(folder)).toEqual(['keyshift.desktop']);
  const off = autostartEntry([old]).replace('enabled=true', 'enabled=false');
  writeFileSync(file, off);
  login(join(home, 'new')).mend();
  expect(readFileSync(file, 'utf8')).toBe(off);
});

/** The part of Windows' registry that Electron writes and reads for it: one command line, compared letter by letter, and what the task manager says of it. */
function registry() {
  const kept: { line?: string; approved: boolean } = { approved: true };
  const lineOf = ({ path = '', args = [] }: { path?: string; args?: string[] }): string => [path, ...args].join(' ');
  const app: Parameters<typeof loginStart>[0]['app'] = {
    setLoginItemSettings: ({ openAtLogin, ...command }) => {
      kept.line = openAtLogin ? lineOf(command) : undefined;
      kept.approved = true;
    },
    getLoginItemSettings: (command = {}) => ({ openAtLogin: kept.line === lineOf(command), executableWillLaunchAtLogin: kept.line !== undefined && kept.approved, wasOpenedAtLogin: false, status: 'not-found', launchItems: [] }),
  };
  return { kept, app };
}

test('starting at login on Windows: what was switched on is shown as on, with a profile folder of its own too, until the task manager switches it off', () => {
  for (const command of [[String.raw`C:\Program Files\Keyshift\Keyshift.exe`], [String.raw`C:\Keyshift\Keyshift.exe`, String.raw`--user-data-dir=D:\My things`]]) {
    const { kept, app } = registry();
    const login = loginStart({ app, platform: 'win32', env: {}, home: '', command });
    expect(login.isOn()).toBe(false);
    login.set(true);
    // Windows cuts what is not quoted at its first gap, and tries that as a program.
    expect(kept.line).toBe(command.map((word, at) => (at === 0 || word.includes(' ') ? `"${word}"` : word)).join(' '));
    expect(login.isOn()).toBe(true);
    login.mend();
    kept.approved = false;
    expect(login.isOn()).toBe(false);
    login.set(true);
    expect(login.isOn()).toBe(true);
    login.set(false);
    expect([login.isOn(), kept.line]).toEqual([false, undefined]);
  }
});

test('Windows knows the running program by the name that the installer gives its entry in the start menu, and else it shows no notification of it', () => {
  const named = (platform: NodeJS.Platform, trial: boolean): string[] => {
    const names: string[] = [];
    nameForWindows({ setAppUserModelId: (name) => void names.push(name) }, platform, trial);
    return names;
  };
  expect(named('win32', false)).toEqual([namesFor({ kind: 'electron' }).appId]);
  expect(named('win32', true)).toEqual([namesFor({ kind: 'trial' }).appId]);
  expect(readFileSync('electron-builder.yml', 'utf8')).toContain(`\nappId: ${named('win32', false)[0] ?? ''}\n`);
  expect([...named('linux', false), ...named('darwin', false)]).toEqual([]);
  // Before there is anything to be named.
  expect(readFileSync('electron/main.ts', 'utf8')).toMatch(/function prepare\(\): boolean \{[^}]*nameForWindows\(app, process\.platform, trial\);/s);
});

test('starting at login on macOS is the app itself, whatever it was started with', () => {
  const asked: unknown[] = [];
  const on = { openAtLogin: true, executableWillLaunchAtLogin: false, wasOpenedAtLogin: false, status: 'enabled' as const, launchItems: [] };
  const app = { getLoginItemSettings: (options?: unknown) => (asked.push(options), on), setLoginItemSettings: (settings: unknown) => void asked.push(settings) };
  const login = loginStart({ app, platform: 'darwin', env: {}, home: '', command: ['/Applications/Keyshift.app/Contents/MacOS/Keyshift', '--user-data-dir=/x'] });
  login.set(true);
  expect(login.isOn()).toBe(true);
  expect(asked).toEqual([{ openAtLogin: true }, undefined]);
});

test('whatever the command holds, a launcher starts exactly that', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', ' ', '"', "'", '`', '$', '\\', '%', '-', '=', ';', '&', '|', '\t', 'ü') }), { minLength: 1 }), (command) => {
      const line = autostartEntry(command).split('\n').find((each) => each.startsWith('Exec=')) ?? '';
      expect(launched(line.slice('Exec='.length))).toEqual(command);
    }),
  );
});

test('links are registered for a program that takes what follows as a link and as nothing else', () => {
  const entry = new Map(readFileSync('assets/keyshift.desktop', 'utf8').split('\n').slice(1).flatMap((line) => (line.includes('=') ? [[line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const] : [])));
  expect(entry.get('MimeType')).toBe('x-scheme-handler/keyshift;');
  expect(entry.get('Exec')).toBe('keyshift -- %u');
  const manifest: unknown = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(manifest).toMatchObject({ desktopName: 'keyshift.desktop' });
});

/** Debian's package `xdg-utils`. */
const hasXdg = ['xdg-mime', 'xdg-open'].every((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0);

test.skipIf(!hasXdg)('installed, the system hands a link that is opened anywhere to the program, as one argument that is no option, whatever it holds', () => {
  const home = mkdtempSync(join(tmpdir(), 'keyshift-links-'));
  const applications = join(home, '.local/share/applications');
  mkdirSync(applications, { recursive: true });
  writeFileSync(join(applications, 'keyshift.desktop'), readFileSync('assets/keyshift.desktop'));
  writeFileSync(join(home, 'keyshift'), '#!/bin/sh\nprintf "%s\\0" "$@" > "$HOME/told"\n', { mode: 0o755 });
  // No desktop of anybody's, and no screen that is used.
  const env = { HOME: home, PATH: `${home}:${process.env['PATH'] ?? ''}`, DISPLAY: ':0' };
  const run = (program: string, ...args: string[]) => execFileSync(program, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  run('xdg-mime', 'default', 'keyshift.desktop', 'x-scheme-handler/keyshift');
  expect(run('xdg-mime', 'query', 'default', 'x-scheme-handler/keyshift')).toBe('keyshift.desktop');
  const link = 'keyshift:invite/AB%20C?x=1&y=$(id)';
  run('xdg-open', link);
  expect(readFileSync(join(home, 'told'), 'utf8').split('\0')).toEqual(['--', link, '']);
  rmSync(home, { recursive: true });
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
