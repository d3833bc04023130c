import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ProxyChoice } from '../../../../electron/network/chosen-transport';
import { chosenWay } from '../../../../electron/network/updates/chosen-way';
import { httpsSource } from '../../../../electron/network/updates/https-source';
import { systemRandom } from '../../../../electron/platform/random';
import { updateSignatures } from '../../../../electron/platform/update-signatures';
import { proxyOf } from '../../../../electron/services/address-settings';
import { Updater } from '../../../../electron/services/updates/updater';
import { updateInstaller } from '../../../../electron/storage/update-installing';
import { updateShelf } from '../../../../electron/storage/update-shelf';
import { ManualClock } from '../../../support/manual-clock';
import { socksServer, type SocksServer } from '../../../support/socks-server';
import { keyList, now, packageBytes, updateFile } from '../../../support/update-kit';
import { startUpdateServer, type UpdateServer } from '../../../support/update-server';

// No resolver knows it: whoever reaches it asked the proxy.
const host = 'updates.invalid';
let folder: string;
let server: UpdateServer;
let proxy: SocksServer;
/** As the setting is written. */
let setting: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keyshift-updates-proxy-'));
  server = await startUpdateServer(host);
  proxy = await socksServer({ names: { [host]: { host: '127.0.0.1', port: server.port } } });
  setting = proxy.setting;
  server.files.set('/keyshift/latest.keyshift-update', updateFile()).set('/keyshift/keyshift_0.2.0_amd64.deb', packageBytes);
});
afterEach(async () => {
  await Promise.all([proxy.close(), server.close()]);
  rmSync(folder, { recursive: true, force: true });
});

async function open(from = server): Promise<Updater> {
  const shelf = updateShelf(join(folder, 'updates'));
  const choice = (): ProxyChoice => proxyOf({ proxy: setting });
  return Updater.open({
    self: { version: '0.1.0', platform: 'linux', arch: 'x64', format: 'deb' },
    pinned: { list: keyList(), host },
    source: httpsSource({ origin: from.origin, ca: from.ca, dial: chosenWay(choice, systemRandom), limits: { dialMs: 5000 } }),
    shelf,
    signatures: updateSignatures,
    installer: updateInstaller({ format: 'deb', place: '/opt/Keyshift/keyshift' }, shelf.pathOf),
    clock: new ManualClock(now),
    random: systemRandom,
    changed: () => {},
    failed: (error) => {
      throw error;
    },
  });
}

it('22: with a proxy chosen, file and package come through it, by name, each under a login of its own', async () => {
  const updater = await open();
  await updater.check();
  await updater.download();
  expect(updater.status()).toMatchObject({ offer: { version: '0.2.0', ready: true } });
  expect(server.asked.map(({ path }) => path)).toEqual(['/keyshift/latest.keyshift-update', '/keyshift/keyshift_0.2.0_amd64.deb']);
  expect(proxy.requests.map(({ kind, host: name, port }) => [kind, name, port])).toEqual([[3, host, server.port], [3, host, server.port]]);
  // Tor keeps logins apart: neither request is seen beside the other, nor beside a contact's.
  expect(new Set(proxy.requests.map(({ user, password }) => `${user} ${password}`)).size).toBe(2);
  await updater.close();
});

it('22: a proxy that is gone, refuses, or cannot be used means no answer, and never the direct way', async () => {
  // This one could be reached directly.
  const near = await startUpdateServer();
  for (const [path, bytes] of server.files) near.files.set(path, bytes);
  const updater = await open(near);
  await proxy.close();
  await expect(updater.check()).rejects.toMatchObject({ code: 'updates.unreachable' });
  const refusing = await socksServer({ code: 2 });
  setting = refusing.setting;
  await expect(updater.check()).rejects.toMatchObject({ code: 'updates.unreachable' });
  expect(refusing.requests.length).toBe(1);
  await refusing.close();
  setting = 'http://127.0.0.1:8080';
  await expect(updater.check()).rejects.toMatchObject({ code: 'updates.unreachable' });
  expect(near.asked).toEqual([]);
  // Chosen anew, it is asked at the next press.
  await proxy.open();
  setting = proxy.setting;
  await updater.check();
  expect(updater.status().offer?.version).toBe('0.2.0');
  // And a proxy that went in between is noticed, too.
  setting = 'socks5://127.0.0.1:1';
  await expect(updater.download()).rejects.toMatchObject({ code: 'updates.unreachable' });
  expect(near.asked.length).toBe(1);
  await updater.close();
  await near.close();
});

it('22: a package that comes directly ends when a proxy is chosen, and the rest of it comes through that', async () => {
  const near = await startUpdateServer();
  let closed = false;
  const half = Math.floor(packageBytes.length / 2);
  near.files.set('/keyshift/latest.keyshift-update', updateFile()).set('/keyshift/keyshift_0.2.0_amd64.deb', (_request, response) => {
    response.on('close', () => (closed = true));
    response.writeHead(200).write(packageBytes.subarray(0, half));
  });
  const through = setting;
  setting = '';
  const updater = await open(near);
  await updater.check();
  const fetching = expect(updater.download()).rejects.toMatchObject({ code: 'updates.unreachable' });
  await vi.waitUntil(() => updater.status().offer?.here === half, { timeout: 5_000 });
  setting = through;
  await fetching;
  await vi.waitUntil(() => closed, { timeout: 5_000 });
  expect(proxy.requests).toEqual([]);
  near.files.set('/keyshift/keyshift_0.2.0_amd64.deb', packageBytes);
  await updater.download();
  expect(updater.status().offer?.ready).toBe(true);
  expect(proxy.requests.length).toBe(1);
  await updater.close();
  await near.close();
});
