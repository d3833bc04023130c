import { afterAll, beforeAll, expect, it } from 'vitest';
import { introduce, newPerson, temporaryFolder, type Person } from '../support/two-peers';

const folder = temporaryFolder();
let ada: Person;
let bo: Person;

beforeAll(async () => {
  [ada, bo] = await Promise.all([newPerson(folder.path, 'Ada'), newPerson(folder.path, 'Bo')]);
}, 60_000);
afterAll(async () => {
  await Promise.all([ada, bo].map(({ peer }) => peer.kill()));
  folder.release();
});

it('whoever was removed asks again by card once they removed the other side as well, and is taken', { timeout: 60_000 }, async () => {
  const { ofInvitee, ofInviter } = await introduce(ada, bo);
  const { text: card } = await bo.peer.call('identity.exportPublic', { format: 'card' });
  await bo.peer.call('contacts.remove', { contactId: ofInviter });
  await expect(ada.peer.call('contacts.importKey', { text: card })).rejects.toMatchObject({ code: 'key.already-known' });
  expect(await bo.peer.call('contacts.requests')).toEqual([]);

  await ada.peer.call('contacts.remove', { contactId: ofInvitee });
  const { contactId } = await ada.peer.call('contacts.importKey', { text: card });
  await bo.peer.until('a request', async () => (await bo.peer.call('contacts.requests')).length === 1);
  const [request] = await bo.peer.call('contacts.requests');
  await bo.peer.call('contacts.answerRequest', { requestId: request?.requestId ?? '', accept: true });
  await ada.peer.until('accepted', async () => (await ada.peer.call('contacts.list')).some((contact) => contact.contactId === contactId && !contact.pending));
  const { conversationId } = await ada.peer.call('conversations.open', { contactId });
  await ada.peer.call('messages.send', { conversationId, text: 'here again' });
  await bo.peer.until('the words', async () => {
    const [conversation] = await bo.peer.call('conversations.list');
    return conversation !== undefined && (await bo.peer.call('messages.list', { conversationId: conversation.conversationId })).some(({ text }) => text === 'here again');
  });
});
