import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';

const passphrase = 'correct horse battery staple';
const another = 'a staple of battery horses';

const peers: HeadlessPeer[] = [];
const directories: string[] = [];

afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.kill()));
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

async function peer(directory = mkdtempSync(join(tmpdir(), 'keyshift-'))): Promise<HeadlessPeer> {
  directories.push(directory);
  const started = await HeadlessPeer.start(directory, { listen: '127.0.0.1:0' });
  peers.push(started);
  return started;
}

describe('letting a new device in', () => {
  it('S4-12 S4-26: two processes compare six digits, become two devices of one person, list each other and stay connected', async () => {
    const newDirectory = mkdtempSync(join(tmpdir(), 'keyshift-'));
    const [desk, pocket] = await Promise.all([peer(), peer(newDirectory)]);
    const { peerId } = await desk.call('vault.create', { passphrase, name: 'Ada' });
    const { link } = await desk.call('devices.link');
    expect(link.length).toBeLessThanOrEqual(250);
    await pocket.call('devices.join', { link, passphrase: another, name: 'pocket' });
    for (const each of [desk, pocket]) await each.until('digits', async () => (await each.call('devices.linking')).stage === 'comparing');
    const [here, there] = [await desk.call('devices.linking'), await pocket.call('devices.linking')];
    expect(here).toMatchObject({ side: 'existing', deviceName: 'pocket' });
    expect(there).toMatchObject({ side: 'new', digits: here.digits });
    expect((await pocket.call('vault.status')).state).toBe('absent');
    expect(await desk.call('devices.list')).toHaveLength(1);

    await desk.call('devices.confirm', { same: true });
    expect(await desk.call('devices.list')).toHaveLength(1); // said on one side only
    await pocket.call('devices.confirm', { same: true });
    for (const each of [desk, pocket]) await each.until('done', async () => (await each.call('devices.linking')).stage === 'done');
    for (const each of [desk, pocket]) {
      await each.until('a session', async () => (await each.call('devices.list')).every(({ connected }) => connected));
      expect((await each.call('identity.get')).peerId).toBe(peerId);
    }
    const [ofDesk, ofPocket] = [await desk.call('devices.list'), await pocket.call('devices.list')];
    expect(ofDesk.map(({ name, current, state }) => ({ name, current, state }))).toMatchObject([{ current: true, state: 'active' }, { name: 'pocket', current: false, state: 'active' }]);
    expect(ofPocket.map(({ instanceId }) => instanceId).sort()).toEqual(ofDesk.map(({ instanceId }) => instanceId).sort());
    expect(ofPocket[0]).toMatchObject({ name: 'pocket', current: true, roles: ['exchange'] });
    expect(ofPocket[1]?.roles).toContain('certifier');

    // No key of the identity came along.
    await expect(pocket.call('identity.rotate')).rejects.toMatchObject({ code: 'key.not-here' });

    // It is the new device's own vault, under its own passphrase, and finds the other by itself.
    await pocket.kill();
    const again = await peer(newDirectory);
    await again.call('vault.unlock', { passphrase: another });
    await again.until('a session again', async () => (await again.call('devices.list')).every(({ connected }) => connected));
    for (const text of [...pocket.stderr, ...desk.stderr]) {
      expect(text).not.toContain(passphrase);
      expect(text).not.toContain(peerId);
    }
  }, 60_000);
});
