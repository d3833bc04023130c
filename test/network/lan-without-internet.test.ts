import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';
import type { Host } from '../support/netns';
import { onHosts, withHosts } from '../support/on-hosts';
import { passphrase } from '../support/two-peers';

const start = (host: Host, folder: string, name: string): Promise<HeadlessPeer> => HeadlessPeer.start(join(folder, name), { within: host.within });

/** Every text of the only conversation, in the order it is shown. */
async function texts(peer: HeadlessPeer): Promise<string[]> {
  const [conversation] = await peer.call('conversations.list');
  if (conversation === undefined) return [];
  return (await peer.call('messages.list', { conversationId: conversation.conversationId })).map(({ text }) => text);
}

async function say(peer: HeadlessPeer, text: string): Promise<void> {
  const [conversation] = await peer.call('conversations.list');
  await peer.call('messages.send', { conversationId: conversation?.conversationId ?? '', text });
}

const shows = (peer: HeadlessPeer, expected: readonly string[]): Promise<void> =>
  peer.until(`to show ${expected.join(', ')}`, async () => JSON.stringify(await texts(peer)) === JSON.stringify(expected), 60_000);

onHosts('a LAN without any internet', () => {
  it('S4-01 S4-20 S4-31: two people meet, a second device is linked and gets the history, takes over while the first is off, and all come in step', () =>
    withHosts(async (network, folder) => {
      const lan = await network.lan('lan');
      const hosts = await Promise.all(['desk', 'pocket', 'bo'].map((name) => network.host(name)));
      await Promise.all(hosts.map((host, at) => host.attach(lan, `10.7.0.${at + 1}/24`)));
      const [deskHost, pocketHost, boHost] = hosts;
      if (!deskHost || !pocketHost || !boHost) throw new Error('three hosts were asked for');
      expect(await deskHost.run('ip', 'route', 'show', 'default')).toBe('');
      const [desk, pocket, bo] = await Promise.all([start(deskHost, folder, 'desk'), start(pocketHost, folder, 'pocket'), start(boHost, folder, 'bo')]);

      await Promise.all([desk.call('vault.create', { passphrase, name: 'Ada' }), bo.call('vault.create', { passphrase, name: 'Bo' })]);
      const { link: invitation } = await desk.call('contacts.createInvitation');
      const { contactId } = await bo.call('contacts.acceptInvitation', { link: invitation });
      const { conversationId } = await bo.call('conversations.open', { contactId });
      await bo.call('messages.send', { conversationId, text: 'one' });
      await shows(desk, ['one']);

      const { link } = await desk.call('devices.link');
      await pocket.call('devices.join', { link, passphrase, name: 'pocket' });
      for (const each of [desk, pocket]) await each.until('digits', async () => (await each.call('devices.linking')).stage === 'comparing');
      for (const each of [desk, pocket]) await each.call('devices.confirm', { same: true });
      await pocket.until('the vault', async () => (await pocket.call('vault.status')).state === 'open');
      await shows(pocket, ['one']);
      await bo.until('both devices', async () => new Set((await bo.call('network.status')).sessions.map(({ instanceId }) => instanceId)).size > 0);
      await say(desk, 'two');
      await shows(bo, ['one', 'two']);
      await shows(pocket, ['one', 'two']);

      // The first is off; whatever is said reaches the second by itself, and the other way round.
      await desk.kill();
      await say(bo, 'three');
      await shows(pocket, ['one', 'two', 'three']);
      await say(pocket, 'four');
      await shows(bo, ['one', 'two', 'three', 'four']);
      const again = await start(deskHost, folder, 'desk');
      await again.call('vault.unlock', { passphrase });
      await shows(again, ['one', 'two', 'three', 'four']);
    }), 240_000);
});
