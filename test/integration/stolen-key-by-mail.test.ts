import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';
import { HostedMailbox, onServer } from '../support/nats-server';
import { newWithMailbox } from '../support/peer-with-mailbox';
import { introduce, passphrase, type Person, temporaryFolder, texts } from '../support/two-peers';

onServer('an owner whose key somebody copied, and who is reached by nothing but a mailbox on a real server', () => {
  const folder = temporaryFolder();
  let server: HostedMailbox;
  let people: Person[] = [];
  let thief: HeadlessPeer | undefined;

  beforeAll(async () => {
    server = await HostedMailbox.start({ tls: true });
  }, 60_000);

  afterAll(async () => {
    delete process.env['KEYSHIFT_TEST_ONLY_PORT'];
    await Promise.all([thief?.kill(), ...people.map(({ peer }) => peer.kill())]);
    await server.close();
    folder.release();
  });

  /** From now on it gets nowhere but to the mailbox. */
  async function mailboxAlone(person: Person): Promise<HeadlessPeer> {
    await person.peer.end();
    person.peer = await HeadlessPeer.start(person.profile, { nodeOptions: ['--require', join(__dirname, '../support/only-to.cjs')] });
    await person.peer.call('vault.unlock', { passphrase });
    return person.peer;
  }

  it('A71 A79: writes under the key that was copied, and hears from the contact’s device, by mailbox, that somebody else renewed it', async () => {
    const [alice, bob] = [await newWithMailbox(folder.path, 'Alice', server, { isAlone: true }), await newWithMailbox(folder.path, 'Bob', server, { isAlone: true })];
    people = [alice, bob];
    const { ofInvitee: bobAtAlice, ofInviter: aliceAtBob } = await introduce(alice, bob);
    // Whoever has said something has said before where something can be left.
    const { conversationId: atBob } = await bob.peer.call('conversations.open', { contactId: aliceAtBob });
    await bob.peer.call('messages.send', { conversationId: atBob, text: 'hello' });
    await alice.peer.until('the conversation', async () => (await alice.peer.call('conversations.list')).length === 1);
    const conversationId = (await alice.peer.call('conversations.list'))[0]?.conversationId ?? '';
    await alice.peer.call('messages.send', { conversationId, text: 'hello, Bob' });
    await bob.peer.until('her answer', async () => (await texts(bob.peer, atBob, 'in')).length === 1);
    await alice.peer.end();
    const reach = async (): Promise<string | undefined> => (await bob.peer.call('contacts.list'))[0]?.reach;
    await bob.peer.until('Bob knows her mailbox', async () => (await reach()) === 'mailbox');
    cpSync(alice.profile, join(folder.path, 'Thief'), { recursive: true });
    thief = await HeadlessPeer.start(join(folder.path, 'Thief'), { listen: '127.0.0.1:0' });
    await thief.call('vault.unlock', { passphrase });
    await bob.peer.until('the thief is connected', async () => (await bob.peer.call('network.status')).sessions.length > 0, 60_000);
    await thief.call('identity.rotate');
    const { keyFingerprint: fingerprint } = await thief.call('identity.get');
    await bob.peer.until('Bob follows', async () => (await bob.peer.call('contacts.list'))[0]?.keyEpoch === 2, 90_000);
    await thief.end();

    process.env['KEYSHIFT_TEST_ONLY_PORT'] = String(server.ports[0]);
    const [a, b] = [await mailboxAlone(alice), await mailboxAlone(bob)];
    await a.call('messages.send', { conversationId, text: 'under the key of before' });
    await a.until('Alice is told', async () => (await a.call('identity.get')).renewedElsewhere !== undefined, 120_000);
    expect((await a.call('identity.get')).renewedElsewhere).toEqual({ epoch: 2, fingerprint, seenAt: expect.any(Number), contactId: bobAtAlice });
    expect([(await a.call('network.status')).sessions, (await b.call('network.status')).sessions]).toEqual([[], []]);
    // A key of before that is merely used freezes nobody.
    expect(await b.call('contacts.keyTrouble', { contactId: aliceAtBob })).toEqual({ kind: 'none', candidates: [] });
  }, 400_000);
});
