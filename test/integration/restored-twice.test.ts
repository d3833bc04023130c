import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';
import { introduce, newPerson, temporaryFolder, texts, type Person } from '../support/two-peers';

const words = 'seven words that open one backup only';

describe('one backup that is restored twice', () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'ann.keyshift-backup');
  let ann: Person;
  let bo: Person;
  let copies: HeadlessPeer[] = [];
  let atAnn: string;
  let atBo: string;

  beforeAll(async () => {
    [ann, bo] = await Promise.all([newPerson(folder.path, 'Ann'), newPerson(folder.path, 'Bo')]);
    await Promise.all([ann, bo].map(({ peer }) => peer.call('settings.set', { findOnNetwork: false })));
    const ids = await introduce(ann, bo);
    atAnn = (await ann.peer.call('conversations.open', { contactId: ids.ofInvitee })).conversationId;
    await ann.peer.call('messages.send', { conversationId: atAnn, text: 'a1' });
    await bo.peer.until('the conversation', async () => (await bo.peer.call('conversations.list')).length === 1);
    atBo = (await bo.peer.call('conversations.list'))[0]?.conversationId ?? '';
    await bo.peer.call('messages.send', { conversationId: atBo, text: 'b1' });
    await ann.peer.until('b1', async () => (await texts(ann.peer, atAnn, 'in')).length === 1);
    await ann.peer.call('backup.create', { path: file, passphrase: words });
    await ann.peer.kill();
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ann, bo].map((one) => one?.peer.kill()));
    await Promise.all(copies.map((peer) => peer.kill()));
    folder.release();
  });

  it('S5-25 A38: both become devices of their own, each is heard and hears, nothing comes twice, and the contact sees one person with the same key', async () => {
    const seen = (await bo.peer.call('contacts.list')).map(({ peerId, name, keyEpoch, checked }) => ({ peerId, name, keyEpoch, checked }));
    copies = await Promise.all(['one', 'two'].map((name) => HeadlessPeer.start(join(folder.path, name), { listen: '127.0.0.1:0' })));
    await Promise.all(copies.map((peer) => peer.call('backup.restore', { path: file, passphrase: words })));
    const [one, two] = copies as [HeadlessPeer, HeadlessPeer];
    const first = await Promise.all(copies.map(async (peer) => (await peer.call('identity.get')).instance.id));
    expect(new Set(first).size).toBe(2);
    await one.call('messages.send', { conversationId: atAnn, text: 'of one' });
    await two.call('messages.send', { conversationId: atAnn, text: 'of two' });
    await bo.peer.until('both', async () => (await texts(bo.peer, atBo, 'in')).length >= 3, 120_000);
    await bo.peer.call('messages.send', { conversationId: atBo, text: 'b2' });
    for (const peer of copies) await peer.until('b2', async () => (await texts(peer, atAnn, 'in')).includes('b2'), 120_000);
    for (const [at, peer] of copies.entries()) await peer.call('messages.send', { conversationId: atAnn, text: `later of ${at}` });
    await bo.peer.until('both later', async () => (await texts(bo.peer, atBo, 'in')).length >= 5, 120_000);
    expect((await texts(bo.peer, atBo, 'in')).toSorted()).toEqual(['a1', 'later of 0', 'later of 1', 'of one', 'of two']);
    for (const peer of copies) expect(await texts(peer, atAnn, 'in')).toEqual(['b1', 'b2']);
    expect((await bo.peer.call('contacts.list')).map(({ peerId, name, keyEpoch, checked }) => ({ peerId, name, keyEpoch, checked }))).toEqual(seen);
    expect((await bo.peer.call('keys.status', { conversationId: atBo })).transcript.equal).toBe(true);
    expect((await bo.peer.call('contacts.keyTrouble', { contactId: (await bo.peer.call('contacts.list'))[0]?.contactId ?? '' })).kind).toBe('none');
    // One of the two makes the next identity key by itself, the other one weeks later, and each sees the other among the person's devices.
    for (const peer of copies) await peer.until('its key is confirmed', async () => !(await peer.call('identity.get')).unconfirmed);
    const own = await Promise.all(copies.map((peer) => peer.call('identity.get')));
    const [atOne = 0, atTwo = 0] = own.map(({ rotatesAt }) => rotatesAt);
    expect(Math.abs(atOne - atTwo)).toBe(20 * 86_400_000);
    const ids = own.map(({ instance }) => instance.id).toSorted();
    for (const peer of copies) {
      const active = (await peer.call('devices.list')).filter(({ state }) => state === 'active');
      expect(active.map(({ instanceId }) => instanceId).toSorted()).toEqual(ids);
      expect(active.filter(({ roles }) => roles.includes('certifier'))).toHaveLength(1);
    }
  }, 300_000);
});
