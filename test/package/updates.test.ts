import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, type Locator, type Page } from '@playwright/test';
import type { PackageFile } from '../../electron/services/ports/updates';
import { encodeKeyList } from '../../electron/services/updates/manifest';
import { onboard, unlock } from '../../scripts/lib/journey.mjs';
import { keyList, updateFile, updateKeys } from '../support/update-kit';
import { startUpdateServer, type UpdateServer } from '../support/update-server';
import { appFolder, asOrdinaryUser, ownFolder, start, startedBySelf, type Running } from './support/installed';
import { family } from './support/processes';

// A packed copy that was unpacked somewhere brings itself a newer version. Which server and whose keys count is in the pack, which the test makes with its own.
test.describe.configure({ mode: 'serial' });

const trial = process.env['ELECTRON_KIND'] === 'trial';
const product = trial ? 'keyshift-trial' : 'keyshift';
const arch = process.arch === 'arm64' ? 'arm64' : 'x64';
const called = (version: string): string => `${product}-${version}-${process.platform}-${arch}`;
const index = '/keyshift/latest.keyshift-update';
const [second, hour] = [1000, 3_600_000];

let server: UpdateServer;
/** What somebody would inject. */
let decoy: UpdateServer;
let home: string;
/** Where a person unpacks what they fetched. */
let apps: string;
/** Where they were made; closed to the app. */
let packages: string;
let newer: PackageFile;
let running: Running | undefined;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  [server, decoy] = await Promise.all([startUpdateServer(), startUpdateServer()]);
  home = ownFolder('updates');
  [apps, packages] = [join(home, 'apps'), ownFolder('packed')];
  await promisify(execFile)('install', ['-d', '-m', '700', ...(process.getuid?.() === 0 ? ['-o', '65534', '-g', '65534'] : []), apps]);
  const pinned = join(packages, 'pinned.json');
  writeFileSync(pinned, pin(server));
  const pack = (version: string): Promise<unknown> => promisify(execFile)(process.execPath, ['scripts/lib/pinned-package.mjs', appFolder, packages, product, version, pinned]);
  await Promise.all([pack('0.1.0'), pack('0.2.0')]);
  const [name, bytes] = [`${called('0.2.0')}.tar.gz`, readFileSync(join(packages, `${called('0.2.0')}.tar.gz`))];
  newer = { platform: 'linux', arch, format: 'tar.gz', name, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  server.files.set(`/keyshift/${name}`, bytes);
});

test.afterAll(async () => {
  await running?.quit();
  await Promise.all([server.close(), decoy.close()]);
  for (const folder of [home, packages]) rmSync(folder, { recursive: true, force: true });
});

const pin = (where: UpdateServer): string => JSON.stringify({ origin: where.origin, authority: where.ca, list: JSON.parse(encodeKeyList(keyList({ product, expires: Date.now() + 24 * hour - (Date.now() % second) }))), version: '0.1.0' });

/** As whoever signs would; `change` makes it one that is refused. */
function offered(serial: number, change: Partial<PackageFile> = {}, by = updateKeys.signer): Uint8Array {
  const now = Date.now() - (Date.now() % second);
  return updateFile({ product, serial, issued: now - hour, expires: now + hour, files: [{ ...newer, ...change }] }, { by: [by] });
}

/** With the system's tar, as a person does. */
async function unpack(name: string): Promise<void> {
  const tar = asOrdinaryUser(home, ['tar', '-xzf', join(packages, `${name}.tar.gz`), '-C', apps]);
  expect(await new Promise((done) => tar.once('close', done))).toBe(0);
}

async function ownPeerId(page: Page): Promise<string> {
  const answer = await page.evaluate(() => globalThis.window.keyshift.identity.get());
  if (!answer.ok) throw new Error(answer.error.code);
  return answer.value.peerId;
}

async function openAbout(page: Page): Promise<Locator> {
  await page.keyboard.press('Control+,');
  await page.getByRole('tab', { name: 'About' }).click();
  return page.getByRole('region', { name: 'Newer versions' });
}

