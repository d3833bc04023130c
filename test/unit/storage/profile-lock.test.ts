import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockProfile } from '../../../electron/storage/profile-lock';
import type { ProfileLock } from '../../../electron/storage/profile-lock';
import { afterwards, bundleProgram, electronExecutable, folder, killed, linesOf, start } from './places';

const program = bundleProgram('test/unit/storage/programs/hold-lock.ts');
const inUse = expect.objectContaining({ code: 'profile.in-use' });
const unreadable = expect.objectContaining({ code: 'profile.unreadable' });

function lock(directory: string): ProfileLock {
  const held = lockProfile(directory);
  afterwards(() => held.release());
  return held;
}

/** Both runtimes that may hold a profile. */
const runtimes: [string, string | undefined][] = [
  ['Node', process.execPath],
  ["Electron's Node", electronExecutable()],
];

describe('the profile lock', () => {
  it('works before anything exists, in a folder it makes, readable for the user alone', () => {
    const directory = join(folder(), 'new', 'profile');
    lock(directory);
    expect(readdirSync(directory)).toEqual(['lock']);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, 'lock'))).toMatchObject({ size: 0 });
    expect(statSync(join(directory, 'lock')).mode & 0o777).toBe(0o600);
  });

  it('refuses a second holder in the same process, and is free after release', () => {
    const directory = folder();
    const first = lock(directory);
    expect(() => lockProfile(directory)).toThrow(inUse);
    // The refused attempt must not have loosened the first one.
    expect(() => lockProfile(directory)).toThrow(inUse);
    first.release();
    first.release();
    lock(directory);
  });

  it.skipIf(process.platform === 'win32')('is the same lock through another path', () => {
    const directory = folder();
    const other = join(folder(), 'link');
    symlinkSync(directory, other);
    lock(directory);
    expect(() => lockProfile(other)).toThrow(inUse);
  });

  describe.each(runtimes)('against another process (%s)', (_, executable) => {
    it.skipIf(executable === undefined)('refuses the second, both ways', async () => {
      const directory = folder();
      const other = start(program, [directory], executable);
      const line = linesOf(other);
      expect(await line()).toBe('held');
      expect(() => lockProfile(directory)).toThrow(inUse);
      other.stdin?.end();
      expect(await line()).toBe('released');
      await line();
      lock(directory);
      expect(await linesOf(start(program, [directory], executable))()).toBe('profile.in-use');
    });

    it.skipIf(executable === undefined)('is free at once after kill -9', async () => {
      const directory = folder();
      const other = start(program, [directory], executable);
      expect(await linesOf(other)()).toBe('held');
      await killed(other);
      lock(directory);
    });
  });

  it('lets exactly one of several that start together in', async () => {
    const directory = folder();
    const said = await Promise.all(Array.from({ length: 4 }, () => linesOf(start(program, [directory]))()));
    expect(said.sort()).toEqual(['held', 'profile.in-use', 'profile.in-use', 'profile.in-use']);
  });
});

describe('a profile folder that cannot be used', () => {
  it('A89: says profile.unreadable and what to do, when a file stands in its place', () => {
    const directory = folder();
    const file = join(directory, 'file');
    writeFileSync(file, 'x');
    expect(() => lockProfile(file)).toThrow(unreadable);
    expect(() => lockProfile(join(file, 'profile'))).toThrow(unreadable);
    expect(() => lockProfile(join(file, 'profile'))).toThrow(/Give your user account/);
  });

  it('says profile.unreadable when the lock is no file, or a file of something else', () => {
    const directory = folder();
    mkdirSync(join(directory, 'lock'));
    expect(() => lockProfile(directory)).toThrow(unreadable);
    const second = folder();
    writeFileSync(join(second, 'lock'), 'not ours '.repeat(1000));
    expect(() => lockProfile(second)).toThrow(unreadable);
    expect(statSync(join(second, 'lock')).size).toBe(9000);
  });

  it.skipIf(process.getuid?.() !== 0)('says profile.unreadable when the user has no right to it', async () => {
    const directory = folder();
    chmodSync(directory, 0o700);
    process.env['KEYSHIFT_TEST_USER'] = '65534';
    const child = start(program, [directory]);
    delete process.env['KEYSHIFT_TEST_USER'];
    expect(await linesOf(child)()).toBe('profile.unreadable');
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('the mode of an existing folder', () => {
  const mode = (directory: string): number => statSync(directory).mode & 0o7777;

  it('is closed to others when the folder is ours or empty', () => {
    const directory = folder();
    chmodSync(directory, 0o755);
    lock(directory).release();
    expect(mode(directory)).toBe(0o700);
    chmodSync(directory, 0o750);
    lock(directory);
    expect(mode(directory)).toBe(0o700);
  });

  it('is left alone when the folder holds other things or is shared', () => {
    const full = folder();
    writeFileSync(join(full, 'holiday.jpg'), 'x');
    chmodSync(full, 0o755);
    lock(full);
    expect(mode(full)).toBe(0o755);
    const shared = folder();
    chmodSync(shared, 0o1777);
    lock(shared);
    expect(mode(shared)).toBe(0o1777);
  });
});
