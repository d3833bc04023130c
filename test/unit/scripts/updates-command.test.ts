import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { updateSignatures } from '../../../electron/platform/update-signatures';
import { judge, startingMemory } from '../../../electron/services/updates/judge';
import { readPinned as readPinnedInApp } from '../../../electron/services/updates/pinned';
import { releaseProblems } from '../../../scripts/package/release-gate.mjs';
import { makeCertificates } from '../../../scripts/mailbox/certificates.mjs';
import { laterLists, makeKey, nextList, pin, readPinned, sign, signList, verifyFile } from '../../../scripts/updates/commands.mjs';

let folder: string;
const at = (name: string): string => join(folder, name);
const now = Date.UTC(2026, 10, 26, 12);
const { authority } = makeCertificates(['127.0.0.1']);
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'keyshift-signing-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Packages as `npm run package` leaves them. */
function packages(version: string): void {
  const files = [`keyshift_${version}_amd64.deb`, `keyshift-${version}-linux-x64.tar.gz`, `keyshift-${version}-linux-x86_64.AppImage`, `keyshift-${version}-win-arm64.exe`, `keyshift-${version}-mac-arm64.dmg`, `keyshift-headless_${version}_amd64.deb`, `keyshift-${version}.cdx.json`];
  for (const name of files) writeFileSync(at(name), `this is ${name}`);
  writeFileSync(at('SHA256SUMS'), files.map((name) => `${createHash('sha256').update(`this is ${name}`).digest('hex')}  ${name}\n`).join(''));
}

it('22: what the operator’s command signs, the app takes, and nobody else’s; keys are for their owner alone', async () => {
  const [first, second, signer, thief] = ['root-1', 'root-2', 'signer', 'thief'].map((name) => makeKey({ out: at(name) }));
  if (first === undefined || second === undefined || signer === undefined || thief === undefined) throw new Error('no keys');
  expect(statSync(at('signer')).mode & 0o777).toBe(0o600);
  expect(() => makeKey({ out: at('signer') })).toThrow('is there already');
  expect(() => makeKey({ out: join(process.cwd(), 'scripts', 'x.pem') })).toThrow('does not go into the repository');
  const pinnedFile = at('pinned.json');
  const rules = { roots: [first, second], rootThreshold: 2, signers: [signer], signerThreshold: 1, days: 700, now };
  expect(() => pin({ ...rules, origin: 'http://updates.example/', file: pinnedFile })).toThrow('--origin');
  expect(() => pin({ ...rules, origin: 'https://updates.example/', signers: [first], file: pinnedFile })).toThrow('must not be a root');
  expect(() => pin({ ...rules, origin: 'https://updates.example/', authority: at('signer'), file: pinnedFile })).toThrow('is no certificate');
  writeFileSync(at('ca.pem'), authority);
  pin({ ...rules, origin: 'https://updates.example/keyshift/', authority: at('ca.pem'), file: pinnedFile });
  expect(readPinnedInApp(JSON.parse(readFileSync(pinnedFile, 'utf8')))?.authority?.trim()).toBe(authority.trim());
  pin({ ...rules, origin: 'https://updates.example/keyshift/', file: pinnedFile });
  const inApp = readPinnedInApp(JSON.parse(readFileSync(pinnedFile, 'utf8')));
  if (inApp === undefined) throw new Error('the app does not read what was pinned');
  const pinned = readPinned(pinnedFile);

  packages('0.2.0');
  const signing = { folder, days: 60, notes: { en: 'Better.' }, version: '0.2.0', now, pinned, lists: [] };
  await expect(sign({ ...signing, keys: [at('thief')] })).rejects.toThrow('0 of these keys may sign');
  const { out, files } = await sign({ ...signing, keys: [at('signer')] });
  expect(files.map(({ platform, arch, format }) => `${platform} ${arch} ${format}`)).toEqual(['linux x64 deb', 'linux x64 tar.gz', 'linux x64 AppImage', 'win32 arm64 nsis', 'darwin arm64 dmg']);
  expect(await verifyFile({ file: out, now, pinned })).toEqual([]);
  const memory = startingMemory(inApp.list, undefined);
  const self = { version: '0.1.0', platform: 'linux', arch: 'x64', format: 'deb' } as const;
  expect(judge(readFileSync(out), memory, self, now, updateSignatures).outcome).toMatchObject({ kind: 'newer', file: { name: 'keyshift_0.2.0_amd64.deb' } });

  // The signer's key was lost: both roots name another.
  const list = at('list-2.txt');
  nextList({ roots: [], rootThreshold: 2, signers: [thief], signerThreshold: 1, days: 700, now, out: list, from: pinned.list });
  expect(signList({ file: list, key: at('root-1'), before: pinned.list })).toBe(1);
  expect(() => signList({ file: list, key: at('root-1'), before: pinned.list })).toThrow('already');
  expect(signList({ file: list, key: at('root-2'), before: pinned.list })).toBe(2);
  await sign({ ...signing, keys: [at('thief')], lists: laterLists(list) });
  expect(await verifyFile({ file: out, now, pinned })).toEqual([]);
  const later = judge(readFileSync(out), memory, self, now, updateSignatures);
  expect(later).toMatchObject({ outcome: { kind: 'newer' }, memory: { keys: { version: 2 } } });
  writeFileSync(at('keyshift_0.2.0_amd64.deb'), 'another one');
  await expect(sign({ ...signing, keys: [at('signer')] })).rejects.toThrow('is not the file that SHA256SUMS says');
  expect(await verifyFile({ file: out, now: now + 61 * 86_400_000, pinned })).toHaveLength(2);
});

it('22: the command says what is missing, and a release without pinned keys is none', () => {
  const run = (...args: readonly string[]) => spawnSync(process.execPath, ['scripts/updates.mjs', ...args], { encoding: 'utf8' });
  expect(run('sign').stderr).toContain('--key is missing');
  expect(run('sell').stderr).toContain('sell is no command.');
  expect(run('sign', folder, '--key', at('nothing'), '--days', '0').stderr).toContain('--days takes a whole number');
  const facts = { runtime: { kind: 'electron', version: '1' }, pinned: '1', version: '0.1.0', changes: '', tags: ['v0.1.0'], changelog: '## 0.1.0\n', lockfile: [], installed: true };
  expect(releaseProblems({ ...facts, signers: 0 })).toEqual([expect.stringContaining('npm run updates -- pin')]);
  expect(releaseProblems({ ...facts, signers: 1 })).toEqual([]);
});
