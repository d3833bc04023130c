import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CallName } from '../../shared/contract/contract';
import { HeadlessPeer } from '../support/headless-peer';
import { introduce, newPerson, passphrase, temporaryFolder, type Person } from '../support/two-peers';

const folder = temporaryFolder();
const peers: HeadlessPeer[] = [];
let ada: Person;
let bo: Person;
let laptop: HeadlessPeer;

beforeAll(async () => {
  [ada, bo] = await Promise.all([newPerson(folder.path, 'Ada'), newPerson(folder.path, 'Bo')]);
  laptop = await HeadlessPeer.start(join(folder.path, 'laptop'), { listen: '127.0.0.1:0' });
  peers.push(ada.peer, bo.peer, laptop);
  const { link } = await ada.peer.call('devices.link');
  await laptop.call('devices.join', { link, passphrase, name: 'laptop' });
  const both = [ada.peer, laptop];
  for (const each of both) await each.until('digits', async () => (await each.call('devices.linking')).stage === 'comparing');
  for (const each of both) await each.call('devices.confirm', { same: true });
  for (const each of both) await each.until('done', async () => (await each.call('devices.linking')).stage === 'done');
}, 60_000);
afterAll(async () => {
  await Promise.all(peers.map((peer) => peer.kill()));
  folder.release();
});

it('S4-32 A65: a device that was suspended or removed refuses every call that would show it to anybody or do something under their eyes, and has done nothing', { timeout: 60_000 }, async () => {
  const { ofInviter } = await introduce(ada, bo);
  const { conversationId: atBo } = await bo.peer.call('conversations.open', { contactId: ofInviter });
  const file = join(folder.path, 'letter.txt');
  writeFileSync(file, 'a letter');
  await bo.peer.call('messages.send', { conversationId: atBo, text: 'hello' });
  await bo.peer.call('files.send', { conversationId: atBo, path: file });
  await laptop.until('both', async () => (await laptop.call('files.list')).length === 1 && (await laptop.call('conversations.list')).length === 1);
  const [conversation] = await laptop.call('conversations.list');
  const conversationId = conversation?.conversationId ?? '';
  const contactId = conversation?.contactId ?? '';
  await laptop.call('messages.send', { conversationId, text: 'from the laptop' });
  await bo.peer.until('it', async () => (await bo.peer.call('messages.list', { conversationId: atBo })).some(({ text }) => text === 'from the laptop'));
  const messages = await laptop.call('messages.list', { conversationId });
  const own = messages.find(({ text }) => text === 'from the laptop')?.messageId ?? '';
  const [transfer] = await laptop.call('files.list');
  // A person nobody here knows, by a card and by an invitation.
  const cy = await newPerson(folder.path, 'Cy');
  peers.push(cy.peer);
  const { text: card } = await cy.peer.call('identity.exportPublic', { format: 'card' });
  const { link } = await cy.peer.call('contacts.createInvitation');
  // And one who asks to be let in.
  const dee = await newPerson(folder.path, 'Dee');
  peers.push(dee.peer);
  await dee.peer.call('contacts.importKey', await ada.peer.call('identity.exportPublic', { format: 'card' }));
  await laptop.until('the request', async () => (await laptop.call('contacts.requests')).length === 1);
  const [request] = await laptop.call('contacts.requests');
  const { instance } = await laptop.call('identity.get');

  const calls: readonly (readonly [CallName, unknown])[] = [
    ['identity.rename', { name: 'Eve' }],
    ['identity.exportPublic', { format: 'card' }],
    ['contacts.createInvitation', undefined],
    ['contacts.acceptInvitation', { link }],
    ['contacts.importKey', { text: card }],
    ['contacts.answerRequest', { requestId: request?.requestId, accept: true }],
    ['conversations.open', { contactId }],
    ['conversations.continue', { conversationId }],
    ['conversations.update', { conversationId, title: 'of nobody' }],
    ['messages.send', { conversationId, text: 'not sent' }],
    ['messages.edit', { messageId: own, text: 'not edited' }],
    ['messages.react', { messageId: own, emoji: '👍' }],
    ['messages.delete', { messageId: own, forBoth: true }],
    ['files.send', { conversationId, path: file }],
    ['files.accept', { transferId: transfer?.transferId }],
    ['files.resume', { transferId: transfer?.transferId }],
    ['keys.shift', { conversationId }],
    ['keys.shiftPair', { conversationId }],
    ['envelopes.save', { contactId, path: join(folder.path, 'envelopes') }],
    ['devices.link', undefined],
    ['mailbox.register', { registration: 'of nobody' }],
    ['discovery.start', undefined],
  ];
  const everything = async (): Promise<unknown> => ({
    identity: { ...(await laptop.call('identity.get')), exchange: undefined },
    contacts: (await laptop.call('contacts.list')).map((contact) => ({ ...contact, reach: undefined, path: undefined })),
    requests: await laptop.call('contacts.requests'),
    conversations: await laptop.call('conversations.list'),
    messages: await laptop.call('messages.list', { conversationId }),
    keys: await laptop.call('keys.status', { conversationId }),
    files: await laptop.call('files.list'),
    nearby: await laptop.call('discovery.status'),
  });
  const refusals = async (): Promise<string[]> => {
    const answers: string[] = [];
    for (const [name, input] of calls) answers.push(`${name}: ${(await laptop.ask(name, input)).error?.data.code ?? 'done'}`);
    return answers;
  };
  const standing = async () => (await laptop.call('devices.list')).find(({ current }) => current)?.state;
  const steps = [['devices.suspend', 'suspended', 'device.suspended'], ['devices.remove', 'retired', 'device.removed']] as const;
  for (const [act, state, code] of steps) {
    await ada.peer.call(act, { instanceId: instance.id });
    await laptop.until(state, async () => (await standing()) === state);
    const before = await everything();
    expect(await refusals()).toEqual(calls.map(([name]) => `${name}: ${code}`));
    expect(await everything()).toEqual(before);
    expect((await bo.peer.call('messages.list', { conversationId: atBo })).map(({ text }) => text).filter((text) => text !== '')).toEqual(expect.arrayContaining(['hello', 'from the laptop']));
    // What is its own stays readable, as what nobody else sees stays free.
    expect(await laptop.call('identity.exportPublic', { format: 'pem' })).toMatchObject({ text: expect.stringContaining('CERTIFICATE') as string });
  }
});
