import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';
import { introduce, newPerson, passphrase, temporaryFolder, texts, type Person } from '../support/two-peers';

/** What a peer counted since its last reset: one agreement, and one signature each of the cards with the addresses of now, which follow in the session. */
async function expectResumed({ peer }: Person): Promise<void> {
  await peer.until('the card is read', async () => (await peer.call('diagnostics.meter', {})).verify > 0);
  const { dh, sign, verify, ...counted } = await peer.call('diagnostics.meter', {});
  expect(counted).toMatchObject({ rsaKeygen: 0, rsaSign: 0, rsaVerify: 0, kemKeygen: 0, kemEncaps: 0, kemDecaps: 0 });
  expect(dh).toBe(1);
  for (const signatures of [sign, verify]) expect(signatures).toBeLessThanOrEqual(1);
}

/**
 * Started anew where nobody looks for it, so that it alone dials. Where both do at once, whoever comes second finds the entry used
 * up and goes on with a full handshake (test/unit/engine/session/resume-handshake.test.ts).
 */
async function restartElsewhere(person: Person): Promise<void> {
  person.peer = await HeadlessPeer.start(person.profile, { listen: '127.0.0.1:0' });
  await person.peer.call('vault.unlock', { passphrase });
}

describe('two headless peers that were connected before', () => {
  const folder = temporaryFolder();
  let ann: Person;
  let bo: Person;
  let atBo: string;
  let said = 0;

  beforeAll(async () => {
    [ann, bo] = await Promise.all([newPerson(folder.path, 'Ann'), newPerson(folder.path, 'Bo')]);
    const { ofInviter } = await introduce(ann, bo);
    ({ conversationId: atBo } = await bo.peer.call('conversations.open', { contactId: ofInviter }));
    await together();
    await talk();
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ann?.peer.end(), bo?.peer.end()]);
    folder.release();
  });

  /** One session, seen by both; whether each calls it resumed. */
  async function together(): Promise<boolean[]> {
    const last = async ({ peer }: Person) => (await peer.call('network.status')).sessions.at(-1);
    for (const { peer } of [ann, bo]) await peer.until('a session', async () => (await peer.call('network.status')).sessions.length === 1, 60_000);
    return [(await last(ann))?.resumed === true, (await last(bo))?.resumed === true];
  }

  async function talk(): Promise<void> {
    said += 1;
    await bo.peer.call('messages.send', { conversationId: atBo, text: `message ${said}` });
    await ann.peer.until('it arrives', async () => {
      const [conversation] = await ann.peer.call('conversations.list');
      return conversation !== undefined && (await texts(ann.peer, conversation.conversationId, 'in')).length === said;
    });
  }

  it('S3-10: one of them restarted: resumed on both sides, without RSA or KEM; the conversation goes on', async () => {
    await ann.peer.end();
    await bo.peer.call('diagnostics.meter', { reset: true });
    await restartElsewhere(ann);
    expect(await together()).toEqual([true, true]);
    await expectResumed(bo);
    await talk();
  }, 60_000);

  it('S3-10: both restarted: resumed again, at no other price', async () => {
    await Promise.all([ann.peer.end(), bo.peer.end()]);
    await restartElsewhere(ann);
    // Behind its self-test and its own keys; of Bo it has verified nothing since it started.
    await ann.peer.call('diagnostics.meter', { reset: true });
    await bo.restart();
    expect(await together()).toEqual([true, true]);
    await expectResumed(ann);
    await talk();
  }, 60_000);

  it('A57: another passphrase: a full handshake, on one connection, and the conversation goes on', async () => {
    await ann.peer.call('vault.changePassphrase', { old: passphrase, new: passphrase });
    await ann.peer.end();
    await ann.restart();
    expect(await together()).toEqual([false, false]);
    await talk();
    await ann.peer.end();
    await ann.restart();
    expect(await together()).toEqual([true, true]);
    await talk();
  }, 60_000);
});
