import { createHash, randomBytes } from 'node:crypto';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installedAs } from '../../../../electron/platform/installed-as';
import type { PackageFile } from '../../../../electron/services/ports/updates';
import { dropPrevious, quoted, updateInstaller } from '../../../../electron/storage/update-installing';

let folder: string;
const at = (...names: readonly string[]): string => join(folder, ...names);
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'keyshift-place-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function packaged(name: string, bytes: Buffer, format: PackageFile['format']): PackageFile {
  writeFileSync(at(name), bytes);
  return { platform: 'linux', arch: 'x64', format, name, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

const pathOf = ({ name }: PackageFile): string => at(name);

it('22: an AppImage takes the place of the old one at once, which stays until the new one has started', async () => {
  writeFileSync(at('Keyshift.AppImage'), 'old', { mode: 0o700 });
  const file = packaged('keyshift-0.2.0-linux-x64.AppImage', Buffer.from('new'), 'AppImage');
  const installation = { format: 'AppImage', place: at('Keyshift.AppImage') } as const;
  const installer = updateInstaller(installation, pathOf);
  expect(await installer.install(file)).toEqual({ path: at('Keyshift.AppImage') });
  expect(readFileSync(at('Keyshift.AppImage'), 'utf8')).toBe('new');
  expect(statSync(at('Keyshift.AppImage')).mode & 0o777).toBe(0o755);
  expect(readFileSync(at('Keyshift.AppImage.before'), 'utf8')).toBe('old');
  await dropPrevious(installation);
  expect(existsSync(at('Keyshift.AppImage.before'))).toBe(false);
  writeFileSync(at(file.name), 'bad');
  await expect(installer.install(file)).rejects.toMatchObject({ code: 'updates.altered' });
  expect(readFileSync(at('Keyshift.AppImage'), 'utf8')).toBe('new');
  expect(readdirSync(folder).toSorted()).toEqual(['Keyshift.AppImage', file.name]);
});

it('22: a folder is unpacked beside this one, whole or not at all, and over nothing', async () => {
  mkdirSync(at('apps', 'keyshift-0.1.0-linux-x64'), { recursive: true });
  const name = 'keyshift-0.2.0-linux-x64';
  const deep = `${'a-long-name/'.repeat(12)}file`;
  mkdirSync(at('made', name, deep, '..'), { recursive: true });
  writeFileSync(at('made', name, 'keyshift'), '#!/bin/sh\n', { mode: 0o755 });
  writeFileSync(at('made', name, deep), Buffer.alloc(700_001, 7));
  writeFileSync(at('made', name, 'empty'), '');
  execFileSync('tar', ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu', '-czf', at('a.tar.gz'), '-C', at('made'), name]);
  const file = packaged(`${name}.tar.gz`, readFileSync(at('a.tar.gz')), 'tar.gz');
  const installer = updateInstaller({ format: 'tar.gz', place: at('apps', 'keyshift-0.1.0-linux-x64') }, pathOf);
  expect(await installer.install(file)).toEqual({ path: at('apps', name) });
  expect(spawnSync('diff', ['-r', at('made', name), at('apps', name)]).status).toBe(0);
  expect(statSync(at('apps', name, 'keyshift')).mode & 0o777).toBe(0o755);
  expect(statSync(at('apps', name, 'empty')).mode & 0o777).toBe(0o644);
  await expect(installer.install(file)).rejects.toMatchObject({ code: 'path.taken' });
  expect(readdirSync(at('apps')).toSorted()).toEqual(['keyshift-0.1.0-linux-x64', name]);
});

it('22: what an installation that was cut off left half made is taken away by the next one, and nothing else is', async () => {
  const hour = new Date(Date.now() - 2 * 3_600_000);
  const parts = (name: string): string[] => ['0123456789abcdef', 'fedcba9876543210'].map((random) => at('apps', `.${name}.${random}.part`));
  mkdirSync(at('apps', 'keyshift-0.1.0-linux-x64'), { recursive: true });
  const [left, underWay] = parts('keyshift-0.1.5-linux-x64') as [string, string];
  const [image, other] = [parts('Keyshift.AppImage')[0] ?? '', at('apps', '.another.0123456789abcdef.part')];
  mkdirSync(join(left, 'resources'), { recursive: true });
  mkdirSync(underWay);
  for (const file of [image, other, at('apps', 'Keyshift.AppImage')]) writeFileSync(file, 'half');
  for (const path of [left, image, other]) utimesSync(path, hour, hour);
  const name = 'keyshift-0.2.0-linux-x64';
  mkdirSync(at('made', name), { recursive: true });
  writeFileSync(at('made', name, 'keyshift'), 'x');
  execFileSync('tar', ['--owner=0', '--group=0', '--numeric-owner', '--format=gnu', '-czf', at('a.tar.gz'), '-C', at('made'), name]);
  await updateInstaller({ format: 'tar.gz', place: at('apps', 'keyshift-0.1.0-linux-x64') }, pathOf).install(packaged(`${name}.tar.gz`, readFileSync(at('a.tar.gz')), 'tar.gz'));
  expect([existsSync(left), existsSync(underWay), existsSync(image), existsSync(other)]).toEqual([false, true, true, true]);
  await updateInstaller({ format: 'AppImage', place: at('apps', 'Keyshift.AppImage') }, pathOf).install(packaged('keyshift-0.2.0-linux-x64.AppImage', Buffer.from('new'), 'AppImage'));
  expect([existsSync(underWay), existsSync(image), existsSync(other)]).toEqual([true, false, true]);
});

it('22: an archive that is none of ours leaves nothing behind, even where it was signed', async () => {
  mkdirSync(at('apps', 'keyshift-0.1.0-linux-x64'), { recursive: true });
  const name = 'keyshift-0.2.0-linux-x64';
  mkdirSync(at('made', name), { recursive: true });
  mkdirSync(at('made', 'other'), { recursive: true });
  writeFileSync(at('made', name, 'keyshift'), 'x');
  symlinkSync('/etc', at('made', name, 'link'));
  const tar = (...args: readonly string[]): Buffer => execFileSync('tar', ['--format=gnu', '-cz', '-C', at('made'), ...args], { maxBuffer: 16_000_000 });
  const plain = tar('--exclude=link', '--exclude=much', name);
  // Larger than what any stream takes at once: it is found odd while more of it is still coming.
  writeFileSync(at('made', name, 'much'), randomBytes(8_000_000));
  const archives: readonly (readonly [string, Buffer])[] = [
    ['a link', tar('--exclude=much', name)],
    ['a link, and much behind it', tar(`${name}/link`, `${name}/much`)],
    ['another folder', tar('other')],
    ['a path that leads out', tar('-P', `--transform=s,${name}/keyshift,${name}/../../keyshift,`, `${name}/keyshift`)],
    ['an absolute path', tar('-P', `--transform=s,${name}/keyshift,/tmp/keyshift-out,`, `${name}/keyshift`)],
    ['cut off', plain.subarray(0, plain.length - 20)],
    ['no archive', Buffer.from('x')],
  ];
  for (const [what, bytes] of archives) {
    const file = packaged(`${name}.tar.gz`, bytes, 'tar.gz');
    const installer = updateInstaller({ format: 'tar.gz', place: at('apps', 'keyshift-0.1.0-linux-x64') }, pathOf);
    expect([what, await installer.install(file).then(() => 'installed', (error: { code?: string }) => error.code)]).toEqual([what, 'updates.altered']);
    expect(readdirSync(at('apps'))).toEqual(['keyshift-0.1.0-linux-x64']);
  }
});

it('22: where others may write to the folder of the package, the line to type is refused: it would compare one file and install another', async () => {
  const file = packaged('keyshift_0.2.0_amd64.deb', Buffer.from('deb'), 'deb');
  const install = () => updateInstaller({ format: 'deb', place: '/opt/Keyshift/keyshift' }, pathOf).install(file);
  for (const mode of [0o777, 0o770, 0o702]) {
    chmodSync(folder, mode);
    await expect(install()).rejects.toMatchObject({ code: 'updates.shelf-open' });
  }
  chmodSync(folder, 0o755);
  expect(await install()).toMatchObject({ path: at(file.name) });
});

it('22: the line to type installs what it compares, also from a folder with a name of any kind', async () => {
  folder = mkdtempSync(join(tmpdir(), "keyshift it's $(id) \"-"));
  const file = packaged('keyshift_0.2.0_amd64.deb', Buffer.from('deb'), 'deb');
  const { command = '' } = await updateInstaller({ format: 'deb', place: '/opt/Keyshift/keyshift' }, pathOf).install(file);
  // The real line, with what takes root left out.
  const line = command.replace('sudo apt-get install', 'printf installed:%s');
  expect(spawnSync('sh', ['-c', line], { encoding: 'utf8' }).stdout).toBe(`installed:${at(file.name)}`);
  writeFileSync(at(file.name), 'bad');
  const refused = spawnSync('sh', ['-c', line], { encoding: 'utf8' });
  expect([refused.status === 0, refused.stdout.includes('installed:')]).toEqual([false, false]);
  expect((await updateInstaller({ format: 'rpm', place: '/opt/Keyshift/keyshift' }, pathOf).install({ ...file, ...packaged('keyshift-0.2.0-linux-x86_64.rpm', Buffer.from('rpm'), 'rpm') })).command).toContain('sudo rpm --upgrade');
  expect(quoted("a'b")).toBe(String.raw`'a'\''b'`);
});

it('22: how this copy came here is read off the machine, and variables alone are not believed', () => {
  const program = at('opt', 'Keyshift', 'keyshift');
  mkdirSync(join(program, '..'), { recursive: true });
  writeFileSync(program, '');
  const asked = { product: 'keyshift', platform: 'linux', program, env: {}, root: folder } as const;
  expect(installedAs(asked)).toEqual({ format: 'tar.gz', place: at('opt', 'Keyshift') });
  writeFileSync(at('x.AppImage'), '');
  expect(installedAs({ ...asked, env: { APPIMAGE: at('x.AppImage'), APPDIR: at('mnt') } })?.format).toBe('tar.gz');
  expect(installedAs({ ...asked, env: { APPIMAGE: at('x.AppImage'), APPDIR: at('opt') } })).toEqual({ format: 'AppImage', place: at('x.AppImage') });
  mkdirSync(at('var', 'lib', 'dpkg', 'info'), { recursive: true });
  writeFileSync(at('var', 'lib', 'dpkg', 'info', 'keyshift.list'), `/.\n/opt\n${program}\n`);
  expect(installedAs(asked)).toEqual({ format: 'deb', place: program });
  expect(installedAs({ ...asked, product: 'keyshift-trial' })?.format).toBe('tar.gz');
  expect(installedAs({ ...asked, platform: 'freebsd' })).toBeUndefined();
});
