import { afterEach, expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';
import { readRegistration } from '../../electron/network/mailbox/registration-text';
import { HostedMailbox, onServer } from '../support/nats-server';
import { introduce, newPerson, passphrase, type Person, temporaryFolder, texts } from '../support/two-peers';
import { join } from 'node:path';

const folder = temporaryFolder();
const peers: HeadlessPeer[] = [];
afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.kill()));
  folder.release();
});

/** Another device of this person, let in by link and digits. */
async function secondDevice(first: Person, name: string): Promise<HeadlessPeer> {
  const second = await HeadlessPeer.start(join(folder.path, name), { listen: '127.0.0.1:0' });
  peers.push(second);
  const { link } = await first.peer.call('devices.link');
  await second.call('devices.join', { link, passphrase, name });
  for (const each of [first.peer, second]) await each.until('digits', async () => (await each.call('devices.linking')).stage === 'comparing');
  for (const each of [first.peer, second]) await each.call('devices.confirm', { same: true });
  for (const each of [first.peer, second]) await each.until('the link is done', async () => (await each.call('devices.linking')).stage === 'done');
  for (const each of [first.peer, second]) await each.until('both devices together', async () => (await each.call('devices.list')).filter(({ connected }) => connected).length === 2);
  return second;
}

it('S4-01 S4-15 S4-30 S4-31: the device Carol writes to is killed at message 3; its person’s other device goes on at message 4, and nothing is lost or doubled', async () => {
  const [ada, carol] = await Promise.all([newPerson(folder.path, 'Ada'), newPerson(folder.path, 'Carol')]);
  peers.push(ada.peer, carol.peer);
  const pocket = await secondDevice(ada, 'pocket');
  const { ofInviter } = await introduce(ada, carol);
  const { conversationId } = await carol.peer.call('conversations.open', { contactId: ofInviter });
  const here: string[] = [];
  const say = async (text: string): Promise<void> => {
    here.push(text);
    await carol.peer.call('messages.send', { conversationId, text });
  };
  for (const text of ['one', 'two']) await say(text);
  const conversationOf = async (peer: HeadlessPeer): Promise<string> => {
    await peer.until('the conversation', async () => (await peer.call('conversations.list')).length === 1);
    return (await peer.call('conversations.list'))[0]?.conversationId ?? '';
  };
  const [atDesk, atPocket] = [await conversationOf(ada.peer), await conversationOf(pocket)];
  await ada.peer.until('two messages', async () => (await texts(ada.peer, atDesk, 'in')).length === 2);
  await ada.peer.call('messages.send', { conversationId: atDesk, text: 'I hear you' });
  await carol.peer.until('the answer', async () => (await texts(carol.peer, conversationId, 'in')).length === 1);

  await say('three');
  await ada.peer.kill();
  await say('four');
  await pocket.until('all four', async () => (await texts(pocket, atPocket, 'in')).length >= 4, 30_000);
  await pocket.call('messages.send', { conversationId: atPocket, text: 'and I, too' });
  await carol.peer.until('both answers', async () => (await texts(carol.peer, conversationId, 'in')).length >= 2, 30_000);
  await say('five');
  await pocket.until('all five', async () => (await texts(pocket, atPocket, 'in')).length >= 5, 30_000);
  await carol.peer.until('all delivered', async () => (await carol.peer.call('messages.list', { conversationId, limit: 50 })).every(({ direction, state }) => direction === 'in' || state === 'delivered' || state === 'read'), 30_000);
  expect(await texts(pocket, atPocket, 'in')).toEqual(here);
  expect((await texts(carol.peer, conversationId, 'in')).toSorted()).toEqual(['I hear you', 'and I, too'].toSorted());
  expect((await carol.peer.call('network.status')).sessions.length).toBeGreaterThan(0);
}, 90_000);

/** Whether what this device said last of a session that it publishes is that the repository is up to date; records go to the contact no sooner, or it says that it is behind. */
function published({ stderr }: HeadlessPeer): boolean {
  return stderr.join('').match(/handover\.(?:published|behind)/g)?.at(-1) === 'handover.published';
}

onServer('with a mailbox on a real server, where the devices publish', () => {
  it('S4-03 S4-08 S4-15 S4-16: the device Carol is connected with is killed, and the server too; with that one back her session goes on at the other device, which never spoke to the first since', async () => {
    const server = await HostedMailbox.start();
    try {
      const [ada, carol] = await Promise.all([newPerson(folder.path, 'Ada', { logLevel: 'debug' }), newPerson(folder.path, 'Carol')]);
      peers.push(ada.peer, carol.peer);
      let pocket = await secondDevice(ada, 'pocket');
      let address: string | undefined;
      for (const each of [ada.peer, pocket]) {
        await each.call('settings.set', { shareSessions: 'repository' });
        const registration = await server.register((await each.call('mailbox.status')).deviceKey, address === undefined ? {} : { address });
        ({ address } = readRegistration(registration));
        await each.call('mailbox.register', { registration });
        await each.until('it is connected', async () => (await each.call('mailbox.status')).state === 'connected');
      }
      const { ofInviter } = await introduce(ada, carol);
      const sessions = async () => (await carol.peer.call('network.status')).sessions.map(({ instanceId, resumed, handedOver }) => ({ instanceId, resumed, handedOver }));
      await carol.peer.until('both devices', async () => (await sessions()).length === 2);
      const ofPocket = (await pocket.call('identity.get')).instance.id;
      await pocket.kill();

      // She forgets what would let her resume with either, and is elsewhere from now on, which the pocket does not hear.
      const changed = `${passphrase}, a new one`;
      await carol.peer.call('vault.changePassphrase', { old: passphrase, new: changed });
      const comes = async (): Promise<void> => {
        carol.peer = await HeadlessPeer.start(carol.profile, { listen: '127.0.0.1:0' });
        peers.push(carol.peer);
        await carol.peer.call('vault.unlock', { passphrase: changed });
      };
      await carol.peer.end();
      await comes();
      const { conversationId } = await carol.peer.call('conversations.open', { contactId: ofInviter });
      const states = async () => (await carol.peer.call('messages.list', { conversationId, limit: 9 })).map(({ state }) => state);
      await carol.peer.call('messages.send', { conversationId, text: 'one' });
      await carol.peer.until('it arrived', async () => (await states()).every((state) => state === 'delivered'));

      // What it has of this session lies at the server, unless that took longer than its records may wait: then it is published again half a minute later.
      await ada.peer.until('the session is published', () => published(ada.peer), 60_000);
      await ada.peer.kill();
      await carol.peer.end(); // until the other device has the mailbox
      await server.kill();
      await server.run();
      pocket = await HeadlessPeer.start(join(folder.path, 'pocket'));
      peers.push(pocket);
      await pocket.call('vault.unlock', { passphrase });
      await pocket.until('the mailbox', async () => (await pocket.call('mailbox.status')).state === 'connected');
      await comes();
      await carol.peer.until('a session', async () => (await sessions()).length === 1, 30_000);
      expect(await sessions()).toEqual([{ instanceId: ofPocket, resumed: true, handedOver: true }]);
      expect((await pocket.call('network.status')).sessions).toMatchObject([{ resumed: true, handedOver: true }]);
    } finally {
      await server.close();
    }
  }, 90_000);
});
