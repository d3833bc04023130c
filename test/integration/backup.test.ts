import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';
import { introduce, newPerson, temporaryFolder, texts, type Person } from '../support/two-peers';

const words = 'seven words that open one backup only';

describe('a profile that comes back from a backup', () => {
  const folder = temporaryFolder();
  let ann: Person;
  let bo: Person;
  let restored: HeadlessPeer | undefined;

  beforeEach(async () => {
    [ann, bo] = await Promise.all([newPerson(folder.path, 'Ann'), newPerson(folder.path, 'Bo')]);
    await Promise.all([ann, bo].map(({ peer }) => peer.call('settings.set', { findOnNetwork: false })));
  }, 60_000);

  afterEach(async () => {
    await Promise.all([ann?.peer.kill(), bo?.peer.kill(), restored?.kill()]);
    folder.release();
  });

  it('S5-25 A38: goes on where it was, as a new device; the original, still running, is told that it is one no more', async () => {
    const contact = await introduce(ann, bo);
    const { conversationId: atAnn } = await ann.peer.call('conversations.open', { contactId: contact.ofInvitee });
    await ann.peer.call('messages.send', { conversationId: atAnn, text: 'a1' });
    await bo.peer.until('the conversation', async () => (await bo.peer.call('conversations.list')).length === 1);
    const atBo = (await bo.peer.call('conversations.list'))[0]?.conversationId ?? '';
    await bo.peer.call('messages.send', { conversationId: atBo, text: 'b1' });
    await ann.peer.until('b1', async () => (await texts(ann.peer, atAnn, 'in')).length === 1);
    const old = await ann.peer.call('identity.get');
    const file = join(folder.path, 'ann.keyshift-backup');

    // One message that is in the backup and was not delivered yet.
    await bo.peer.kill();
    await ann.peer.call('messages.send', { conversationId: atAnn, text: 'on its way' });
    const made = await ann.peer.call('backup.create', { path: file, passphrase: words });
    expect(made).toEqual({ path: file, bytes: statSync(file).size });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await bo.restart();
    await bo.peer.until('the original delivers', async () => (await texts(bo.peer, atBo, 'in')).length === 2);

    restored = await HeadlessPeer.start(join(folder.path, 'ann again'), { listen: '127.0.0.1:0' });
    const t0 = Date.now();
    expect(await restored.call('backup.restore', { path: file, passphrase: words })).toEqual({ peerId: old.peerId });
    console.log('restore', Date.now() - t0, readdirSync(join(folder.path, 'ann again')));
    const now = await restored.call('identity.get');
    expect(now.instance.id).not.toBe(old.instance.id);
    expect(now.unconfirmed).toBe(true);
    expect(await texts(restored, atAnn, 'out')).toEqual(['a1', 'on its way']);
    await restored.call('messages.send', { conversationId: atAnn, text: 'from the restored' });
    await bo.peer.until('the restored is heard', async () => (await texts(bo.peer, atBo, 'in')).includes('from the restored'));
    expect(await texts(bo.peer, atBo, 'in')).toEqual(['a1', 'on its way', 'from the restored']);
    await ann.peer.until('the original is another device', async () => (await ann.peer.call('identity.get')).instance.id !== old.instance.id, 90_000);
    console.log('orig', Date.now() - t0);
    expect(existsSync(file)).toBe(true);
    rmSync(file);
  }, 120_000);
});
