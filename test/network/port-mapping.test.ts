import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { someOf } from '../support/exhaustive';
import { isConnected, personAt, portOf, Talk } from '../support/host-person';
import { PortRouter, whyNoRouters } from '../support/miniupnpd';
import type { Network } from '../support/netns';
import { onHosts, withHosts } from '../support/on-hosts';
import { passphrase, type Person } from '../support/two-peers';

const outside = '45.0.0.1';
const unhurriedEnd = resolve('test/support/unhurried-end.cjs');

/** Ann at home behind a router, Bo in the open. The addresses outside are public ones; nothing of it leaves the hosts made here. */
async function street(network: Network, folder: string, way: 'nat-pmp' | 'upnp'): Promise<{ ann: Person; bo: Person; router: PortRouter }> {
  const [street, home] = await Promise.all([network.lan('out'), network.lan('home')]);
  const [behind, open] = await Promise.all([network.host('ann'), network.host('bo')]);
  const box = await network.router('router', { lan: street, address: `${outside}/24` }, { lan: home, address: '192.168.1.1/24' });
  await open.attach(street, '45.0.0.7/24');
  await behind.attach(home, '192.168.1.20/24');
  await behind.defaultRoute('192.168.1.1');
  const router = await PortRouter.start(box, folder, way);
  // The router's program is one process more on this machine: at Ann's end it may take longer than the two seconds that network-settings.test.ts holds it to.
  const [ann, bo] = await Promise.all([personAt(behind, folder, 'Ann', { nodeOptions: ['--require', unhurriedEnd] }), personAt(open, folder, 'Bo')]);
  return { ann, bo, router };
}

const mapping = async ({ peer }: Person) => (await peer.call('network.status')).portMapping;

onHosts(whyNoRouters === undefined ? 'a router that passes ports on' : `a router that passes ports on [NOT PROVEN: ${whyNoRouters}]`, () => {
  it.skipIf(whyNoRouters !== undefined).each(someOf(['nat-pmp', 'upnp'] as const, 1))('S3-26: by %s, the other way for other commits, and both by npm run exhaustive: asked only when switched on, somebody outside comes in, and it is taken back', (way) =>
    withHosts(async (network, folder) => {
      const { ann, bo, router } = await street(network, folder, way);
      expect(await mapping(ann)).toEqual({ state: 'off' });
      expect(await router.ports()).toEqual([]);

      await ann.peer.call('settings.set', { portMapping: true });
      await ann.peer.until('a mapping', async () => (await mapping(ann))?.state !== 'searching');
      const mapped = await mapping(ann);
      expect(mapped).toEqual({ state: 'mapped', method: way, address: `${outside}:${portOf(ann)}` });
      expect(await router.ports()).toEqual([portOf(ann)]);
      expect((await ann.peer.call('identity.get')).addresses).toContain(`${outside}:${portOf(ann)}`);

      // Nobody tells Bo anything but this link.
      const talk = await Talk.begin(ann, bo);
      await Promise.all([talk.say(ann, 3), talk.say(bo, 3)]);
      await talk.settle();

      await ann.peer.call('vault.lock');
      await ann.peer.until('the end of the mapping', async () => (await router.ports()).length === 0);
      expect(await mapping(ann)).toEqual({ state: 'off' });

      await ann.peer.call('vault.unlock', { passphrase });
      await ann.peer.until('a mapping', async () => (await mapping(ann))?.state === 'mapped');
      expect(await router.ports()).toEqual([portOf(ann)]);
      // A proxy is there so that nobody learns where this machine is: nothing is asked for, nothing is told.
      await ann.peer.call('settings.set', { proxy: 'socks5://127.0.0.1:9' });
      await ann.peer.until('the end of the mapping', async () => (await router.ports()).length === 0);
      expect(await mapping(ann)).toEqual({ state: 'off' });
      expect((await ann.peer.call('identity.get')).addresses).toEqual([]);
      await ann.peer.call('settings.set', { proxy: '' });
      await ann.peer.until('a mapping', async () => (await mapping(ann))?.state === 'mapped');
      await bo.peer.until('a session', () => isConnected(bo));
      expect(await ann.peer.end()).toBe(0);
      expect(await router.ports()).toEqual([]);
      await router.stop();
    }), 120_000);
});
