import { expect, test } from '@playwright/test';
import { socksServer, type SocksServer } from '../support/socks-server';
import { openWindow, type OpenApp } from './support/app';
import { meet, onboard, say } from './support/people';

const passphrase = 'correct horse battery staple';

const set = ({ window }: OpenApp, change: Parameters<typeof globalThis.window.keyshift.settings.set>[0]): Promise<unknown> => window.evaluate((given) => globalThis.window.keyshift.settings.set(given), change);

/** Where this window looked for the only contact it has, and what came of it. */
const triesOf = ({ window }: OpenApp): Promise<unknown> =>
  window.evaluate(async () => {
    const { contacts, network } = globalThis.window.keyshift;
    const listed = await contacts.list();
    const reach = await network.reach({ contactId: listed.ok ? (listed.value[0]?.contactId ?? '') : '' });
    return reach.ok ? reach.value.tries : reach.error.code;
  });

const sessionsOf = ({ window }: OpenApp): Promise<number> =>
  window.evaluate(async () => {
    const status = await globalThis.window.keyshift.network.status();
    return status.ok ? status.value.sessions.length : -1;
  });

test('S3-26: a window with a proxy set before it met anybody is dialled by nobody: all it has with the other goes through the proxy, or waits', async () => {
  let proxy: SocksServer | undefined;
  const people: OpenApp[] = [];
  try {
    proxy = await socksServer();
    const [ann, bo] = await Promise.all([openWindow('proxied-ann', { quickSecrets: true }), openWindow('proxied-bo', { quickSecrets: true })]);
    people.push(ann, bo);
    // Before there are keys: a window without a proxy is heard on the local network, and lets in whoever dials it from this machine, as Bo would.
    await Promise.all([set(ann, { proxy: proxy.setting }), set(bo, { findOnNetwork: false })]);
    await Promise.all([onboard(ann, 'Ann', passphrase), onboard(bo, 'Bo', passphrase)]);
    await meet(bo, ann, 'Bo', 'Ann');
    await say(ann, 'through the proxy');
    await expect(bo.window.getByRole('feed', { name: 'Messages' }).getByText('through the proxy')).toBeVisible({ timeout: 30_000 });
    const port = await bo.window.evaluate(async () => {
      const status = await globalThis.window.keyshift.network.status();
      return status.ok ? Number(status.value.listening[0]?.split(':').at(-1)) : 0;
    });
    expect(proxy.requests.map((request) => request.port)).toContain(port);

    // Bo knows no address of hers, so that nothing but the proxy can bring them together again. What is handed to a connection that is about to end
    // counts as sent and not confirmed: he writes once he has noticed.
    await proxy.close();
    await expect.poll(() => sessionsOf(bo), { timeout: 30_000 }).toBe(0);
    await say(bo, 'waits for the proxy');
    await expect(bo.window.getByTestId('delivery-state').getByText('Leaves when you are both online')).toBeVisible({ timeout: 30_000 });
    expect(await triesOf(bo)).toEqual([]);
    await expect(ann.window.getByRole('region', { name: 'Needs attention' }).getByText(/^The proxy .* does not answer\./)).toBeVisible({ timeout: 30_000 });
    await proxy.open();
    await expect(ann.window.getByRole('feed', { name: 'Messages' }).getByText('waits for the proxy')).toBeVisible({ timeout: 60_000 });
    expect([...ann.violations, ...bo.violations]).toEqual([]);
  } finally {
    await Promise.all(people.map((one) => one.close()));
    await proxy?.close();
  }
});
