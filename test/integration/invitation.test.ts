import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { introduce, newPerson, temporaryFolder, type Person } from '../support/two-peers';

describe('links that must not work', () => {
  const folder = temporaryFolder();
  let ann: Person;
  let bo: Person;
  let cy: Person;

  beforeAll(async () => {
    [ann, bo, cy] = await Promise.all([
      newPerson(folder.path, 'Ann'),
      newPerson(folder.path, 'Bo'),
      newPerson(folder.path, 'Cy'),
    ]);
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ann?.peer.end(), bo?.peer.end(), cy?.peer.end()]);
    folder.release();
  });

  const accept = (person: Person, link: string) => person.peer.call('contacts.acceptInvitation', { link });

  it('refuses garbage, an altered link, an own one and an expired one, each with its own code', async () => {
    const { link } = await ann.peer.call('contacts.createInvitation', {});
    expect(link.length).toBeLessThanOrEqual(250);
    await expect(accept(bo, 'keyshift')).rejects.toMatchObject({ code: 'invitation.garbled' });
    const at = link.length - 30;
    const altered = link.slice(0, at) + (link[at] === 'A' ? 'B' : 'A') + link.slice(at + 1);
    await expect(accept(bo, altered)).rejects.toMatchObject({ code: 'invitation.altered' });
    await expect(accept(ann, link)).rejects.toMatchObject({ code: 'invitation.own' });
    const short = await ann.peer.call('contacts.createInvitation', { expiresInSeconds: 1 });
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, short.expiresAt - Date.now()) + 20));
    await expect(accept(bo, short.link)).rejects.toMatchObject({ code: 'invitation.expired' });
    expect(await bo.peer.call('contacts.list')).toEqual([]);
  });

  it('works once: the second holder of a link ends with a reason, the first is refused a second time at once', async () => {
    const { link } = await ann.peer.call('contacts.createInvitation', {});
    await accept(bo, link);
    await bo.peer.until('an answer', async () => (await bo.peer.call('contacts.list'))[0]?.pending === false);
    await expect(accept(bo, link)).rejects.toMatchObject({ code: 'invitation.already-accepted' });
    const { contactId } = await accept(cy, link);
    await cy.peer.until('the refusal', async () => (await cy.peer.call('contacts.list'))[0]?.ended === 'invitation.used');
    await expect(cy.peer.call('conversations.open', { contactId })).rejects.toMatchObject({ code: 'contact.ended' });
    expect((await ann.peer.call('contacts.list')).map((contact) => contact.name)).toEqual(['Bo']);
    // A new link heals it.
    expect((await introduce(ann, cy)).ofInviter).toBe(contactId);
  });

  it('asks before a holder of a card becomes a contact, and a declined one is told', async () => {
    const { text } = await bo.peer.call('identity.exportPublic', { format: 'card' });
    await cy.peer.call('contacts.importKey', { text });
    await bo.peer.until('a request', async () => (await bo.peer.call('contacts.requests')).length === 1);
    const [request] = await bo.peer.call('contacts.requests');
    expect(request).toMatchObject({ name: 'Cy', via: 'card' });
    await bo.peer.call('contacts.answerRequest', { requestId: request?.requestId ?? '', accept: false });
    expect(await bo.peer.call('contacts.requests')).toEqual([]);
    await cy.peer.until(
      'the answer',
      async () => (await cy.peer.call('contacts.list')).some((contact) => contact.ended === 'request.declined'),
      60_000,
    );
  }, 90_000);
});
