import fs, { fstatSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readPreferences } from '../../../electron/platform/preferences-damage';
import { writePreferences } from '../../../electron/platform/preferences-writing';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyshift-link-'));
  for (const name of ['profile', 'elsewhere']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test.each([
  ['beside it', join('..', 'elsewhere', 'mine.json')],
  ['by another link', 'other.json'],
])('a symbolic link in the place of the preferences stays one, and the file it leads to is made and replaced: %s', (_title, target) => {
  const profile = join(folder, 'profile');
  const link = join(profile, 'preferences.json');
  symlinkSync(target, link);
  if (target === 'other.json') symlinkSync(join('..', 'elsewhere', 'mine.json'), join(profile, 'other.json'));
  const there = readdirSync(profile).toSorted();
  for (const proxy of ['socks5://one.invalid:1', 'socks5://two.invalid:2']) {
    writePreferences(profile, { settings: { proxy } });
    expect(readPreferences(profile, () => expect.unreachable()).settings?.proxy).toBe(proxy);
    expect(readFileSync(join(folder, 'elsewhere', 'mine.json'), 'utf8')).toContain(proxy);
  }
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect([readdirSync(profile).toSorted(), readdirSync(join(folder, 'elsewhere'))]).toEqual([there, ['mine.json']]);
});

test.runIf(process.platform !== 'win32')('a proxy that was chosen outlasts a cut of power: the file is on the disk, and then its name', () => {
  const profile = join(folder, 'profile');
  const flushed: string[] = [];
  const { fsyncSync } = fs;
  const spy = vi.spyOn(fs, 'fsyncSync').mockImplementation((handle) => {
    flushed.push(fstatSync(handle).isDirectory() ? `folder with ${readdirSync(profile).join()}` : 'file');
    fsyncSync(handle);
  });
  syncBuiltinESMExports();
  writePreferences(profile, { settings: { proxy: 'socks5://one.invalid:1' } });
  spy.mockRestore();
  syncBuiltinESMExports();
  expect(flushed).toEqual(['file', 'folder with preferences.json']);
});
