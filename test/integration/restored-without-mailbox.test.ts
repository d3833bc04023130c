import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';
import { HostedMailbox, onServer } from '../support/nats-server';
import { newWithMailbox } from '../support/peer-with-mailbox';
import { introduce, type Person, temporaryFolder, texts } from '../support/two-peers';

const words = 'seven words that open one backup only';

onServer('a backup whose mailbox is gone meanwhile, on real servers', () => {
  const folder = temporaryFolder();
  const ends: (() => Promise<unknown>)[] = [];

  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
    folder.release();
  });

  const hosted = async (): Promise<HostedMailbox> => {
    const server = await HostedMailbox.start({ tls: true });
    ends.push(() => server.close());
    return server;
  };
  const person = async (name: string, server: HostedMailbox): Promise<Person> => {
    const made = await newWithMailbox(folder.path, name, server, { isAlone: true });
    ends.push(() => made.peer.kill());
    return made;
  };

  it('S5-25 A38 A22: is restored without one and says so; what lay in the old one comes by the next one, once', async () => {
    const [old, bos] = await Promise.all([hosted(), hosted()]);
    const [ann, bo] = await Promise.all([person('ann', old), person('bo', bos)]);
    const { ofInvitee: contactId } = await introduce(ann, bo);
    const { conversationId: atAnn } = await ann.peer.call('conversations.open', { contactId });
    await ann.peer.call('messages.send', { conversationId: atAnn, text: 'before' });
    await bo.peer.until('the conversation', async () => (await bo.peer.call('conversations.list')).length === 1);
    const atBo = (await bo.peer.call('conversations.list'))[0]?.conversationId ?? '';
    const file = join(folder.path, 'ann.keyshift-backup');
    await ann.peer.call('backup.create', { path: file, passphrase: words });
    await ann.peer.kill();
    await bo.peer.call('messages.send', { conversationId: atBo, text: 'left in the mailbox' });
    await bo.peer.until('it is left', async () => (await bo.peer.call('messages.list', { conversationId: atBo, limit: 5 })).some(({ text, state, way }) => text === 'left in the mailbox' && state === 'sent' && way === 'mailbox'), 60_000);
    await old.close();

    const again = await HeadlessPeer.start(join(folder.path, 'restored'), { listen: '127.0.0.1:0' });
    ends.push(() => again.kill());
    await again.call('backup.restore', { path: file, passphrase: words });
    const status = await again.call('mailbox.status');
    expect(status.state).toBe('off');
    // The device that the backup was of is to be taken off its mailbox, wherever that is now.
    expect(status.toRevoke).toHaveLength(1);
    expect(await texts(again, atAnn, 'out')).toEqual(['before']);
    const next = await hosted();
    await again.call('mailbox.register', { registration: await next.register(status.deviceKey) });
    await again.until('it takes mail', async () => (await again.call('mailbox.status')).state === 'connected');
    await again.call('messages.send', { conversationId: atAnn, text: 'I am back' });
    await bo.peer.until('I am back', async () => (await texts(bo.peer, atBo, 'in')).includes('I am back'), 90_000);
    await again.until('left in the mailbox', async () => (await texts(again, atAnn, 'in')).includes('left in the mailbox'), 90_000);
    expect(await texts(again, atAnn, 'in')).toEqual(['left in the mailbox']);
    expect(await texts(bo.peer, atBo, 'in')).toEqual(['before', 'I am back']);
  }, 240_000);
});
