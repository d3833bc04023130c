import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';
import { passphrase, temporaryFolder, texts } from '../support/two-peers';

const words = 'seven words that open one backup only';
const dayMs = 86_400_000;

describe('a backup that is restored long after it was made', () => {
  const folder = temporaryFolder();
  const clock = join(folder.path, 'clock');
  const peers = new Set<HeadlessPeer>();

  /** On the port it had before, if it is not new. */
  async function start(name: string, isNew = true): Promise<HeadlessPeer> {
    process.env['KEYSHIFT_TEST_CLOCK'] = clock;
    const peer = await HeadlessPeer.start(join(folder.path, name), { ...(isNew && { listen: '127.0.0.1:0' }), nodeOptions: ['--require', join(__dirname, '../support/skewed-clock.cjs')] });
    peers.add(peer);
    return peer;
  }

  afterAll(async () => {
    delete process.env['KEYSHIFT_TEST_CLOCK'];
    await Promise.all([...peers].map((peer) => peer.kill()));
    folder.release();
  });

  it('S5-25 A38: a year later, with every credential past its end and three new identity keys of the contact, both find each other by themselves, and nothing is missing', async () => {
    writeFileSync(clock, '0');
    const [ann, bo] = await Promise.all([start('ann'), start('bo')]);
    for (const [peer, name] of [[ann, 'Ann'], [bo, 'Bo']] as const) {
      await peer.call('vault.create', { passphrase, name });
      await peer.call('settings.set', { findOnNetwork: false });
    }
    const { link } = await ann.call('contacts.createInvitation', {});
    await bo.call('contacts.acceptInvitation', { link });
    await bo.until('they know each other', async () => (await bo.call('contacts.list'))[0]?.pending === false);
    const atAnn = (await ann.call('conversations.open', { contactId: (await ann.call('contacts.list'))[0]?.contactId ?? '' })).conversationId;
    await ann.call('messages.send', { conversationId: atAnn, text: 'a1' });
    await bo.until('the conversation', async () => (await bo.call('conversations.list')).length === 1);
    const atBo = (await bo.call('conversations.list'))[0]?.conversationId ?? '';
    await bo.call('messages.send', { conversationId: atBo, text: 'b1' });
    await ann.until('b1', async () => (await texts(ann, atAnn, 'in')).length === 1);
    const file = join(folder.path, 'ann.keyshift-backup');
    await ann.call('backup.create', { path: file, passphrase: words });
    await ann.kill();
    // While nobody is there to take it.
    await bo.call('messages.send', { conversationId: atBo, text: 'b2' });
    await bo.end();

    // Bo is there now and then, as somebody is who uses it: every credential of his is renewed, and so is his identity key.
    for (const days of [95, 190, 285]) {
      writeFileSync(clock, `${days * dayMs}`);
      const meanwhile = await start('bo', false);
      await meanwhile.call('vault.unlock', { passphrase });
      await meanwhile.call('identity.rotate');
      await meanwhile.end();
    }
    writeFileSync(clock, `${366 * dayMs}`);
    const later = await start('bo', false);
    await later.call('vault.unlock', { passphrase });
    const again = await start('ann again');
    await again.call('backup.restore', { path: file, passphrase: words });
    await again.call('messages.send', { conversationId: atAnn, text: 'a year later' });

    await later.until('what she writes', async () => (await texts(later, atBo, 'in')).includes('a year later'), 90_000);
    await again.until('what waited for a year', async () => (await texts(again, atAnn, 'in')).includes('b2'), 90_000);
    await later.call('messages.send', { conversationId: atBo, text: 'b3' });
    await again.until('what he writes now', async () => (await texts(again, atAnn, 'in')).includes('b3'), 90_000);
    expect([await texts(again, atAnn, 'in'), await texts(later, atBo, 'in')]).toEqual([['b1', 'b2', 'b3'], ['a1', 'a year later']]);
    // Hers is long due: it follows once a contact has confirmed that there is no later one.
    for (const [peer, keyEpoch] of [[again, 4], [later, 2]] as const) {
      await peer.until('the key of today', async () => (await peer.call('contacts.list'))[0]?.keyEpoch === keyEpoch, 90_000);
      const [contact] = await peer.call('contacts.list');
      expect((await peer.call('contacts.keyTrouble', { contactId: contact?.contactId ?? '' })).kind).toBe('none');
    }
    await later.until('equal histories', async () => (await later.call('keys.status', { conversationId: atBo })).transcript.equal);
  }, 300_000);
});
