import { expect, it } from 'vitest';
import { isConnected, personAt, portOf } from '../support/host-person';
import type { Host } from '../support/netns';
import { onHosts, withHosts } from '../support/on-hosts';
import { introduce } from '../support/two-peers';

/** Whether somebody at `from` who says nothing is let in: the listener waits for a first word, or hangs up at once. */
async function letsIn(from: Host, address: string, port: number): Promise<boolean> {
  const program = `const s=require('net').connect(${port},'${address}');const t=setTimeout(()=>{console.log('waits');s.destroy()},5000);s.on('error',()=>{});s.on('close',()=>{clearTimeout(t);console.log('closed')})`;
  return (await from.run(process.execPath, '-e', program)).startsWith('waits');
}

/** Packets that left this host since `count`, whatever they were, those of connections begun elsewhere excepted. */
const counting = {
  begin: (host: Host) => host.filter('add counter inet fault begun; add rule inet fault out oifname != "lo" ct direction original counter name begun'),
  read: async (host: Host) => Number(/packets (\d+)/.exec(await host.run('nft', 'list', 'counter', 'inet', 'fault', 'begun'))?.[1]),
};

onHosts('a proxy that does not answer', () => {
  it('S3-26: not a packet leaves but to it, and nobody comes in at the address that was known before', () =>
    withHosts(async (network, folder) => {
      const lan = await network.lan('lan');
      const [here, there] = await Promise.all([network.host('ann'), network.host('bo')]);
      await here.attach(lan, '10.8.0.1/24');
      await there.attach(lan, '10.8.0.2/24');
      const [ann, bo] = await Promise.all([personAt(here, folder, 'Ann'), personAt(there, folder, 'Bo')]);
      const { ofInviter } = await introduce(ann, bo);
      await bo.peer.until('a session', () => isConnected(bo));
      expect(await letsIn(here, '10.8.0.2', portOf(bo))).toBe(true);

      await bo.peer.call('settings.set', { proxy: 'socks5://127.0.0.1:9050' });
      await ann.peer.until('the end', async () => !(await isConnected(ann)));
      await counting.begin(there);
      const { conversationId } = await bo.peer.call('conversations.open', { contactId: ofInviter });
      await bo.peer.call('messages.send', { conversationId, text: 'waits' });
      await bo.peer.call('network.tryNow', { contactId: ofInviter });
      await bo.peer.until('a try', async () => (await bo.peer.call('network.status')).proxy?.state === 'failed');
      expect(await letsIn(here, '10.8.0.2', portOf(bo))).toBe(false);
      expect(await isConnected(bo)).toBe(false);
      expect(await counting.read(there)).toBe(0);

      await bo.peer.call('settings.set', { proxy: '' });
      await bo.peer.until('a session', () => isConnected(bo));
      // And the counter does count.
      expect(await letsIn(there, '10.8.0.1', portOf(ann))).toBe(true);
      expect(await counting.read(there)).toBeGreaterThan(0);
    }), 120_000);
});
