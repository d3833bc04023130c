import { createHash } from 'node:crypto';
import { chmodSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { httpsSource } from '../../../../electron/network/updates/https-source';
import type { UpdateShelf, UpdateSource } from '../../../../electron/services/ports/updates';
import { KeyshiftError } from '../../../../shared/errors';
import { ManualClock } from '../../../support/manual-clock';
import { now, packageBytes, packageFile, updateFile } from '../../../support/update-kit';
import { startUpdateServer, type UpdateServer } from '../../../support/update-server';
import { codeOf, dial, indexPath, newPlace, type OpenUpdater, openUpdater, packagePath, settled, shelfIn, sourceOf, type UpdaterChange } from '../../../support/updater-kit';

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

it('22: a full disk ends it with a sentence, and keeps what was there', async () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
  const real = shelfIn(folder);
  // At the place where the system would say so: while the pieces are written.
  const shelf: UpdateShelf = {
    ...real,
    take: (file, from, pieces, told) =>
      real.take(file, from, pieces, (bytes) => {
        told(bytes);
        if (bytes > 50_000) throw full;
      }),
  };
  const updater = await open({ shelf });
  await updater.check();
  expect(await codeOf(updater.download())).toBe('disk.full');
  expect(updater.status()).toMatchObject({ work: 'none', problem: 'disk.full', offer: { ready: false } });
  const next = await open();
  expect(next.status().offer?.here).toBeGreaterThan(0);
  await next.download();
  expect(next.status().offer?.ready).toBe(true);
});

it('22: a folder that is not ours, or a damaged memory, starts nothing', async () => {
  symlinkSync(tmpdir(), join(folder, 'updates'));
  expect(await codeOf(open())).toBe('profile.unreadable');
  rmSync(join(folder, 'updates'));
  const updater = await open();
  await updater.setOn(true);
  await updater.close();
  chmodSync(join(folder, 'updates'), 0o755);
  expect((await open()).status().on).toBe(true);
  expect(statSync(join(folder, 'updates')).mode & 0o777).toBe(0o700);
  const remembered = join(folder, 'updates', 'remembered.json');
  writeFileSync(remembered, readFileSync(remembered, 'utf8').slice(1));
  expect((await open()).status().on).toBe(false);
});

it('22: the package is hashed as it comes: its SHA-256 is what sha256sum says', () => {
  expect(packageFile().sha256).toBe(createHash('sha256').update(packageBytes).digest('hex'));
});

it('what is switched off while something is looked up stays off after the next start, and what was seen then is not forgotten', async () => {
  const shelf = shelfIn(folder);
  let hold: Promise<void> = Promise.resolve();
  let goOn = (): void => undefined;
  const slow: UpdateShelf = { ...shelf, remember: async (value) => (await hold, shelf.remember(value)) };
  const updater = await open({ shelf: slow });
  await updater.setOn(true);
  await updater.check();
  hold = new Promise((resolve) => (goOn = resolve));
  const off = updater.setOn(false);
  const looked = updater.check();
  await new Promise((resolve) => setTimeout(resolve, 300)); // the answer is here, and both wait for the disk
  goOn();
  await Promise.all([off, looked]);
  const before = updater.status();
  expect(before).toMatchObject({ on: false, checkedAt: now });
  await updater.close();
  const again = await open();
  expect(again.status()).toMatchObject({ on: false, checkedAt: now });
  await again.close();
});

it('22: what changes to another protocol is no answer: it ends in time, and the next look is answered', async () => {
  server.files.set(indexPath, (_request, response) => {
    response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: none\r\n\r\n');
  });
  const updater = await open();
  expect(await codeOf(updater.check())).toBe('updates.unreachable');
  server.files.set(indexPath, updateFile());
  await updater.check();
  expect(updater.status()).toMatchObject({ work: 'none', offer: { version: '0.2.0' } });
  await updater.close();
});

it('22: ending waits for no server that says nothing, not while it proves who it is either', async () => {
  const mute = createServer();
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const address = mute.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  let connected = false;
  mute.on('connection', () => (connected = true));
  const updater = await open({ source: httpsSource({ origin: `https://127.0.0.1:${port}/keyshift/`, dial }) });
  const begun = performance.now();
  const looking = updater.check();
  await settled(() => connected);
  await updater.close();
  await looking;
  expect(performance.now() - begun).toBeLessThan(3_000);
  mute.close();
});

it('22: a look that was ended before the answer is none: it is looked again in some hours, and not in a day', async () => {
  let came = 0;
  const silent: UpdateSource = {
    ...sourceOf(server),
    small: (_name, _most, signal) =>
      new Promise((_, reject) => {
        came += 1;
        signal.addEventListener('abort', () => reject(new Error('ended')));
      }),
  };
  const updater = await open({ source: silent });
  await updater.setOn(true);
  await clock.advance(11 * 60_000);
  await settled(() => came === 1);
  await updater.pause();
  await clock.advance(6 * 3_600_000);
  expect(came).toBe(2);
  await updater.close();
});

it('22: what is thrown away stays so, whatever is begun meanwhile, and a newer version that is found then is kept', async () => {
  const real = shelfIn(folder);
  let hold: Promise<void> = Promise.resolve();
  let goOn = (): void => undefined;
  const shelf: UpdateShelf = { ...real, clear: async (except) => (await hold, real.clear(except)) };
  const updater = await open({ shelf });
  await updater.check();
  await updater.download();
  hold = new Promise((resolve) => (goOn = resolve));
  const thrown = updater.cancel();
  await new Promise((resolve) => setImmediate(resolve));
  expect(await Promise.all([codeOf(updater.download()), codeOf(updater.check())])).toEqual(['updates.busy', 'updates.busy']);
  expect(updater.status().work).toBe('none');
  goOn();
  await thrown;
  expect(updater.status()).toMatchObject({ work: 'none', offer: { here: 0, ready: false } });
  await updater.download();
  expect(updater.status().offer?.ready).toBe(true);
  await updater.close();
});

it('22: a package that is whole, and whose last word to the disk failed, is not fetched into nothing', async () => {
  const real = shelfIn(folder);
  let failing = true;
  const shelf: UpdateShelf = {
    ...real,
    take: async (...given) => {
      const end = await real.take(...given);
      if (failing) throw new KeyshiftError('disk.failed', 'The folder was not brought to the disk.');
      return end;
    },
  };
  const updater = await open({ shelf });
  await updater.check();
  expect(await codeOf(updater.download())).toBe('disk.failed');
  failing = false;
  expect(await codeOf(updater.download())).toBe('done');
  expect(updater.status().offer).toMatchObject({ here: packageBytes.length, ready: true });
  expect(server.asked.filter(({ path }) => path === packagePath)).toHaveLength(1);
  await updater.close();
});
