import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../electron/platform/clock';
import { describeError } from '../../../electron/platform/describe-error';
import { toDiskError } from '../../../electron/platform/disk-error';
import { isOutdatedRuntime } from '../../../electron/platform/electron-features';
import { FilePreferences } from '../../../electron/platform/file-preferences';
import { makeLogger } from '../../../electron/platform/logger';
import { changePreferences, parsePreferences, toPreferences } from '../../../electron/platform/preferences-shape';
import { systemRandom } from '../../../electron/platform/random';
import { WindowPreferences } from '../../../electron/platform/window-preferences';
import type { Logger } from '../../../electron/engine/ports';
import { KeyshiftError } from '../../../shared/errors';
import { acceleratorOf } from '../../../electron/window/accelerator';
import { groundColour } from '../../../electron/window/appearance';
import { defaultSettings, type Settings } from '../../../shared/model/settings';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyshift-platform-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('clock and randomness', () => {
  test('a timer runs, a cancelled one does not, and very long ones do not run at once', async () => {
    const ran: string[] = [];
    systemClock.setTimer(5, () => ran.push('short'));
    systemClock.setTimer(5, () => ran.push('cancelled'))();
    const cancelLong = systemClock.setTimer(2 ** 33, () => ran.push('long'));
    await new Promise((resolve) => setTimeout(resolve, 40));
    cancelLong();
    expect(ran).toEqual(['short']);
  });

  test('monotonic time does not go back', () => {
    const first = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
  });

  test('random bytes own their buffer', () => {
    const bytes = systemRandom.bytes(32);
    expect(bytes.buffer.byteLength).toBe(32);
    expect(bytes).not.toEqual(systemRandom.bytes(32));
    expect(systemRandom.bytes(0)).toHaveLength(0);
  });
});