test('row 22: a copy unpacked from its tar.gz finds, fetches, compares and puts a newer version beside itself, which goes on with the same profile', async () => {
  await unpack(called('0.1.0'));
  const program = join(apps, called('0.1.0'), product);
  // What a test hands to a copy that runs from its sources, and the runtime's own way to name an authority: nothing of it is read here.
  const injected = join(home, 'injected.json');
  writeFileSync(injected, pin(decoy), { mode: 0o644 });
  writeFileSync(join(home, 'decoy.pem'), decoy.ca, { mode: 0o644 });
  decoy.files.set(index, offered(9));
  running = await start(program, home, join(home, 'profile'), { screen: 2, args: [`--updates-for-tests=${injected}`], env: { NODE_EXTRA_CA_CERTS: join(home, 'decoy.pem') } });
  const { page } = running;
  await onboard(page, 'Ann');
  const peerId = await ownPeerId(page);
  const part = await openAbout(page);
  await expect(part.getByText('This is version 0.1.0. Keyshift has not looked for a newer one yet.')).toBeVisible();
  expect(await page.evaluate(() => globalThis.window.keyshift.updates.status())).toMatchObject({ ok: true, value: { possible: 'yes', host: new URL(server.origin).host, on: false, way: 'beside', current: '0.1.0' } });
  expect([server.asked.length, decoy.asked.length]).toEqual([0, 0]);

  const look = async (file: Uint8Array, sentence: string): Promise<void> => {
    server.files.set(index, file);
    await part.getByRole('button', { name: 'Look now' }).click();
    await expect(part.getByText(sentence)).toBeVisible();
    expect(readdirSync(apps)).toEqual([called('0.1.0')]);
  };
  const changed = Buffer.from(Buffer.from(offered(6)).toString().replace('"serial":6', '"serial":8'));
  await look(changed, 'This was changed after it was signed. Nothing was taken.');
  await look(offered(8, {}, updateKeys.stranger), 'This is not signed by the people who make Keyshift.');
  await look(offered(6, { arch: arch === 'arm64' ? 'x64' : 'arm64' }), 'There is a newer version, but no package of it for this system. Nothing was taken,');
  await look(offered(7), 'Version 0.2.0 is available.');
  await look(offered(6), 'This is older than what Keyshift has seen already, so it was refused.');

  // One byte of a hundred million.
  const bytes = readFileSync(join(packages, newer.name));
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  const right = server.files.get(`/keyshift/${newer.name}`) ?? bytes;
  server.files.set(`/keyshift/${newer.name}`, bytes);
  await part.getByRole('button', { name: 'Fetch it' }).click();
  await expect(part.getByText('The package is not the one that was signed, so nothing of it was taken.')).toBeVisible({ timeout: 60_000 });
  expect(readdirSync(apps)).toEqual([called('0.1.0')]);
  server.files.set(`/keyshift/${newer.name}`, right);
  await part.getByRole('button', { name: 'Fetch it' }).click();
  await part.getByRole('button', { name: 'Install' }).click({ timeout: 60_000 });
  await expect(part.getByText(`Version 0.2.0 lies in ${join(apps, called('0.2.0'))}.`)).toBeVisible({ timeout: 60_000 });
  expect(readdirSync(apps).toSorted()).toEqual([called('0.1.0'), called('0.2.0')]);
  expect(spawnSync('diff', ['-r', join(packages, called('0.2.0')), join(apps, called('0.2.0'))], { encoding: 'utf8' })).toMatchObject({ status: 0, stdout: '' });
  expect(statSync(join(apps, called('0.2.0'), product)).uid).toBe(statSync(apps).uid);

  await part.getByRole('button', { name: 'Quit and start again' }).click();
  const old = running;
  running = undefined;
  const next = await startedBySelf(join(apps, called('0.2.0'), product), join(home, 'profile'));
  expect(old.child.exitCode).toBe(0);
  await unlock(next.page);
  expect(await ownPeerId(next.page)).toBe(peerId);
  expect(await next.page.evaluate(() => globalThis.window.keyshift.diagnostics.about())).toMatchObject({ ok: true, value: { version: '0.2.0', trial } });
  const processes = family(next.pid);
  expect(processes.flatMap(({ words }) => words).filter((word) => /^--(no-sandbox|disable-setuid-sandbox|disable-seccomp)/.test(word))).toEqual([]);
  expect(processes.filter(({ kind }) => kind === 'renderer').map(({ status }) => status.get('Seccomp'))).toEqual(['2']);
  const about = await openAbout(next.page);
  server.files.set(index, offered(10));
  await about.getByRole('button', { name: 'Look now' }).click();
  await expect(about.getByText(/^This is version 0\.2\.0, the newest as of /)).toBeVisible();
  // What it had fetched is not kept once it runs.
  expect(readdirSync(join(home, 'profile', 'updates'))).toEqual(['remembered.json']);
  expect(decoy.asked).toEqual([]);
  await next.end();
});
