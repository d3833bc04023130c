import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type FileHandle, open as openHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { httpsSource } from '../../../../electron/network/updates/https-source';
import type { UpdateSource } from '../../../../electron/services/ports/updates';
import { chosenUpdate } from '../../../../electron/storage/chosen-update';
import { ManualClock } from '../../../support/manual-clock';
import { day, keyBlock, now, packageBytes, packageFile, updateFile, updateKeys } from '../../../support/update-kit';
import { serve, startUpdateServer, type UpdateServer } from '../../../support/update-server';
import { codeOf, dial, indexPath, newPlace, type OpenUpdater, openUpdater, packagePath, settled, sourceOf, type UpdaterChange } from '../../../support/updater-kit';

let server: UpdateServer;
let folder: string;
let clock: ManualClock;

beforeAll(async () => {
  server = await startUpdateServer();
});
afterAll(() => server.close());
beforeEach(() => {
  ({ folder, clock } = newPlace(server));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (change?: UpdaterChange): Promise<OpenUpdater> => openUpdater({ server, folder, clock }, change);

it('22: off until somebody wants it: nothing is asked at the start, nor in a year; then some minutes after it is on, and once a day', async () => {
  const updater = await open();
  expect(updater.status()).toMatchObject({ on: false, possible: 'yes', work: 'none', current: '0.1.0' });
  for (let days = 0; days < 365; days += 1) await clock.advance(day);
  expect(server.asked).toEqual([]);
  // What was signed a year ago is out of date.
  clock.wall -= 365 * day;
  await updater.setOn(true);
  await clock.advance(59_000);
  expect(server.asked).toEqual([]);
  await clock.advance(2_000);
  await settled(() => updater.status().work === 'none' && updater.status().offer !== undefined);
  expect(updater.status()).toMatchObject({ on: true, checkedAt: clock.now(), offer: { version: '0.2.0', notes: { en: 'Better.\nFaster.', de: 'Besser.' }, here: 0, ready: false } });
  await clock.advance(19 * 3_600_000);
  expect(server.asked.length).toBe(1);
  await clock.advance(2 * 3_600_000);
  await settled(() => server.asked.length === 2 && updater.status().work === 'none');
  await updater.setOn(false);
  await clock.advance(40 * day);
  expect(server.asked.map(({ path }) => path)).toEqual([indexPath, indexPath]);
  await updater.close();
  // And it is off at the next start, too.
  const again = await open();
  expect(again.status().on).toBe(false);
  await clock.advance(day);
  expect(server.asked.length).toBe(2);
});

it('22: a request says which file of which host, and nothing of who asks', async () => {
  const updater = await open();
  await updater.check();
  await updater.download();
  expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([`GET ${indexPath}`, `GET ${packagePath}`]);
  for (const { headers } of server.asked) expect(headers).toEqual(['Host', `127.0.0.1:${server.port}`, 'User-Agent', 'keyshift', 'Accept', '*/*', 'Accept-Encoding', 'identity', 'Connection', 'close']);
});

it('22: fetched, compared, and made ready: the line to type compares once more, and nothing runs', async () => {
  const updater = await open();
  await updater.check();
  await updater.download();
  expect(updater.status()).toMatchObject({ offer: { here: packageBytes.length, ready: true } });
  await updater.install();
  const path = join(folder, 'updates', 'keyshift_0.2.0_amd64.deb');
  expect(updater.status().installed).toEqual({ version: '0.2.0', path, command: `echo '${packageFile().sha256}  ${path}' | sha256sum --check --strict --quiet && sudo apt-get install '${path}'` });
  expect(statSync(join(folder, 'updates')).mode & 0o777).toBe(0o700);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  // Still there after a restart; gone when the new version has started.
  expect((await open()).status()).toMatchObject({ offer: { ready: true } });
  const asNew = await open({ version: '0.2.0' });
  expect(asNew.status().offer).toBeUndefined();
  expect(readdirSync(join(folder, 'updates'))).toEqual(['remembered.json']);
});

it('22: an old manifest stays refused after a restart', async () => {
  server.files.set(indexPath, updateFile({ serial: 8 }));
  await (await open()).check();
  server.files.set(indexPath, updateFile({ serial: 7 }));
  const later = await open();
  expect(await codeOf(later.check())).toBe('updates.older');
  expect(later.status()).toMatchObject({ problem: 'updates.older', offer: { version: '0.2.0' } });
  // Keys that were replaced stay so as well.
  server.files.set(indexPath, updateFile({ list: 2 }, { by: [updateKeys.laterSigner], lists: [keyBlock({ version: 2, signers: { threshold: 1, keys: [updateKeys.laterSigner.publicKey] } })] }));
  await later.check();
  server.files.set(indexPath, updateFile({ serial: 99 }));
  expect(await codeOf((await open()).check())).toBe('updates.unknown-key');
});

it('22: a server that answers with anything else than a believable file brings nothing and is told', async () => {
  const updater = await open({ source: sourceOf(server, { silenceMs: 500, smallMs: 1000 }) });
  const answers: readonly (readonly [string, Uint8Array | Parameters<typeof server.files.set>[1], string])[] = [
    ['404', (_, response) => void response.writeHead(404).end(), 'updates.odd-answer'],
    ['500', (_, response) => void response.writeHead(500).end('x'), 'updates.odd-answer'],
    ['304', (_, response) => void response.writeHead(304).end(), 'updates.odd-answer'],
    ['a redirection', (_, response) => void response.writeHead(302, { Location: server.origin }).end(), 'updates.odd-answer'],
    ['a redirection elsewhere', (_, response) => void response.writeHead(301, { Location: 'https://192.0.2.1/' }).end(), 'updates.odd-answer'],
    ['packed', (_, response) => void response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(updateFile()), 'updates.odd-answer'],
    ['garbage', Buffer.from('<!doctype html><title>Sign in to this hotspot</title>'), 'updates.garbled'],
    ['nothing', new Uint8Array(0), 'updates.garbled'],
    ['a huge file', Buffer.alloc(1_000_000, 'x'), 'updates.odd-answer'],
    ['one that does not say how huge', (_, response) => void response.writeHead(200).end(Buffer.alloc(1_000_000, 'x')), 'updates.odd-answer'],
    ['one without an end', (_, response) => void setInterval(() => response.destroyed || response.write('x'.repeat(50)), 20).unref(), 'updates.unreachable'],
    ['one that says nothing', () => {}, 'updates.unreachable'],
    ['one cut off', (_, response) => void response.writeHead(200, { 'Content-Length': 5000 }).write('keyshift', () => response.destroy()), 'updates.unreachable'],
    ['no http', (_, response) => void response.socket?.end('SSH-2.0-x\r\n\r\n'), 'updates.unreachable'],
    ['an unknown key', updateFile({}, { by: [updateKeys.stranger] }), 'updates.unknown-key'],
    ['another system', updateFile({ files: [packageFile({ arch: 'arm64', name: 'keyshift_0.2.0_arm64.deb' })] }), 'updates.wrong-system'],
  ];
  for (const [what, answer, code] of answers) {
    server.files.set(indexPath, answer);
    expect([what, await codeOf(updater.check()), updater.status().problem, updater.status().offer, updater.status().checkedAt]).toEqual([what, code, code, undefined, undefined]);
  }
  server.files.set(indexPath, updateFile({ version: '0.1.0', serial: 9, files: [packageFile({ name: 'keyshift_0.1.0_amd64.deb' })] }));
  await updater.check();
  expect(updater.status()).toMatchObject({ checkedAt: now });
  expect(updater.status().problem).toBeUndefined();
});

it('22: another host’s certificate, or one that nobody vouches for, is no server', async () => {
  expect(await codeOf((await open({ source: httpsSource({ origin: server.origin, dial }) })).check())).toBe('updates.unreachable');
  const misnamed = httpsSource({ origin: server.origin.replace('127.0.0.1', 'localhost'), ca: server.ca, dial });
  expect(await codeOf((await open({ source: misnamed })).check())).toBe('updates.unreachable');
  expect(server.asked).toEqual([]);
  expect(() => httpsSource({ origin: 'http://127.0.0.1/keyshift/', dial })).toThrow();
});

it('22: a package with another hash, longer or shorter than was signed, is thrown away or not taken', async () => {
  const updater = await open();
  await updater.check();
  const otherSize: readonly Uint8Array[] = [Buffer.concat([packageBytes, Buffer.from('x')]), packageBytes.subarray(1)];
  for (const bytes of otherSize) {
    server.files.set(packagePath, bytes);
    expect(await codeOf(updater.download())).toBe('updates.odd-answer');
  }
  // Longer than it says it is.
  server.files.set(packagePath, (_, response) => void response.writeHead(200).end(Buffer.concat([packageBytes, Buffer.from('x')])));
  expect(await codeOf(updater.download())).toBe('updates.altered');
  server.files.set(packagePath, Uint8Array.from(packageBytes, (byte, at) => (at === 70_000 ? byte ^ 1 : byte)));
  expect(await codeOf(updater.download())).toBe('updates.altered');
  expect(updater.status()).toMatchObject({ problem: 'updates.altered', offer: { here: 0, ready: false } });
  expect(readdirSync(join(folder, 'updates')).toSorted()).toEqual(['latest.keyshift-update', 'remembered.json']);
  expect(await codeOf(updater.install())).toBe('updates.nothing');
  server.files.set(packagePath, packageBytes);
  await updater.download();
  expect(updater.status().offer?.ready).toBe(true);
});

it('22: a fetch that broke, was paused, or died with the app goes on where it was', async () => {
  let sent = 30_000;
  let cut = (): void => {};
  server.files.set(packagePath, (request, response) => {
    const from = Number(/\d+/.exec(request.headers.range ?? '0')?.[0]);
    if (from >= 60_000) return serve(request, response, packageBytes);
    cut = () => void response.destroy();
    response.writeHead(from === 0 ? 200 : 206, from === 0 ? {} : { 'Content-Range': `bytes ${from}-${packageBytes.length - 1}/${packageBytes.length}` });
    response.write(packageBytes.subarray(from, from + sent));
  });
  const updater = await open();
  await updater.check();
  const broken = codeOf(updater.download());
  await settled(() => updater.status().offer?.here === 30_000);
  cut();
  expect(await broken).toBe('updates.unreachable');
  expect(updater.status().offer).toMatchObject({ here: 30_000, ready: false });
  // The next one is held open by the server, and paused by the person.
  sent = 30_001;
  const fetching = updater.download();
  await settled(() => updater.status().offer?.here === 60_001);
  expect(await codeOf(updater.check())).toBe('updates.busy');
  await updater.pause();
  await fetching;
  expect(updater.status()).toMatchObject({ work: 'none', offer: { here: 60_001, ready: false } });
  expect(updater.status().problem).toBeUndefined();
  // Another run of the app.
  const next = await open();
  expect(next.status().offer?.here).toBe(60_001);
  await next.download();
  expect(next.status().offer).toMatchObject({ here: packageBytes.length, ready: true });
  expect(server.asked.at(-1)?.headers).toContain('bytes=60001-');
  await next.cancel();
  expect(next.status().offer).toMatchObject({ here: 0, ready: false });
  expect(readdirSync(join(folder, 'updates')).toSorted()).toEqual(['latest.keyshift-update', 'remembered.json']);
  // What was here already was spoilt: the hash is of all of it.
  writeFileSync(join(folder, 'updates', `${packageFile().sha256.slice(0, 32)}.part`), Buffer.alloc(packageBytes.length - 10));
  expect(await codeOf((await open()).download())).toBe('updates.altered');
});

it('22: a package that was replaced between check and installation is not installed', async () => {
  const path = join(folder, 'updates', 'keyshift_0.2.0_amd64.deb');
  for (const spoil of [() => writeFileSync(path, Buffer.alloc(packageBytes.length)), () => rmSync(path), () => (rmSync(path), symlinkSync('/etc/passwd', path))]) {
    const updater = await open();
    await updater.check();
    await updater.download();
    spoil();
    expect(await codeOf(updater.install())).toBe('updates.altered');
    expect(updater.status()).toMatchObject({ problem: 'updates.altered', offer: { here: 0, ready: false } });
    expect(updater.status().installed).toBeUndefined();
    expect(existsSync(path)).toBe(false);
  }
  // And one that went out of date meanwhile is not either.
  const updater = await open();
  await updater.check();
  await updater.download();
  clock.wall += 61 * day;
  expect(await codeOf(updater.install())).toBe('updates.expired');
  expect(updater.status().installed).toBeUndefined();
});

it.each([['behind', -10 * 365 * day], ['ahead', 10 * 365 * day]])('22: what was fetched stays where the clock was %s at a start, and is offered again by the next answer, or at a start with a clock that is right', async (_, wrong) => {
  await (await open()).check();
  const first = await open();
  await first.download();
  await first.close();
  clock.wall += wrong;
  const astray = await open();
  expect(astray.status().offer).toBeUndefined();
  clock.wall -= wrong;
  await astray.check();
  expect(astray.status()).toMatchObject({ offer: { ready: true } });
  await astray.close();
  clock.wall += wrong;
  await (await open()).close();
  clock.wall -= wrong;
  const right = await open();
  expect(right.status()).toMatchObject({ offer: { ready: true } });
  await right.close();
  // It goes with the answer that there is nothing newer, also where it was not offered at that start, and at once where this is the version.
  clock.wall += wrong;
  const waiting = await open();
  clock.wall -= wrong;
  server.files.set(indexPath, updateFile({ serial: 9, version: '0.1.0', files: [packageFile({ name: 'keyshift_0.1.0_amd64.deb' })] }));
  await waiting.check();
  expect(readdirSync(join(folder, 'updates'))).toEqual(['remembered.json']);
  server.files.set(indexPath, updateFile({ serial: 10 }));
  await waiting.check();
  expect(readdirSync(join(folder, 'updates'))).toHaveLength(2);
  clock.wall += wrong;
  await open({ version: '0.2.0' });
  expect(readdirSync(join(folder, 'updates'))).toEqual(['remembered.json']);
  expect(server.asked.filter(({ path }) => path === packagePath)).toHaveLength(1);
});

it('22: a later file without a package for this system overtakes what was ready, which is not offered any more and could not be installed', async () => {
  const updater = await open();
  await updater.check();
  await updater.download();
  expect(updater.status().offer?.ready).toBe(true);
  server.files.set(indexPath, updateFile({ serial: 9, version: '0.3.0', files: [packageFile({ arch: 'arm64', name: 'keyshift_0.3.0_arm64.deb' })] }));
  expect(await codeOf(updater.check())).toBe('updates.wrong-system');
  expect([updater.status().offer, updater.status().problem, await codeOf(updater.install())]).toEqual([undefined, 'updates.wrong-system', 'updates.nothing']);
  expect(readdirSync(join(folder, 'updates'))).toEqual(['remembered.json']);
});

it('22: from a file, with updates off and no network, under the same rules', async () => {
  const stick = mkdtempSync(join(tmpdir(), 'keyshift-stick-'));
  const put = (name: string, bytes: Uint8Array): string => (writeFileSync(join(stick, name), bytes), join(stick, name));
  try {
    const source: UpdateSource = { small: () => Promise.reject(new Error('asked')), large: () => Promise.reject(new Error('asked')) };
    const updater = await open({ source });
    const index = put('latest.keyshift-update', updateFile());
    expect(await codeOf(updater.fromFile(await chosenUpdate(index)))).toBe('updates.no-package');
    const deb = put('keyshift_0.2.0_amd64.deb', packageBytes.subarray(1));
    expect(await codeOf(updater.fromFile(await chosenUpdate(deb)))).toBe('updates.altered');
    put('keyshift_0.2.0_amd64.deb', Buffer.alloc(packageBytes.length));
    expect(await codeOf(updater.fromFile(await chosenUpdate(deb)))).toBe('updates.altered');
    expect(updater.status().offer?.ready).toBe(false);
    put('keyshift_0.2.0_amd64.deb', packageBytes);
    for (const [bytes, code] of [
      [updateFile({ serial: 6 }), 'updates.older'],
      [updateFile({}, { by: [updateKeys.stranger] }), 'updates.unknown-key'],
      [Buffer.from('x'), 'updates.garbled'],
      [Buffer.alloc(1_000_000), 'updates.garbled'],
    ] as const) {
      put('latest.keyshift-update', bytes);
      expect(await codeOf(chosenUpdate(index).then((chosen) => updater.fromFile(chosen)))).toBe(code);
    }
    put('latest.keyshift-update', updateFile());
    await updater.fromFile(await chosenUpdate(deb));
    expect(updater.status()).toMatchObject({ on: false, offer: { version: '0.2.0', ready: true } });
    await updater.install();
    expect(updater.status().installed?.path).toBe(join(folder, 'updates', 'keyshift_0.2.0_amd64.deb'));
    // The person's own files are as they were.
    expect([readFileSync(deb).equals(packageBytes), readFileSync(index).equals(updateFile())]).toEqual([true, true]);
    expect(await codeOf((await open({ source, version: '0.2.0' })).fromFile(await chosenUpdate(index)))).toBe('updates.not-newer');
  } finally {
    rmSync(stick, { recursive: true });
  }
});

it('22: a chosen file of which the disk does not say what it is stays open nowhere', async () => {
  const chosen = join(folder, 'latest.keyshift-update');
  writeFileSync(chosen, updateFile());
  const handle = await openHandle(chosen);
  const handles: FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  const stat = vi.spyOn(handles, 'stat').mockRejectedValue(Object.assign(new Error('EIO'), { code: 'EIO' }));
  try {
    expect([await codeOf(chosenUpdate(chosen)), stat.mock.contexts.map((each) => Reflect.get(Object(each), 'fd'))]).toEqual(['disk.failed', [-1]]);
  } finally {
    stat.mockRestore();
  }
});
