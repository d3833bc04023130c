import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { onboard } from '../../scripts/lib/journey.mjs';
import { deb, ownFolder, rpm, start } from './support/installed';

// This system is Debian's: the rpm is put into it with a database of its own, and without asking for libraries by names that only its own kin know.
test.describe.configure({ mode: 'serial' });
test.skip(rpm === '', 'rpm and rpmbuild are not here');
test.skip(process.getuid?.() !== 0, 'installing takes root');

let database: string;
let home: string;
let name: string;
let installed: string[];

const run = (command: string, ...args: string[]): string => execFileSync(command, args, { encoding: 'utf8', maxBuffer: 1e8, stdio: ['ignore', 'pipe', 'pipe'] });
const manage = (...args: string[]): string => run('rpm', '--dbpath', database, ...args);

test.beforeAll(() => {
  database = mkdtempSync(join(tmpdir(), 'keyshift-rpm-database-'));
  home = ownFolder('rpm-home');
  name = run('rpm', '-qp', '--queryformat', '%{NAME}', rpm);
  installed = run('rpm', '-qpl', rpm).trim().split('\n');
  for (const file of installed) if (existsSync(file)) throw new Error(`${file} is here already: the test of the package would take its place. Please take ${name} away first.`);
});

test.afterAll(() => {
  if (existsSync(join(installed[0] ?? '', name))) manage('--erase', '--nodeps', name);
  for (const folder of [database, home]) rmSync(folder, { recursive: true, force: true });
});

test('what it is and what it needs stand in it: libraries by the names they are loaded by, which Fedora and openSUSE share', () => {
  const [arch, licence, requires] = run('rpm', '-qp', '--queryformat', '%{ARCH}\n%{LICENSE}\n[%{REQUIRES} ]', rpm).split('\n');
  expect([arch, licence]).toEqual([process.arch === 'x64' ? 'x86_64' : 'aarch64', 'AGPL-3.0-only']);
  expect(requires?.split(' ').filter((each) => each.includes('.so')).toSorted()).toEqual(['libasound.so.2()(64bit)', 'libc.so.6(GLIBC_2.34)(64bit)', 'libgbm.so.1()(64bit)', 'libgtk-3.so.0()(64bit)', 'libnss3.so()(64bit)']);
  // What the program itself says it loads, of those that do not come along.
  const program = readFileSync(join(process.env['KEYSHIFT_APP_FOLDER'] ?? '', name)).toString('latin1');
  for (const library of ['libasound.so.2', 'libgbm.so.1', 'libgtk-3.so.0', 'libnss3.so']) expect(program).toContain(`\0${library}\0`);
});

test('installed, every file is the one of the deb: bytes, rights, links', () => {
  manage('--install', '--nodeps', rpm);
  const tree = mkdtempSync(join(tmpdir(), 'keyshift-deb-'));
  try {
    run('dpkg-deb', '--extract', deb, tree);
    const files = run('find', tree, '-not', '-type', 'd').trim().split('\n').map((file) => file.slice(tree.length));
    expect(installed.filter((file) => !lstatSync(file).isDirectory()).toSorted()).toEqual(files.toSorted());
    for (const file of files) {
      const [there, here] = [lstatSync(join(tree, file)), lstatSync(file)];
      if (there.isSymbolicLink()) expect(readlinkSync(file), file).toBe(readlinkSync(join(tree, file)));
      else expect(readFileSync(file).equals(readFileSync(join(tree, file))), file).toBe(true);
      // Its rights are said when it is installed, by what the system lets programs do.
      if (!file.endsWith('/chrome-sandbox')) expect([here.mode, here.uid, here.gid], file).toEqual([there.mode, 0, 0]);
    }
  } finally {
    rmSync(tree, { recursive: true });
  }
  // By rpm's own book as well; the helper is what its script has made of it.
  const changed = (() => {
    try {
      return manage('--verify', '--nodeps', name);
    } catch (error) {
      return String((error as { stdout?: unknown }).stdout); // rpm ends with 1 where anything differs
    }
  })();
  expect(changed.split('\n').filter((line) => line !== '' && !line.endsWith('/chrome-sandbox'))).toEqual([]);
});

test('it starts for an ordinary user, and its profile is there again after it was put over itself', async () => {
  const profile = join(home, 'ann');
  const first = await start(`/usr/bin/${name}`, home, profile);
  await onboard(first.page, 'Ann');
  expect(await first.quit()).toBe(0);
  manage('--upgrade', '--force', '--nodeps', rpm);
  expect(existsSync(join(installed[0] ?? '', name))).toBe(true);
  const again = await start(`/usr/bin/${name}`, home, profile);
  await expect(again.page.getByRole('button', { name: 'Unlock' })).toBeVisible();
  expect(await again.quit()).toBe(0);
});

test('taking it away leaves nothing in the system, and what people wrote', () => {
  manage('--erase', '--nodeps', name);
  expect(installed.filter((file) => existsSync(file))).toEqual([]);
  expect(existsSync(`/etc/apparmor.d/${name}`)).toBe(false);
  expect(existsSync(join(home, 'ann'))).toBe(true);
});
