import { createServer } from 'node:net';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { openWindow, profileOf, type OpenApp } from './support/app';
import { onboard } from './support/people';

const passphrase = 'a passphrase to start and end with';

/** Every process of the app: main, page, network, and what Chromium keeps beside them. */
async function processesOf({ app }: OpenApp): Promise<number[]> {
  const told = await app.evaluate(({ app: electron }) => electron.getAppMetrics().map(({ pid }) => pid));
  const main = app.process().pid ?? 0;
  return [...new Set([main, ...told, ...descendants(main)])];
}

/** Linux tells them all, zygotes among them. */
function descendants(pid: number): number[] {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return [];
  return readdirSync(tasks).flatMap((task) => {
    const file = join(tasks, task, 'children');
    const children = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    return (children === '' ? [] : children.split(' ').map(Number)).flatMap((child) => [child, ...descendants(child)]);
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

for (const [how, open, end] of [
  ['the menu', true, ({ app }: OpenApp) => app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? []).find(({ role }) => role === 'quit')?.click())],
  ['closing the window', false, ({ app }: OpenApp) => app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())],
] as const) {
  test(`ended by ${how}, ${open ? 'with the vault open' : 'before there is a vault'}, every process ends by itself and with 0`, async () => {
    const own = await openWindow(`end-${how.replaceAll(' ', '-')}`, { quickSecrets: true });
    const child = own.app.process();
    const ended = new Promise<number | null>((done) => child.once('exit', done));
    if (open) await onboard(own, 'Ada', passphrase);
    await own.app.evaluate(({ app }) => {
      const { mainModule } = process as unknown as { mainModule: { require(name: string): unknown } };
      const { writeSync } = mainModule.require('node:fs') as { writeSync(to: number, text: string): void };
      // What collects garbage behind a lock.
      Object.assign(mainModule.require('node:v8') as object, { queryObjects: () => writeSync(2, 'collects\n') });
      app.once('quit', () => writeSync(2, 'quits\n'));
    });
    const all = await processesOf(own);
    expect(all.length).toBeGreaterThan(3);
    // The answer may go down with the process that gives it.
    await end(own).catch(() => undefined);
    expect(await ended).toBe(0);
    await expect.poll(() => all.filter(isAlive)).toEqual([]);
    // Locking is followed by work of up to a second, for which nobody has to wait who ends.
    expect(own.output()).toMatch(/quits\n(?![^]*collects)/);
  });
}

for (const [name, words] of [
  ['without a port', '--listen=127.0.0.1'],
  ['with nothing after it', '--listen='],
] as const) {
  test(`--listen ${name}: a screen and a line say so, and nothing listens or is written`, async () => {
    const profile = profileOf(`listen-${name.replaceAll(' ', '-')}`);
    const own = await openWindow('listen', { profile, args: [words] });
    try {
      await expect(own.window.getByRole('heading', { name: 'The address to listen on cannot be read' })).toBeVisible();
      await expect(own.window.getByText('Code for help: listen.malformed')).toBeVisible();
      await expect(own.window.getByText('--listen=127.0.0.1:4800')).toBeVisible();
      if (name === 'without a port') await own.picture('listen-malformed');
      await own.window.getByRole('button', { name: 'Try again' }).press('Enter');
      // Tried again, and told again: on standard error as well, in the words of the headless peer.
      await expect.poll(own.output).toContain('keyshift: --listen takes HOST:PORT, for example 127.0.0.1:4800 or [::1]:4800.\n');
      await expect(own.window.getByRole('heading', { name: 'The address to listen on cannot be read' })).toBeVisible();
      expect(await own.window.evaluate(() => window.keyshift.network.status())).toMatchObject({ ok: false, error: { code: 'listen.malformed' } });
    } finally {
      await own.close();
    }
    // Not even where the window was.
    for (const file of ['vault', 'keyshift.db', 'lock', 'preferences.json']) expect(existsSync(join(profile, file)), file).toBe(false);
  });
}

test('an address that is taken: a screen says so, and it starts once it is free', async () => {
  const other = createServer();
  await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const own = await openWindow('taken', { args: [`--listen=127.0.0.1:${port}`] });
  try {
    await expect(own.window.getByRole('heading', { name: 'The address is taken' })).toBeVisible();
    await own.picture('listen-taken');
    await new Promise((done) => other.close(done));
    await own.window.getByRole('button', { name: 'Try again' }).press('Enter');
    await expect(own.window.getByLabel('Your name')).toBeVisible();
    // What could not be asked before is there now: here the trial runtime's banner, if it is one.
    await expect(own.window.getByText('Trial runtime')).toHaveCount(process.env['ELECTRON_KIND'] === 'trial' ? 1 : 0);
  } finally {
    other.close();
    await own.close();
  }
});
