import { expect, it } from 'vitest';
import { HeadlessPeer } from '../support/headless-peer';
import { introduce, newPerson, passphrase, temporaryFolder, texts, type Person } from '../support/two-peers';

/** Messages each way. */
const count = 100;

it('S1-47 S1-49: one keeps nothing of what comes, the other what is usual: each chooses for itself, and both have all of it in order', async () => {
  const folder = temporaryFolder();
  const people: Person[] = [];
  try {
    const [ann, bo] = [await newPerson(folder.path, 'Ann'), await newPerson(folder.path, 'Bo')];
    people.push(ann, bo);
    const { ofInvitee } = await introduce(ann, bo);
    const { conversationId: atAnn } = await ann.peer.call('conversations.open', { contactId: ofInvitee });
    await ann.peer.call('messages.send', { conversationId: atAnn, text: 'first' });
    await bo.peer.until('a conversation', async () => (await bo.peer.call('conversations.list')).length === 1);
    const [{ conversationId: atBo } = { conversationId: '' }] = await bo.peer.call('conversations.list');
    await ann.peer.end();
    ann.peer = await HeadlessPeer.start(ann.profile, { cacheEntries: 0 });
    await ann.peer.call('vault.unlock', { passphrase });
    await ann.peer.until('a session', async () => (await ann.peer.call('network.status')).sessions.length === 1);
    for (const { peer } of people) await peer.call('diagnostics.meter', { reset: true });

    const numbers = Array.from({ length: count }, (_, at) => String(at));
    await Promise.all(numbers.flatMap((text) => [ann.peer.call('messages.send', { conversationId: atAnn, text }), bo.peer.call('messages.send', { conversationId: atBo, text })]));
    for (const [{ peer }, conversationId] of [[ann, atAnn], [bo, atBo]] as const) {
      await peer.until('all of it', async () => (await texts(peer, conversationId, 'in')).length >= count, 100_000);
      expect((await texts(peer, conversationId, 'in')).slice(-count)).toEqual(numbers);
      expect((await peer.call('conversations.list'))[0]).toMatchObject({ state: 'open' });
    }
    const { kemDecaps } = await ann.peer.call('diagnostics.meter', {});
    // Each message by itself, where the other looks one up.
    expect(kemDecaps).toBeGreaterThanOrEqual(count);
    expect((await bo.peer.call('diagnostics.meter', {})).kemDecaps).toBeLessThan(count / 10);
  } finally {
    await Promise.all(people.map(({ peer }) => peer.end()));
    folder.release();
  }
}, 120_000);
