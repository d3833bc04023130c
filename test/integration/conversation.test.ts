import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { introduce, newPerson, temporaryFolder, texts, type Person } from '../support/two-peers';

const samples = ['Hello Bo', '👩‍👩‍👧 and 🫶🏽', 'שלום עולם, مرحبا', 'x'.repeat(10_000), '<img src=x onerror=alert(1)>', 'last'];

describe('two headless peers through JSON-RPC alone', () => {
  const folder = temporaryFolder();
  let ann: Person;
  let bo: Person;
  let contact: { ofInvitee: string; ofInviter: string };
  let atBo: string;
  let atAnn: string;

  beforeAll(async () => {
    [ann, bo] = await Promise.all([newPerson(folder.path, 'Ann'), newPerson(folder.path, 'Bo')]);
    contact = await introduce(ann, bo);
  }, 60_000);

  afterAll(async () => {
    await Promise.all([ann?.peer.end(), bo?.peer.end()]);
    folder.release();
  });

  it('shows the same safety number on both sides', async () => {
    const [one, two] = await Promise.all([
      ann.peer.call('contacts.safetyNumber', { contactId: contact.ofInvitee }),
      bo.peer.call('contacts.safetyNumber', { contactId: contact.ofInviter }),
    ]);
    expect(one.digits).toMatch(/^\d{60}$/);
    expect(two.digits).toBe(one.digits);
  });

  it('S1-04 S1-23 S2-07: six messages each way with a shift in the middle arrive once and in order', async () => {
    ({ conversationId: atBo } = await bo.peer.call('conversations.open', { contactId: contact.ofInviter }));
    for (const text of samples.slice(0, 3)) await bo.peer.call('messages.send', { conversationId: atBo, text });
    const before = (await bo.peer.call('keys.status', { conversationId: atBo })).sending?.epoch ?? 0;
    const { epoch } = await bo.peer.call('keys.shift', { conversationId: atBo });
    expect(epoch).toBe(before + 1);
    for (const text of samples.slice(3)) await bo.peer.call('messages.send', { conversationId: atBo, text });
    await ann.peer.until('six messages', () => ann.peer.events.filter((event) => event.type === 'message.received').length === 6);
    const [conversation] = await ann.peer.call('conversations.list');
    expect(conversation).toMatchObject({ contactId: contact.ofInvitee, unread: 6 });
    atAnn = conversation?.conversationId ?? '';
    expect(await texts(ann.peer, atAnn, 'in')).toEqual(samples);
    for (const text of samples) await ann.peer.call('messages.send', { conversationId: atAnn, text });
    await bo.peer.until('six answers', () => bo.peer.events.filter((event) => event.type === 'message.received').length === 6);
    expect(await texts(bo.peer, atBo, 'in')).toEqual(samples);
    const seen = await ann.peer.call('messages.list', { conversationId: atAnn });
    const epochs = seen.filter((message) => message.direction === 'in').map((message) => message.keyEpoch);
    expect(epochs).toEqual([before, before, before, epoch, epoch, epoch]);
    expect(ann.peer.events).toContainEqual(expect.objectContaining({ type: 'key.shifted', who: 'peer', to: epoch }));
  }, 30_000);

  it('says delivered only when the other side has it', async () => {
    await bo.peer.until('all delivered', async () => {
      const out = (await bo.peer.call('messages.list', { conversationId: atBo })).filter((m) => m.direction === 'out');
      return out.length === 6 && out.every((message) => message.state === 'delivered' && message.waitingFor === undefined);
    });
  });

  it('S1-33: three messages to a peer that is away arrive in order, once, when it comes back', async () => {
    await ann.peer.end();
    for (const text of ['one', 'two', 'three']) await bo.peer.call('messages.send', { conversationId: atBo, text });
    const waiting = (await bo.peer.call('messages.list', { conversationId: atBo, limit: 3 })).map((m) => m.waitingFor);
    expect(waiting.every((reason) => reason === 'connection' || reason === 'acknowledgement')).toBe(true);
    await ann.restart();
    await ann.peer.until('three messages', async () => (await texts(ann.peer, atAnn, 'in')).length === 9, 60_000);
    expect((await texts(ann.peer, atAnn, 'in')).slice(6)).toEqual(['one', 'two', 'three']);
  }, 90_000);

  it('S1-33: hundreds at once keep their order, and one that cannot be sent is refused alone', async () => {
    const before = (await texts(ann.peer, atAnn, 'in')).length;
    const asked = Array.from({ length: 400 }, (_, at) => (at % 100 === 50 ? '  ' : `burst ${at}`));
    const answers = await Promise.allSettled(asked.map((text) => bo.peer.call('messages.send', { conversationId: atBo, text })));
    const refused = answers.flatMap((answer, at) => (answer.status === 'rejected' ? [at] : []));
    expect(refused).toEqual([50, 150, 250, 350]);
    const sent = asked.filter((text) => text.trim() !== '');
    // Answered means durable: they stand in the history at once.
    expect((await texts(bo.peer, atBo, 'out')).slice(-sent.length)).toEqual(sent);
    await ann.peer.until('the burst', async () => (await texts(ann.peer, atAnn, 'in')).length === before + sent.length);
    expect((await texts(ann.peer, atAnn, 'in')).slice(before)).toEqual(sent);
  }, 60_000);

  it('S1-45: a blocked contact is refused before anything is sent', async () => {
    await ann.peer.call('contacts.block', { contactId: contact.ofInvitee });
    await expect(ann.peer.call('messages.send', { conversationId: atAnn, text: 'no' })).rejects.toMatchObject({
      code: 'contact.blocked',
    });
    expect((await ann.peer.call('contacts.list'))[0]?.reach).toBe('blocked');
  });
});
