import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeLinkedLeftovers } from '../../../electron/platform/preferences-leftovers';

let folder: string;
let profile: string;
let elsewhere: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyshift-leftovers-'));
  [profile, elsewhere] = [join(folder, 'profile'), join(folder, 'elsewhere')];
  for (const each of [profile, elsewhere]) mkdirSync(each);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The id of a process that has ended. */
const ended = (): number => spawnSync(process.execPath, ['-e', '']).pid;

test('A87: beside the file that linked preferences lead to, what a process that is gone left of them is taken away, and nothing else', () => {
  symlinkSync(join('..', 'elsewhere', 'mine.json'), join(profile, 'preferences.json'));
  const stay = ['mine.json', `mine.json.${process.pid}.tmp`, 'mine.json.old.tmp', 'other.json.4711.tmp', `preferences.json.${ended()}.tmp`].toSorted();
  for (const name of [...stay, `mine.json.${ended()}.tmp`]) writeFileSync(join(elsewhere, name), '{}');
  removeLinkedLeftovers(profile);
  expect(readdirSync(elsewhere).toSorted()).toEqual(stay);
});

test('a link that leads to nothing yet is followed; one in a circle, a plain file and a folder that is missing are left as they are', () => {
  const left = `mine.json.${ended()}.tmp`;
  symlinkSync(join(elsewhere, 'mine.json'), join(profile, 'preferences.json'));
  writeFileSync(join(elsewhere, left), '{}');
  removeLinkedLeftovers(profile);
  expect(readdirSync(elsewhere)).toEqual([]);

  rmSync(join(profile, 'preferences.json'));
  symlinkSync('preferences.json', join(profile, 'preferences.json'));
  expect(() => removeLinkedLeftovers(profile)).not.toThrow();
  rmSync(join(profile, 'preferences.json'));
  writeFileSync(join(profile, 'preferences.json'), '{}');
  writeFileSync(join(profile, `preferences.json.${ended()}.tmp`), '{}');
  removeLinkedLeftovers(profile);
  expect(readdirSync(profile)).toHaveLength(2);
  expect(() => removeLinkedLeftovers(join(folder, 'none'))).not.toThrow();
});