describe('row 25: logs', () => {
  function logAt(level: Parameters<typeof makeLogger>[0]): { logger: Logger; lines: string[] } {
    const lines: string[] = [];
    return { logger: makeLogger(level, () => 0, (line) => lines.push(line)), lines };
  }

  test('one JSON line per event, nothing below the level, nothing at all when silent', () => {
    const { logger, lines } = logAt('warn');
    logger.debug('a');
    logger.info('b');
    logger.warn('link.closed', { reason: 'timeout', after: 5, own: true, none: undefined });
    logger.error('d');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toBe('{"at":"1970-01-01T00:00:00.000Z","level":"warn","event":"link.closed","reason":"timeout","after":5,"own":true}\n');
    const silent = logAt('silent');
    silent.logger.error('x');
    expect(silent.lines).toEqual([]);
  });

  test.each<readonly [string, unknown]>([
    ['a sentence', 'correct horse battery staple'],
    ['a key in hex', 'ab'.repeat(32)],
    ['a key in base64', 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA='],
    ['a peer id', 'a'.repeat(52)],
    ['a link', `keyshift:${'x'.repeat(80)}`],
    ['bytes', new Uint8Array(32).fill(65)],
    ['an object', { passphrase: 'tr0ub4dor' }],
    ['an error', new Error('tr0ub4dor')],
    ['a list', ['tr0ub4dor']],
    ['a line break', 'a\nb'],
    ['a long text', 'ab.'.repeat(100)],
  ])('A87: %s does not get in', (_what, secret) => {
    const { logger, lines } = logAt('debug');
    logger.warn('event', { fact: secret as string }); // as if it had slipped past the types
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ fact: '[redacted]' });
  });

  test('A87: nor does it as the event’s or the fact’s name', () => {
    const { logger, lines } = logAt('debug');
    logger.warn('my secret words', { 'more secret words': 1 });
    expect(lines[0]).not.toContain('secret');
  });

  test('an error is told by kind, code and place, without its text', () => {
    const where = describeError(new TypeError('passphrase hunter2\n    at hunter2 (/hunter2.ts:1:2)'));
    expect(where).toMatchObject({ kind: 'TypeError' });
    expect(where['where']).toMatch(/^platform\.test\.ts:\d+/);
    expect(JSON.stringify(where)).not.toContain('hunter2');
    expect(describeError(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toMatchObject({ code: 'ENOSPC' });
    expect(describeError(new KeyshiftError('disk.full', 'x'))).toMatchObject({ code: 'disk.full' });
    expect(describeError('hunter2')).toEqual({ kind: 'string' });
    const { logger, lines } = logAt('debug');
    logger.error('call.failed', describeError(new Error('hunter2')));
    expect(lines[0]).toContain('platform.test.ts:');
  });
});

describe('preferences', () => {
  const at = (port: number): { host: string; port: number } => ({ host: '127.0.0.1', port });
  const file = (): string => join(folder, 'preferences.json');

  test('defaults without a file, and nothing is written by reading', () => {
    expect(new FilePreferences(folder).get()).toEqual({ settings: defaultSettings });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('looks, language and keys are there again after a restart, and reach the menu and the ground of the window', () => {
    const chosen: Settings = { ...defaultSettings, theme: 'light', contrast: 'high', textSize: 200, density: 'compact', listWidth: 0, motion: 'reduced', wholeList: true, language: 'de', shortcuts: [{ action: 'lock', keys: 'F9' }] };
    new FilePreferences(folder).set({ settings: chosen });
    const { settings } = new FilePreferences(folder).get();
    expect(settings).toEqual(chosen);
    expect([acceleratorOf('lock', settings.shortcuts, 'linux'), groundColour(settings, { dark: false, highContrast: false })]).toEqual(['F9', '#ffffff']);
  });

  test('a change is there after a restart, for the owner only, and no other file is left', () => {
    const preferences = new FilePreferences(folder);
    preferences.set({ listen: at(4800) });
    preferences.set({ settings: { ...defaultSettings, theme: 'dark' } });
    expect(new FilePreferences(folder).get()).toEqual({ settings: { ...defaultSettings, theme: 'dark' }, listen: at(4800) });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['preferences.json']);
  });

  test('a field set to undefined is taken out', () => {
    const preferences = new FilePreferences(folder);
    preferences.set({ keyringWrap: 'AAAA' });
    // exactOptionalPropertyTypes is off: undefined means "take it out"
    preferences.set({ keyringWrap: undefined });
    expect(readFileSync(file(), 'utf8')).not.toContain('keyringWrap');
  });

  test.each(['', '{', 'null', '[]', '7', '{"listen":"x"}', '{"listen":{"host":"","port":1}}', '{"listen":{"host":"::","port":70000}}', '{"settings":{"theme":"pink"}}', '{"settings":[]}', '{"window":{"x":0}}', '\u0000'])(
    'a damaged file (%j) is put aside and counts as empty',
    (text) => {
      writeFileSync(file(), text);
      let told = 0;
      const preferences = new FilePreferences(folder, () => (told += 1));
      expect(preferences.get()).toEqual({ settings: defaultSettings });
      expect(told).toBe(1);
      expect(existsSync(file())).toBe(false);
      expect(readFileSync(join(folder, 'preferences.broken.json'), 'utf8')).toBe(text);
      // The window says where it lies, until the next start.
      writeFileSync(file(), text);
      expect(new WindowPreferences(folder, () => undefined).putAside).toBe(join(folder, 'preferences.broken.json'));
      expect(new WindowPreferences(folder, () => undefined).putAside).toBeUndefined();
      preferences.set({ listen: at(1) });
      expect(new FilePreferences(folder).get().listen).toEqual(at(1));
    },
  );

  test.skipIf(process.platform === 'win32')('one that this start cannot read is left where it is until something is written; then the window says where it lies', async () => {
    // As a disk that fails does, a socket refuses to be opened as a file.
    const socket = createServer();
    await new Promise<void>((resolve) => socket.listen(file(), resolve));
    try {
      let told = 0;
      const preferences = new WindowPreferences(folder, () => (told += 1));
      expect([preferences.get().settings.proxy, preferences.putAside, told]).toEqual([expect.stringContaining('unreadable'), undefined, 0]);
      for (const port of [1, 2]) preferences.set({ listen: at(port) });
      expect([preferences.putAside, told]).toEqual([join(folder, 'preferences.broken.json'), 1]);
      expect(lstatSync(join(folder, 'preferences.broken.json')).isSocket()).toBe(true);
      expect(new FilePreferences(folder).get().listen).toEqual(at(2));
    } finally {
      socket.close();
    }
  });

  test('what the keyring wrapped goes from the file that was put aside, too, once the user takes it back; all else in it stays as it was', () => {
    const broken = join(folder, 'preferences.broken.json');
    const damaged = (wrapped: string): Buffer => Buffer.concat([Buffer.from(`{"settings": {"name": "Zoë", "keyringWrap" : "${wrapped}", `), Buffer.from([0xff, 0xc3])]);
    writeFileSync(file(), damaged('c2VjcmV0+/=='));
    const preferences = new WindowPreferences(folder, () => undefined);
    preferences.set({ listen: at(1) });
    expect(readFileSync(broken)).toEqual(damaged('c2VjcmV0+/=='));
    preferences.set({ keyringWrap: undefined });
    expect(readFileSync(broken)).toEqual(damaged(' '.repeat(12)));
    // By no link.
    const other = join(folder, 'other.json');
    writeFileSync(other, damaged('AAAA'));
    rmSync(broken);
    symlinkSync(other, broken);
    preferences.set({ keyringWrap: undefined });
    expect(readFileSync(other)).toEqual(damaged('AAAA'));
  });

  test('what a newer version wrote is kept', () => {
    writeFileSync(file(), '{"future":{"a":1},"settings":{"theme":"dark","sound":"loud"},"window":{"x":1,"y":2,"width":900,"height":700,"maximized":false}}');
    const preferences = new FilePreferences(folder);
    expect(preferences.get()).toEqual({ settings: { ...defaultSettings, theme: 'dark' } });
    preferences.set({ listen: at(9) });
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({
      future: { a: 1 },
      settings: { theme: 'dark', sound: 'loud' },
      window: { x: 1, y: 2, width: 900, height: 700, maximized: false },
      listen: at(9),
    });
  });

  test('a change that does not fit is refused and the old state stays', () => {
    const preferences = new FilePreferences(folder);
    preferences.set({ listen: at(5) });
    expect(() => preferences.set({ listen: at(0) })).toThrow();
    expect(preferences.get().listen).toEqual(at(5));
  });

  test('a folder that is gone is a disk error, and what was not saved does not count', () => {
    const preferences = new FilePreferences(join(folder, 'gone'));
    expect(() => preferences.set({ listen: at(5) })).toThrow(expect.objectContaining({ code: 'disk.failed' }));
    expect(preferences.get().listen).toBeUndefined();
    expect(toDiskError(Object.assign(new Error('x'), { code: 'ENOSPC' })).code).toBe('disk.full');
  });

  test('those of the window are read at once and written as a whole: nothing of them by reading, the window’s place beside the services’ part', () => {
    const window = { x: 1, y: 2, width: 900, height: 700, maximized: false };
    const preferences = new WindowPreferences(folder, () => expect.unreachable());
    expect([preferences.get(), preferences.windowPlace(), readdirSync(folder)]).toEqual([{ settings: defaultSettings }, undefined, []]);
    preferences.set({ listen: at(7), keyringWrap: 'AAAA' });
    preferences.setWindowPlace(window);
    preferences.set({ keyringWrap: undefined });
    expect(() => preferences.set({ listen: at(0) })).toThrow();
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ listen: at(7), window });
    expect([readdirSync(folder), statSync(file()).mode & 0o777]).toEqual([['preferences.json'], 0o600]);
    const again = new WindowPreferences(folder, () => expect.unreachable());
    expect([again.get(), again.windowPlace()]).toEqual([{ settings: defaultSettings, listen: at(7) }, window]);
  });

  test('what cannot take its place is told, the old one stands, and nothing is left beside it', () => {
    const preferences = new WindowPreferences(folder, () => expect.unreachable());
    preferences.set({ listen: at(7) });
    const before = readFileSync(file(), 'utf8');
    rmSync(file());
    // A folder of that name, which no file replaces.
    mkdirSync(file());
    expect(() => preferences.set({ listen: at(8) })).toThrow(expect.objectContaining({ code: 'disk.failed' }));
    expect([preferences.get().listen, readdirSync(folder)]).toEqual([at(7), ['preferences.json']]);
    rmdirSync(file());
    writeFileSync(file(), before);
    preferences.set({ listen: at(8) });
    expect(new WindowPreferences(folder, () => expect.unreachable()).get().listen).toEqual(at(8));
  });

  test.skipIf(process.platform === 'win32')('a link to something else than a file is not followed to replace that', () => {
    const preferences = new WindowPreferences(folder, () => expect.unreachable());
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    symlinkSync(join(folder, 'pipe'), file());
    expect(() => preferences.set({ listen: at(8) })).toThrow(expect.objectContaining({ code: 'disk.failed' }));
    expect([statSync(join(folder, 'pipe')).isFIFO(), readdirSync(folder).toSorted()]).toEqual([true, ['pipe', 'preferences.json']]);
  });

  test('the window’s place and the services’ part live side by side', () => {
    const window = { x: 1, y: 2, width: 900, height: 700, maximized: false };
    const next = changePreferences({ listen: at(7) }, { window });
    expect(next).toEqual({ listen: at(7), window });
    expect(toPreferences(next)).toEqual({ settings: defaultSettings, listen: at(7) });
    expect(parsePreferences(JSON.stringify(next))).toEqual(next);
  });
});

test.each([
  ['45.4.1', false],
  ['43.0.0', false],
  ['42.9.9', true],
  ['25.1.1', true],
  [undefined, true],
  ['', true],
])('Electron %s is outdated: %s', (version, outdated) => expect(isOutdatedRuntime(version)).toBe(outdated));
