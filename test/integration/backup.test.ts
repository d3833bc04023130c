import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Contact } from '../../shared/model/contact';
import { HeadlessPeer } from '../support/headless-peer';
import { introduce, newPerson, temporaryFolder, texts, type Person } from '../support/two-peers';

const words = 'seven words that open one backup only';

describe('a profile that comes back from a backup', () => {
  const folder = temporaryFolder();
  const file = join(folder.path, 'ann.keyshift-backup');
  let ann: Person;
  let bo: Person;
  let restored: HeadlessPeer;

  beforeAll(async () => {
    [ann, bo] = await Promise.all([newPerson(folder.path, 'Ann'), newPerson(folder.path, 'Bo')]);
    await Promise.all([ann, bo].map(({ peer }) => peer.call('settings.set', { findOnNetwork: false })));
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ann?.peer.kill(), bo?.peer.kill(), restored?.kill()]);
    folder.release();
  });

  async function contactOf(peer: HeadlessPeer): Promise<Omit<Contact, 'reach'>> {
    const [{ reach: _, ...contact } = { reach: '' }] = await peer.call('contacts.list');
    return contact as Contact;
  }

  it('S5-25 A38 A73: goes on in the middle of a conversation as a new device; the original, still running, is told that it is one no more, and says that another holds the key', async () => {
    const ids = await introduce(ann, bo);
    await ann.peer.call('contacts.setChecked', { contactId: ids.ofInvitee, checked: true });
    await bo.peer.call('contacts.setChecked', { contactId: ids.ofInviter, checked: true });
    const { conversationId: atAnn } = await ann.peer.call('conversations.open', { contactId: ids.ofInvitee });
    await ann.peer.call('messages.send', { conversationId: atAnn, text: 'a1' });
    await bo.peer.until('the conversation', async () => (await bo.peer.call('conversations.list')).length === 1);
    const atBo = (await bo.peer.call('conversations.list'))[0]?.conversationId ?? '';
    await bo.peer.call('messages.send', { conversationId: atBo, text: 'b1' });
    await ann.peer.until('b1', async () => (await texts(ann.peer, atAnn, 'in')).length === 1);
    const original = await ann.peer.call('identity.get');
    const [seenByAnn, seenByBo] = [await contactOf(ann.peer), await contactOf(bo.peer)];

    // In the backup and not delivered; then delivered by the original; then something the backup knows nothing of, both ways.
    await bo.peer.kill();
    await ann.peer.call('messages.send', { conversationId: atAnn, text: 'on its way' });
    const made = await ann.peer.call('backup.create', { path: file, passphrase: words });
    expect(made).toEqual({ path: file, bytes: statSync(file).size });
    await bo.restart();
    await ann.peer.call('messages.send', { conversationId: atAnn, text: 'after it' });
    await bo.peer.call('messages.send', { conversationId: atBo, text: 'b2' });
    await bo.peer.until('the original’s', async () => (await texts(bo.peer, atBo, 'in')).length === 3);
    await ann.peer.until('b2', async () => (await texts(ann.peer, atAnn, 'in')).length === 2);

    // Until Bo, who would say at once that he knows of no newer key, can be asked.
    await bo.peer.kill();
    restored = await HeadlessPeer.start(join(folder.path, 'ann again'), { listen: '127.0.0.1:0' });
    expect(await restored.call('backup.restore', { path: file, passphrase: words })).toEqual({ peerId: original.peerId, madeAt: expect.any(Number) });
    const now = await restored.call('identity.get');
    const { addresses: _, exchange, instance, unconfirmed, rotatesAt, ...same } = original;
    expect(now).toMatchObject(same);
    expect(now.exchange.serial).not.toBe(exchange.serial);
    expect([unconfirmed, typeof rotatesAt, now.rotatesAt]).toEqual([false, 'number', undefined]);
    // Two holders of one identity key do not fork themselves.
    await expect(restored.call('identity.rotate')).rejects.toThrow('key.unconfirmed');
    expect([now.instance.id === instance.id, now.unconfirmed]).toEqual([false, true]);
    expect(await texts(restored, atAnn, 'out')).toEqual(['a1', 'on its way']);
    expect(await contactOf(restored)).toEqual(seenByAnn);
    await bo.restart();

    // What it lost of the other comes again, what both had of its own comes once, and its own goes on.
    await restored.call('messages.send', { conversationId: atAnn, text: 'restored' });
    await bo.peer.until('the restored is heard', async () => (await texts(bo.peer, atBo, 'in')).includes('restored'));
    await restored.until('b2 again', async () => (await texts(restored, atAnn, 'in')).length === 2);
    expect(await texts(restored, atAnn, 'in')).toEqual(['b1', 'b2']);
    expect(await texts(bo.peer, atBo, 'in')).toEqual(['a1', 'on its way', 'after it', 'restored']);

    // The original hears of it from Bo, and becomes a device of its own as well; both are heard, nothing comes twice.
    await ann.peer.until('the original is another device', async () => (await ann.peer.call('identity.get')).instance.id !== instance.id, 60_000);
    expect((await ann.peer.call('identity.get')).instance.id).not.toBe(now.instance.id);
    await ann.peer.until('whoever shows the identity hears that there is something new', async () => ann.peer.events.some(({ type }) => type === 'identity.changed'));
    // Whose doing that was only its person knows: the original says so until it is answered, also after another start.
    expect(await ann.peer.call('identity.get')).toMatchObject({ keyTaken: { instanceId: now.instance.id } });
    await ann.peer.kill();
    await ann.restart();
    expect(await ann.peer.call('identity.get')).toMatchObject({ keyTaken: { instanceId: now.instance.id } });
    await ann.peer.call('identity.confirmTaken');
    expect(await ann.peer.call('identity.get')).not.toHaveProperty('keyTaken');
    await ann.peer.call('messages.send', { conversationId: atAnn, text: 'the original again' });
    await restored.call('messages.send', { conversationId: atAnn, text: 'restored again' });
    await bo.peer.until('both', async () => (await texts(bo.peer, atBo, 'in')).length >= 6, 60_000);
    expect((await texts(bo.peer, atBo, 'in')).slice(4).sort()).toEqual(['restored again', 'the original again']);

    // Bo saw devices change, and nothing else: same person, same key, still checked.
    expect(await contactOf(bo.peer)).toEqual(seenByBo);
    expect((await bo.peer.call('keys.status', { conversationId: atBo })).transcript.equal).toBe(true);
    expect((await restored.call('keys.status', { conversationId: atAnn })).history.filter(({ reason }) => reason === 'devices')).toHaveLength(1);
    expect([bo.peer, restored, ann.peer].flatMap(({ events }) => events.filter(({ type }) => type === 'key.rotated'))).toEqual([]);
    // Both hold the identity key: one of them makes the next by itself, and the other only if that one has not for weeks.
    await restored.until('its key is confirmed', async () => !(await restored.call('identity.get')).unconfirmed);
    const [one = 0, other = 0] = await Promise.all([ann.peer, restored].map(async (peer) => (await peer.call('identity.get')).rotatesAt));
    expect(Math.abs(one - other)).toBe(20 * 86_400_000);
  }, 180_000);

  it('S5-19 S5-25 A38: from before later keys it is not taken by a contact, and by the code of the recovery kit it is, also when its person said before that no other device has the key', async () => {
    const [eve, carl] = await Promise.all([newPerson(folder.path, 'Eve'), newPerson(folder.path, 'Carl')]);
    let again: HeadlessPeer | undefined;
    try {
      await Promise.all([eve, carl].map(({ peer }) => peer.call('settings.set', { findOnNetwork: false })));
      const ids = await introduce(eve, carl);
      const { conversationId } = await eve.peer.call('conversations.open', { contactId: ids.ofInvitee });
      await eve.peer.call('messages.send', { conversationId, text: 'one' });
      await carl.peer.until('the conversation', async () => (await carl.peer.call('conversations.list')).length === 1);
      const atCarl = (await carl.peer.call('conversations.list'))[0]?.conversationId ?? '';
      const [older, kit] = [join(folder.path, 'older.keyshift-backup'), join(folder.path, 'kit.txt')];
      await eve.peer.call('backup.create', { path: older, passphrase: words });
      await eve.peer.call('identity.saveRecoveryKit', { path: kit });
      for (const epoch of [2, 3]) {
        await eve.peer.call('identity.rotate');
        await carl.peer.until('the next key', async () => (await carl.peer.call('contacts.list'))[0]?.keyEpoch === epoch);
      }
      await eve.peer.kill();

      again = await HeadlessPeer.start(join(folder.path, 'eve again'), { listen: '127.0.0.1:0' });
      await again.call('backup.restore', { path: older, passphrase: words });
      await again.call('identity.confirmSole');
      expect((await again.call('identity.get')).epoch).toBe(1);
      await again.call('messages.send', { conversationId, text: 'after it' });
      const [, lines = ''] = readFileSync(kit, 'utf8').split('Recovery code:');
      const code = lines.trim().split('\n').slice(0, 2).join(' ').replace(/\s+/g, ' ');
      const { epoch } = await again.call('identity.recover', { code });
      expect(epoch).toBeGreaterThan(3);
      await carl.peer.until('what was written', async () => (await texts(carl.peer, atCarl, 'in')).includes('after it'), 90_000);
      expect(await texts(carl.peer, atCarl, 'in')).toEqual(['one', 'after it']);
      expect((await carl.peer.call('contacts.list'))[0]?.keyEpoch).toBe(epoch);
    } finally {
      await Promise.all([eve.peer.kill(), carl.peer.kill(), again?.kill()]);
    }
  }, 180_000);
});
