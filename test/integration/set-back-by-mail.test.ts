import { cpSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HostedMailbox, onServer } from '../support/nats-server';
import { newWithMailbox } from '../support/peer-with-mailbox';
import { introduce, type Person, temporaryFolder, texts } from '../support/two-peers';

onServer('a profile that was set back, and has nothing but its mailbox on a real server', () => {
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

  const withMailbox = (name: string): Promise<Person> => newWithMailbox(folder.path, name, server, { isAlone: true });

  it('A38 A11 S1-04: takes a message under an exchange key of the lost time with nobody there: it becomes another device, ends nothing, and has the message once', async () => {
    const [a, b] = [(ann = await withMailbox('ann')), (bo = await withMailbox('bo'))];
    const { ofInvitee: contactId } = await introduce(a, b);
    const { conversationId: atAnn } = await a.peer.call('conversations.open', { contactId });
    await a.peer.call('messages.send', { conversationId: atAnn, text: 'before' });
    await b.peer.until('the conversation', async () => (await b.peer.call('conversations.list')).length === 1);
    const atBo = (await b.peer.call('conversations.list'))[0]?.conversationId ?? '';
    const hears = (person: Person, conversationId: string, text: string) => person.peer.until(text, async () => (await texts(person.peer, conversationId, 'in')).includes(text), 90_000);
    await b.peer.call('messages.send', { conversationId: atBo, text: 'an answer' });
    await hears(a, atAnn, 'an answer');
    const { id } = (await a.peer.call('identity.get')).instance;

    // As a snapshot of a file system is: everything at one moment, while the program runs.
    const snapshot = `${a.profile}, an hour ago`;
    process.kill(a.peer.pid, 'SIGSTOP');
    cpSync(a.profile, snapshot, { recursive: true });
    process.kill(a.peer.pid, 'SIGCONT');

    await a.peer.call('keys.shiftPair', { conversationId: atAnn });
    await a.peer.call('messages.send', { conversationId: atAnn, text: 'lost' });
    await hears(b, atBo, 'lost');
    await a.peer.until('it is acknowledged', async () => (await a.peer.call('messages.list', { conversationId: atAnn })).every(({ direction, state }) => direction === 'in' || state === 'delivered'));
    await a.peer.kill();
    await b.peer.call('messages.send', { conversationId: atBo, text: 'left in the mailbox' });
    await b.peer.until('it lies there', async () => (await b.peer.call('messages.list', { conversationId: atBo })).some(({ text, way }) => text === 'left in the mailbox' && way === 'mailbox'), 60_000);
    await b.peer.kill();

    rmSync(a.profile, { recursive: true });
    cpSync(snapshot, a.profile, { recursive: true });
    await a.restart();
    await a.peer.until('another device', async () => (await a.peer.call('identity.get')).instance.id !== id, 60_000);
    expect((await a.peer.call('network.status')).sessions).toEqual([]);
    expect(await a.peer.call('conversations.list')).toMatchObject([{ state: 'open' }]);
    await a.peer.call('messages.send', { conversationId: atAnn, text: 'again' });

    await b.restart();
    await hears(b, atBo, 'again');
    await hears(a, atAnn, 'left in the mailbox');
    await b.peer.call('messages.send', { conversationId: atBo, text: 'and on' });
    await hears(a, atAnn, 'and on');
    expect(await texts(a.peer, atAnn, 'in')).toEqual(['an answer', 'left in the mailbox', 'and on']);
    expect((await texts(b.peer, atBo, 'in')).toSorted()).toEqual(['again', 'before', 'lost']);
    for (const { peer } of [a, b]) expect(await peer.call('conversations.list')).toMatchObject([{ state: 'open' }]);
  }, 240_000);
});
