import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readRegistration } from '../../electron/network/mailbox/registration-text';
import { status } from '../../scripts/mailbox/commands.mjs';
import { HeadlessPeer } from '../support/headless-peer';
import { HostedMailbox, onServer } from '../support/nats-server';
import { introduce, newPerson, passphrase, temporaryFolder, texts } from '../support/two-peers';

const root = join(__dirname, '../..');

onServer('one of three devices is removed, with a mailbox on a real server', () => {
  const folder = temporaryFolder();
  const peers: HeadlessPeer[] = [];
  let server: HostedMailbox;
  beforeAll(async () => {
    server = await HostedMailbox.start();
  }, 60_000);
  afterAll(async () => {
    await Promise.all(peers.map((peer) => peer.kill()));
    await server.close();
    folder.release();
  });

  async function start(name: string, listen?: string): Promise<HeadlessPeer> {
    const peer = await HeadlessPeer.start(join(folder.path, name), listen === undefined ? {} : { listen });
    peers.push(peer);
    return peer;
  }
  async function back(name: string): Promise<HeadlessPeer> {
    const peer = await start(name);
    await peer.call('vault.unlock', { passphrase });
    return peer;
  }
  async function letIn(first: HeadlessPeer, name: string): Promise<HeadlessPeer> {
    const peer = await start(name, '127.0.0.1:0');
    const { link } = await first.call('devices.link');
    await peer.call('devices.join', { link, passphrase, name });
    const both = [first, peer];
    for (const each of both) await each.until('digits', async () => (await each.call('devices.linking')).stage === 'comparing');
    for (const each of both) await each.call('devices.confirm', { same: true });
    for (const each of both) await each.until('done', async () => (await each.call('devices.linking')).stage === 'done');
    return peer;
  }
  const reaches = (peer: HeadlessPeer, state: 'connected' | 'refused') => peer.until(state, async () => (await peer.call('mailbox.status')).state === state);
  async function register(peer: HeadlessPeer, address?: string): Promise<string> {
    const registration = await server.register((await peer.call('mailbox.status')).deviceKey, address === undefined ? {} : { address });
    await peer.call('mailbox.register', { registration });
    await reaches(peer, 'connected');
    return readRegistration(registration).address;
  }
  const taskAt = async (peer: HeadlessPeer) => (await peer.call('mailbox.status')).toRevoke;
  const end = (...which: HeadlessPeer[]) => Promise.all(which.map((peer) => peer.end()));

  it('S4-32 S4-35 A65: the others show what to type, typing it is noticed, what lies there is not lost, and its profile as it was opens nothing more and is let in nowhere', async () => {
    const [ada, bo] = await Promise.all([newPerson(folder.path, 'Ada'), newPerson(folder.path, 'Bo')]);
    peers.push(ada.peer, bo.peer);
    let desk = ada.peer;
    let lost = await letIn(desk, 'lost');
    let shelf = await letIn(desk, 'shelf');
    // The one that is lost is the first to give a slot.
    const address = await register(lost);
    for (const each of [desk, shelf]) await register(each, address);
    const { ofInviter } = await introduce(ada, bo);
    const { conversationId: atBo } = await bo.peer.call('conversations.open', { contactId: ofInviter });
    const write = (text: string) => bo.peer.call('messages.send', { conversationId: atBo, text });
    const written = async (text: string) => (await bo.peer.call('messages.list', { conversationId: atBo })).find((message) => message.text === text);
    const lies = (text: string) => bo.peer.until('it lies there', async () => (await written(text))?.waitingFor === 'pickup');
    const heard = async (peer: HeadlessPeer): Promise<string[]> => {
      const [conversation] = await peer.call('conversations.list');
      return conversation === undefined ? [] : texts(peer, conversation.conversationId, 'in');
    };
    await write('to all');
    for (const each of [desk, shelf, lost]) await each.until('what is for all', async () => (await heard(each)).includes('to all'));
    const { instance } = await lost.call('identity.get');

    await lost.end();
    await desk.call('devices.remove', { instanceId: instance.id });
    for (const each of [desk, shelf]) await each.until('the task', async () => (await taskAt(each))[0]?.stoodAt !== undefined);
    await bo.peer.until('Bo heard', async () => (await bo.peer.call('contacts.devices', { contactId: ofInviter })).some(({ instanceId, state }) => instanceId === instance.id && state === 'retired'));
    const [[task], [same]] = [await taskAt(desk), await taskAt(shelf)];
    expect(task).toMatchObject({ instanceId: instance.id, deviceName: 'lost', reason: 'removed', watched: true });
    expect(same?.command).toBe(task?.command);
    await end(desk, shelf);
    await write('not for the lost one');
    await lies('not for the lost one');
    await bo.peer.end();

    // In other hands, alone with the mailbox, which knows nothing of people yet: what was written before, and nothing after.
    lost = await back('lost');
    const { deviceKey } = await lost.call('mailbox.status');
    const left = async () => (await status({ folder: server.folder })).devices.filter(({ key }) => key === deviceKey).map(({ waiting, unacknowledged }) => waiting + unacknowledged);
    await lost.until('it fetched all', async () => (await lost.call('mailbox.status')).taken > 0 && (await left())[0] === 0);
    expect(await heard(lost)).toEqual(['to all']);

    // Connected at that moment; nobody who could tell it is there.
    const [npm = '', ...words] = (task?.command ?? '').split(' ');
    await promisify(execFile)(npm, [...words, '--folder', server.folder], { cwd: root });
    await reaches(lost, 'refused');
    [desk, shelf] = await Promise.all([back('Ada'), back('shelf')]);
    for (const each of [desk, shelf]) {
      await each.until('the task is gone', async () => (await taskAt(each)).length === 0);
      await each.until('what lay there', async () => (await heard(each)).includes('not for the lost one'));
      expect(await heard(each)).toEqual(['to all', 'not for the lost one']);
    }
    await lost.until('it knows', async () => (await lost.call('devices.list')).some(({ current, state }) => current && state === 'retired'));
    await bo.restart();
    peers.push(bo.peer);
    await write('goes on');
    for (const each of [desk, shelf]) await each.until('it goes on', async () => (await heard(each)).includes('goes on'));
    expect(await heard(lost)).toEqual(['to all']);
    expect((await lost.call('network.status')).sessions).toEqual([]);
    expect((await bo.peer.call('network.status')).sessions.map(({ instanceId }) => instanceId)).not.toContain(instance.id);
  }, 120_000);
});
