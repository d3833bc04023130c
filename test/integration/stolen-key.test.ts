import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';
import { introduce, newPerson, passphrase, temporaryFolder, texts, type Person } from '../support/two-peers';

describe('a profile that was stolen with its passphrase', () => {
  const folder = temporaryFolder();
  let alice: Person;
  let bob: Person;
  let thief: HeadlessPeer;
  let aliceAtBob: string;
  let bobAtAlice: string;

  beforeAll(async () => {
    [alice, bob] = await Promise.all([newPerson(folder.path, 'Alice'), newPerson(folder.path, 'Bob')]);
    for (const { peer } of [alice, bob]) await peer.call('settings.set', { findOnNetwork: false });
    ({ ofInvitee: bobAtAlice, ofInviter: aliceAtBob } = await introduce(alice, bob));
    await alice.peer.call('identity.saveRecoveryKit', { path: join(folder.path, 'kit') });
    await alice.peer.call('identity.forgetRecoveryKey');
    await alice.peer.end();
    cpSync(alice.profile, join(folder.path, 'Thief'), { recursive: true });
    thief = await HeadlessPeer.start(join(folder.path, 'Thief'), { listen: '127.0.0.1:0' });
    await thief.call('vault.unlock', { passphrase });
  }, 60_000);

  afterAll(async () => {
    await Promise.all([alice?.peer.kill(), bob?.peer.kill(), thief?.kill()]);
    folder.release();
  });

  const contact = async () => (await bob.peer.call('contacts.list'))[0] ?? expect.unreachable();
  const trouble = () => bob.peer.call('contacts.keyTrouble', { contactId: aliceAtBob });
  const keyOf = async (peer: HeadlessPeer) => (await peer.call('identity.get')).keyFingerprint;

  it('A71 A73: the thief renews the key and is followed; once the owner has renewed hers, both are in question, nothing is sent to either, and the code of the kit decides', async () => {
    const isConnected = async () => (await bob.peer.call('network.status')).sessions.length > 0;
    await bob.peer.until('the thief is connected', isConnected, 60_000);
    await thief.call('identity.rotate');
    await bob.peer.until('the thief is followed', async () => (await contact()).keyEpoch === 2 && (await isConnected()), 90_000);
    await alice.restart();
    await alice.peer.call('identity.rotate');
    await bob.peer.until('both are in question', async () => (await trouble()).kind === 'fork', 90_000);
    expect((await trouble()).candidates).toMatchObject([{ fingerprint: await keyOf(alice.peer), epoch: 2, vouched: true }, { fingerprint: await keyOf(thief), epoch: 2, vouched: true }]);
    expect(await contact()).toMatchObject({ who: 'frozen', keyEpoch: 2 });
    const { conversationId } = await bob.peer.call('conversations.open', { contactId: aliceAtBob });
    const { messageId } = await bob.peer.call('messages.send', { conversationId, text: 'for Alice alone' });
    const sent = async () => (await bob.peer.call('messages.list', { conversationId })).find((message) => message.messageId === messageId);
    expect(await sent()).toMatchObject({ state: 'queued', waitingFor: 'key' });

    const [code = ''] = /(?:[0-9A-Z]{5}\s+){11}[0-9A-Z]{5}/.exec(readFileSync(join(folder.path, 'kit'), 'utf8')) ?? [];
    expect(await alice.peer.call('identity.recover', { code })).toEqual({ epoch: 3 });
    await bob.peer.until('it is delivered', async () => (await sent())?.state === 'delivered', 90_000);
    const [conversation] = await alice.peer.call('conversations.list');
    expect(await texts(alice.peer, conversation?.conversationId ?? '', 'in')).toEqual(['for Alice alone']);
    expect(await contact()).toMatchObject({ keyEpoch: 3, who: 'unchecked' });
    expect(await bob.peer.call('contacts.keyHistory', { contactId: aliceAtBob })).toMatchObject([{ fingerprint: await keyOf(alice.peer), origin: 'recovery', current: true }, { epoch: 2 }, { epoch: 1 }]);
    expect(await trouble()).toEqual({ kind: 'none', candidates: [] });
    expect(await bob.peer.call('contacts.safetyNumber', { contactId: aliceAtBob })).toEqual(await alice.peer.call('contacts.safetyNumber', { contactId: bobAtAlice }));
    expect(await thief.call('conversations.list')).toEqual([]);
  }, 240_000);
});
