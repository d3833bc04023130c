import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HeadlessPeer } from '../support/headless-peer';
import { HostedMailbox, onServer } from '../support/nats-server';
import { newWithMailbox } from '../support/peer-with-mailbox';
import { type Person, temporaryFolder, texts } from '../support/two-peers';

onServer('two headless peers that are never there at the same time, with a mailbox on a real server', () => {
  const folder = temporaryFolder();
  let server: HostedMailbox;
  let ann: Person | undefined;
  let bo: Person | undefined;

  beforeAll(async () => {
    server = await HostedMailbox.start({ tls: true });
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ann?.peer.kill(), bo?.peer.kill()]);
    await server.close();
    folder.release();
  });

  const withMailbox = (name: string): Promise<Person> => newWithMailbox(folder.path, name, server);

  const own = async (peer: HeadlessPeer, conversationId: string): Promise<string[]> =>
    (await peer.call('messages.list', { conversationId })).filter(({ direction }) => direction === 'out').map(({ state, way, waitingFor }) => [state, way, waitingFor].join(' '));

  it('S1-01: meet by a card alone, and talk, each alone with the mailbox', async () => {
    bo = await withMailbox('Bo');
    const { text } = await bo.peer.call('identity.exportPublic', { format: 'card' });
    await bo.peer.end();

    ann = await withMailbox('Ann');
    const { contactId } = await ann.peer.call('contacts.importKey', { text });
    const { conversationId } = await ann.peer.call('conversations.open', { contactId });
    for (const said of ['hello', 'it is me']) await ann.peer.call('messages.send', { conversationId, text: said });
    await ann.peer.until('it lies there', async () => (await own(ann!.peer, conversationId)).every((each) => each === 'sent mailbox acceptance'));
    expect((await ann.peer.call('contacts.list'))[0]?.reach).toBe('mailbox');
    await ann.peer.end();

    await bo.restart();
    await bo.peer.until('Bo is asked', async () => (await bo!.peer.call('contacts.requests')).length === 1);
    const [request] = await bo.peer.call('contacts.requests');
    await bo.peer.call('contacts.answerRequest', { requestId: request?.requestId ?? '', accept: true });
    await bo.peer.until('what came with it shows', async () => (await bo!.peer.call('conversations.list'))[0]?.unread === 2);
    const atBo = (await bo.peer.call('conversations.list'))[0]?.conversationId ?? '';
    expect(await texts(bo.peer, atBo, 'in')).toEqual(['hello', 'it is me']);
    await bo.peer.call('messages.send', { conversationId: atBo, text: 'welcome' });
    await bo.peer.until('it lies there', async () => (await own(bo!.peer, atBo)).every((each) => each === 'sent mailbox pickup'));
    expect((await bo.peer.call('network.status')).mailbox).toMatchObject({ state: 'connected' });
    await bo.peer.end();

    await ann.restart();
    await ann.peer.until('Ann knows, and has the answer', async () => (await texts(ann!.peer, conversationId, 'in')).length === 1 && (await own(ann!.peer, conversationId)).every((each) => each.startsWith('delivered')));
    expect(await texts(ann.peer, conversationId, 'in')).toEqual(['welcome']);
    expect((await ann.peer.call('network.status')).sessions).toEqual([]);
    for (const { peer } of [ann, bo]) expect(peer.stderr.join('\n')).not.toMatch(/eyJ[A-Za-z0-9_-]{40}/); // no token of an operator
  }, 120_000);

  it('S1-01: accept an invitation and are answered, each alone with the mailbox', async () => {
    const [dee, eli] = [await withMailbox('Dee'), await withMailbox('Eli')];
    try {
      const path = join(folder.path, 'for-eli.keyshift-invite');
      const { longLink = '' } = await dee.peer.call('contacts.createInvitation', { mailbox: true });
      expect(await dee.peer.call('contacts.saveInvitation', { link: longLink, path })).toEqual({ path });
      await dee.peer.end();

      const { contactId } = await eli.peer.call('contacts.openInvitation', { path });
      const { conversationId } = await eli.peer.call('conversations.open', { contactId });
      await eli.peer.call('messages.send', { conversationId, text: 'thank you' });
      await eli.peer.until('it lies there', async () => (await own(eli.peer, conversationId)).every((each) => each.startsWith('sent mailbox')));
      await eli.peer.end();

      await dee.restart();
      await dee.peer.until('Dee has it', async () => (await dee.peer.call('conversations.list'))[0]?.unread === 1);
      expect((await dee.peer.call('contacts.list')).map(({ name, pending }) => [name, pending])).toEqual([['Eli', false]]);
      const atDee = (await dee.peer.call('conversations.list'))[0]?.conversationId ?? '';
      await dee.peer.call('messages.send', { conversationId: atDee, text: 'welcome' });
      // Card and acknowledgement are left before it.
      await dee.peer.until('it lies there', async () => (await own(dee.peer, atDee)).every((each) => each === 'sent mailbox pickup'));
      await dee.peer.end();

      await eli.restart();
      await eli.peer.until('Eli knows', async () => (await eli.peer.call('contacts.list'))[0]?.pending === false && (await own(eli.peer, conversationId)).every((each) => each.startsWith('delivered')));
    } finally {
      await Promise.all([dee, eli].map(({ peer }) => peer.kill()));
    }
  }, 120_000);
});
