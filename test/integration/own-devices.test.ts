import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';

const passphrase = 'correct horse battery staple';

const peers: HeadlessPeer[] = [];
const directories: string[] = [];

afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.kill()));
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

async function peer(directory = mkdtempSync(join(tmpdir(), 'keyshift-'))): Promise<HeadlessPeer> {
  if (!directories.includes(directory)) directories.push(directory);
  const started = await HeadlessPeer.start(directory, { listen: '127.0.0.1:0' });
  peers.push(started);
  return started;
}

describe('two devices of one person, as processes', () => {
  it('S4-26 S4-30 S4-32: the identity key moves, the next one is made where it is now, and the device it came from is suspended and removed; the contact goes along', async () => {
    const deskDirectory = mkdtempSync(join(tmpdir(), 'keyshift-'));
    const [first, pocket, bo] = await Promise.all([peer(deskDirectory), peer(), peer()]);
    let desk = first;
    await Promise.all([desk.call('vault.create', { passphrase, name: 'Ada' }), bo.call('vault.create', { passphrase, name: 'Bo' })]);
    const { link: invitation } = await desk.call('contacts.createInvitation');
    await bo.call('contacts.acceptInvitation', { link: invitation });
    const { link } = await desk.call('devices.link');
    await pocket.call('devices.join', { link, passphrase, name: 'pocket' });
    for (const each of [desk, pocket]) await each.until('digits', async () => (await each.call('devices.linking')).stage === 'comparing');
    for (const each of [desk, pocket]) await each.call('devices.confirm', { same: true });
    for (const each of [desk, pocket]) await each.until('both connected', async () => (await each.call('devices.linking')).stage === 'done' && (await each.call('devices.list')).every(({ connected }) => connected));
    const idOf = async (of: HeadlessPeer) => (await of.call('identity.get')).instance.id;
    const [ofDesk, ofPocket] = [await idOf(desk), await idOf(pocket)];

    await desk.call('devices.moveCertifier', { instanceId: ofPocket });
    // Killed at once: whatever had not arrived does so when it is back.
    await desk.kill();
    desk = await peer(deskDirectory);
    await desk.call('vault.unlock', { passphrase });
    await pocket.until('the identity key', async () => {
      try {
        return (await pocket.call('identity.rotate')).epoch === 2;
      } catch {
        return false;
      }
    });
    await desk.until('the new key at the desk', async () => (await desk.call('identity.get')).epoch === 2);
    await expect(desk.call('identity.rotate')).rejects.toMatchObject({ code: 'key.not-here' });
    const [contact] = await bo.call('contacts.list');
    await bo.until('the new key at the contact', async () => (await bo.call('contacts.list'))[0]?.keyEpoch === 2);

    await pocket.call('devices.suspend', { instanceId: ofDesk });
    const stateOf = async (of: HeadlessPeer) => (await of.call('devices.list')).find(({ instanceId }) => instanceId === ofDesk)?.state;
    await desk.until('it knows', async () => (await stateOf(desk)) === 'suspended');
    await expect(desk.call('contacts.createInvitation')).rejects.toMatchObject({ code: 'device.suspended' });
    await pocket.call('devices.reinstate', { instanceId: ofDesk });
    await desk.until('it counts again', async () => (await stateOf(desk)) === 'active');
    await pocket.call('devices.remove', { instanceId: ofDesk });
    await desk.until('it knows', async () => (await stateOf(desk)) === 'retired');
    await expect(desk.call('contacts.createInvitation')).rejects.toMatchObject({ code: 'device.removed' });
    await expect(desk.call('devices.suspend', { instanceId: ofPocket })).rejects.toMatchObject({ code: 'device.removed' });

    const { conversationId } = await bo.call('conversations.open', { contactId: contact?.contactId ?? '' });
    await bo.call('messages.send', { conversationId, text: 'for the pocket alone' });
    const textsAt = async (at: HeadlessPeer) => {
      const all = await at.call('conversations.list');
      return (await Promise.all(all.map((each) => at.call('messages.list', { conversationId: each.conversationId })))).flat().map(({ text }) => text);
    };
    await pocket.until('the message', async () => (await textsAt(pocket)).includes('for the pocket alone'));
    expect(await textsAt(desk)).not.toContain('for the pocket alone');
  }, 90_000);
});
