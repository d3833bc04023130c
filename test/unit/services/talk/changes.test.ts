import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Content } from '../../../../electron/engine/dialog/content';
import type { MessageRow } from '../../../../electron/services/ports';
import { acquaint, createWorld, type Resident, toldOf, type World } from '../../../support/services-kit';

const code = (name: string) => expect.objectContaining({ code: name });

describe('what is done to messages that are there', () => {
  let world: World;
  let ada: Resident;
  let bob: Resident;
  let here: string;
  let there: string;

  beforeEach(async () => {
    world = createWorld();
    [ada, bob] = [await world.move('Ada'), await world.move('Bob')];
    const { ofInviter } = await acquaint(world, ada, bob);
    here = (await ada.conversations.open({ contactId: ofInviter, title: 'Tea' })).conversationId;
    await world.until('the conversation', () => bob.profile.stores.conversations.list().length === 1);
    there = bob.profile.stores.conversations.list()[0]?.conversationId ?? '';
  });
  afterEach(() => world.close());

  const list = (of: Resident, conversationId: string) => of.messages.list({ conversationId, limit: 50 });
  const rowOf = (of: Resident, text: string): MessageRow | undefined =>
    of.profile.stores.conversations.list().flatMap(({ conversationId }) => of.profile.stores.messages.page(conversationId, undefined, 50)).find((row) => row.text === text);
  const idOf = (of: Resident, text: string): string => rowOf(of, text)?.messageId ?? '';
  /** Bob’s app says something that this version would not say. */
  const say = (from: Resident, conversationId: string, content: Content): void => {
    const conversation = from.profile.stores.conversations.byId(conversationId);
    if (!conversation) throw new Error('no conversation');
    from.profile.commit(() => from.profile.engine.send(conversation, content));
    from.profile.delivery.flush(conversation.peerId);
  };
  const send = async (from: Resident, conversationId: string, text: string, to: Resident): Promise<string> => {
    const { messageId } = await from.messages.send({ conversationId, text });
    await world.until(text, () => rowOf(to, text) !== undefined);
    return messageId;
  };
  const kept = (of: Resident): string => of.db.prepare('SELECT group_concat(hex(content)) AS all_of_it FROM outbox').all()[0]?.['all_of_it']?.toString() ?? '';
  const hex = (text: string): string => Buffer.from(text).toString('hex').toUpperCase();

  it('an edit shows on both sides, once, and counts as no message', async () => {
    const messageId = await send(ada, here, 'At five', bob);
    const before = ada.profile.stores.messages.count(here, 0);
    await ada.messages.edit({ messageId, text: 'At six' });
    await ada.messages.edit({ messageId, text: 'At six' }); // says nothing
    await world.until('the edit', () => rowOf(bob, 'At six') !== undefined);
    await world.until('it delivered', () => ada.profile.engine.status(ada.profile.stores.conversations.byId(here) ?? never()).transcript.upTo === 3);
    expect(await list(bob, there)).toMatchObject([{ text: 'At six', editedAt: expect.any(Number) }]);
    expect(await list(ada, here)).toMatchObject([{ text: 'At six', messageId }]);
    expect(toldOf(bob, 'message.changed')).toMatchObject([{ message: { text: 'At six' } }]);
    expect(ada.profile.stores.messages.count(here, 0)).toBe(before);
    expect(bob.profile.stores.conversations.byId(there)).toMatchObject({ preview: 'At six', unread: 1 });
    expect(ada.profile.stores.changes.countPlaces(here, ada.profile.local.instanceId, 3, 99)).toBe(1);
    expect(bob.profile.stores.changes.countPlaces(there, ada.profile.local.instanceId, 3, 99)).toBe(1);
  });

  it('a reaction of each side and emoji, put and taken back', async () => {
    const messageId = await send(ada, here, 'Cake?', bob);
    const at = idOf(bob, 'Cake?');
    await bob.messages.react({ messageId: at, emoji: '🎉' });
    await ada.messages.react({ messageId, emoji: '🎉' });
    await ada.messages.react({ messageId, emoji: '👍🏽' });
    await world.until('three of them', () => bob.profile.stores.reactions.of(at).length === 3 && ada.profile.stores.reactions.of(messageId).length === 3);
    await bob.messages.react({ messageId: at, emoji: '🎉', remove: true });
    await bob.messages.react({ messageId: at, emoji: '🎉', remove: true });
    await world.until('two of them', () => ada.profile.stores.reactions.of(messageId).length === 2);
    expect((await list(ada, here))[0]?.reactions).toEqual([{ by: 'me', emoji: '🎉' }, { by: 'me', emoji: '👍🏽' }]);
    expect((await list(bob, there))[0]?.reactions).toEqual([{ by: 'them', emoji: '🎉' }, { by: 'them', emoji: '👍🏽' }]);
    const invisible = String.fromCodePoint(0xe0061);
    for (const emoji of ['x', '🎉🎉', '<b>', '😀\u0336', '1', '🏴'.repeat(12), `👍${invisible.repeat(8)}`, '👍\ufe0f\ufe0f', '👍\u200d', '\u200b', '\u202e👍', `🏴${invisible}`]) await expect(ada.messages.react({ messageId, emoji })).rejects.toEqual(code('reaction.malformed'));
    for (const emoji of ['😀', '😃', '😄', '😁', '😆', '😅', '🤣', '😂', '🙂', '🙃']) await ada.messages.react({ messageId, emoji });
    await expect(ada.messages.react({ messageId, emoji: '😉' })).rejects.toEqual(code('reaction.too-many'));
    // Put and taken back again and again: never more words than the other side keeps, which then shows the same.
    for (const emoji of ['😀', '😃', '😄', '😁', '😆', '😅', '🤣', '😂', '🙂', '🙃']) await ada.messages.react({ messageId, emoji, remove: true });
    let refused = 0;
    for (let at = 0; at < 40; at += 1) {
      const emoji = String.fromCodePoint(0x1f400 + at);
      try {
        await ada.messages.react({ messageId, emoji });
        await ada.messages.react({ messageId, emoji, remove: true });
      } catch {
        refused += 1;
      }
    }
    expect(refused).toBe(40 + 12 - 32);
    await ada.messages.react({ messageId, emoji: '😀' });
    await world.until('the last one', () => bob.profile.stores.reactions.of(at).some(({ emoji }) => emoji === '😀'));
    const shown = (of: Resident, id: string) => of.profile.stores.reactions.of(id).map(({ emoji }) => emoji).sort();
    expect(shown(bob, at)).toEqual(shown(ada, messageId));
  });

  it('an emoji is one, with and without the sign that it is a picture, whoever wrote which; what was put in both ways is taken back at once', async () => {
    const [plain, picture] = ['\u2764', '\u2764\ufe0f'];
    const messageId = await send(ada, here, 'Cake?', bob);
    const at = idOf(bob, 'Cake?');
    const target = bob.profile.stores.messages.byId(at) ?? never();
    const words = (of: Resident, id: string) => of.profile.stores.reactions.of(id).map(({ by, emoji }) => `${by} ${emoji}`).sort();
    const shown = async (of: Resident, where: string) => (await list(of, where))[0]?.reactions?.toSorted((one, other) => one.by.localeCompare(other.by));
    // As another program writes it, and as this one did.
    say(bob, there, { kind: 'reaction', target, revision: 1, emoji: plain, remove: false });
    await ada.messages.react({ messageId, emoji: picture });
    await world.until('both', () => words(ada, messageId).length === 2);
    expect(await shown(ada, here)).toEqual([{ by: 'me', emoji: picture }, { by: 'them', emoji: picture }]);
    // The same in the other form is no second one, and takes back the first. What goes out is what the other side knows.
    await ada.messages.react({ messageId, emoji: plain });
    expect(words(ada, messageId)).toEqual([`me ${picture}`, `them ${plain}`]);
    await ada.messages.react({ messageId, emoji: plain, remove: true });
    await world.until('one', () => words(bob, at).every((word) => !word.startsWith('them')));
    expect(await shown(ada, here)).toEqual([{ by: 'them', emoji: picture }]);
    // Two that stand there from before are shown once and go together.
    say(ada, here, { kind: 'reaction', target, revision: 1, emoji: plain, remove: false });
    say(ada, here, { kind: 'reaction', target, revision: 3, emoji: picture, remove: false });
    const own = ada.profile.stores.messages.byId(messageId) ?? never();
    ada.profile.commit(() => [plain, picture].forEach((emoji, n) => ada.profile.stores.reactions.put(own.messageId, { by: 'me', emoji, revision: 1 + 2 * n, removed: false, at: 1 })));
    await world.until('three words', () => words(bob, at).length === 2);
    expect((await shown(ada, here))?.filter(({ by }) => by === 'me')).toEqual([{ by: 'me', emoji: picture }]);
    await ada.messages.react({ messageId, emoji: picture, remove: true });
    await world.until('none of these', () => words(bob, at).every((word) => !word.startsWith('them')) && words(ada, messageId).join() === `them ${plain}`);
    await ada.messages.react({ messageId, emoji: '\u261d\ufe0f\u{1f3fd}' });
    await ada.messages.react({ messageId, emoji: '\u{1f44d}\ufe0f' });
    await ada.messages.react({ messageId, emoji: '\u2600\ufe0e' });
    expect((await shown(ada, here))?.flatMap(({ by, emoji }) => (by === 'me' ? [emoji] : [])).sort()).toEqual(['\u2600\ufe0f', '\u261d\u{1f3fd}', '\u{1f44d}'].sort());
  });

  it('deleted for both: nothing of it is left, neither shown nor kept to be sent again, on either side', async () => {
    const messageId = await send(ada, here, 'The code is 4711', bob);
    const at = idOf(bob, 'The code is 4711');
    await ada.messages.edit({ messageId, text: 'The code is 0815' });
    await bob.messages.react({ messageId: at, emoji: '🎉' });
    await world.until('both', () => bob.profile.stores.messages.byId(at)?.text === 'The code is 0815' && ada.profile.stores.reactions.of(messageId).length === 1);
    expect(kept(ada)).toContain(hex('The code is'));
    await ada.messages.delete({ messageId, forBoth: true });
    await ada.messages.delete({ messageId, forBoth: true });
    await world.until('it gone', () => bob.profile.stores.messages.byId(at)?.kind === 'deleted');
    for (const [of, conversation] of [[ada, here], [bob, there]] as const) {
      const [message] = await list(of, conversation);
      expect(message).toMatchObject({ kind: 'deleted', text: '' });
      expect(message).not.toHaveProperty('reactions');
      expect(message).not.toHaveProperty('editedAt');
      expect(of.profile.stores.conversations.byId(conversation)?.preview).toBe('');
    }
    await world.pass(6_000);
    expect(kept(ada)).not.toContain(hex('The code is'));
    // Nothing can be done to it any more.
    await expect(ada.messages.edit({ messageId, text: 'x' })).rejects.toEqual(code('message.not-text'));
    await expect(bob.messages.react({ messageId: at, emoji: '🎉' })).rejects.toEqual(code('message.not-text'));
  });

  it('the line of a conversation says of a newest message without words that it was deleted, and by whom', async () => {
    const messageId = await send(ada, here, 'The code is 4711', bob);
    const line = async (of: Resident) => (await of.conversations.list(undefined))[0];
    expect(await line(ada)).toMatchObject({ preview: 'The code is 4711', newest: { kind: 'text', direction: 'out' } });
    await ada.messages.delete({ messageId, forBoth: true });
    await world.until('it gone', () => bob.profile.stores.conversations.byId(there)?.preview === '');
    expect(await line(ada)).toMatchObject({ preview: '', newest: { kind: 'deleted', direction: 'out' } });
    expect(await line(bob)).toMatchObject({ preview: '', newest: { kind: 'deleted', direction: 'in' } });
    expect((await bob.conversations.get({ conversationId: there })).newest).toMatchObject({ kind: 'deleted', direction: 'in' });
    // Of two that are deleted the newer one is meant, and clients hear that it is another one.
    const own = await send(bob, there, 'Forget it', ada);
    await bob.messages.delete({ messageId: own, forBoth: true });
    expect((await line(bob))?.newest).toMatchObject({ kind: 'deleted', direction: 'out' });
    const told = toldOf(bob, 'conversation.changed').length;
    await bob.messages.delete({ messageId: own });
    expect(toldOf(bob, 'conversation.changed').length).toBeGreaterThan(told);
    expect((await line(bob))?.newest).toMatchObject({ kind: 'deleted', direction: 'in' });
    await send(ada, here, 'Another one', bob);
    expect(await line(bob)).not.toHaveProperty('newest');
  });

  it('deleted before it left: it goes first as it was, then nothing of it is kept', async () => {
    bob.close();
    await world.until('no session', () => ada.profile.connections.sessions().length === 0);
    const { messageId } = await ada.messages.send({ conversationId: here, text: 'Too early' });
    await ada.messages.delete({ messageId, forBoth: true });
    expect(kept(ada)).toContain(hex('Too early'));
    const conversation = ada.profile.stores.conversations.byId(here) ?? never();
    ada.profile.stores.dialogs.acknowledge({ ...conversation, instanceId: ada.profile.local.instanceId }, 99);
    expect(kept(ada)).not.toContain(hex('Too early'));
  });

  it('deleted for oneself: the other side keeps it and hears nothing', async () => {
    const messageId = await send(ada, here, 'Mine', bob);
    const upTo = ada.profile.engine.status(ada.profile.stores.conversations.byId(here) ?? never());
    const told = bob.told.length;
    ada.messages.delete({ messageId });
    expect(await list(ada, here)).toEqual([]);
    expect(toldOf(ada, 'messages.removed')).toEqual([{ type: 'messages.removed', conversationId: here, messageIds: [messageId] }]);
    await world.pass(1_000);
    expect(rowOf(bob, 'Mine')).toBeDefined();
    expect(bob.told.slice(told).filter(({ type }) => type.startsWith('message'))).toEqual([]);
    expect(ada.profile.engine.status(ada.profile.stores.conversations.byId(here) ?? never()).transcript.upTo).toBe(upTo.transcript.upTo);
    expect(() => ada.messages.delete({ messageId })).toThrow(code('message.unknown'));
    // One that was not read any more is none to be read.
    const at = idOf(bob, 'Mine');
    bob.messages.delete({ messageId: at });
    expect(bob.profile.stores.conversations.byId(there)?.unread).toBe(0);
  });

  it('nobody changes what somebody else wrote: neither asked here nor said by an app that would', async () => {
    await send(ada, here, 'Mine', bob);
    await send(bob, there, 'His', ada);
    const his = idOf(ada, 'His');
    await expect(ada.messages.edit({ messageId: his, text: 'Not his' })).rejects.toEqual(code('message.not-own'));
    await expect(ada.messages.delete({ messageId: his, forBoth: true })).rejects.toEqual(code('message.not-own'));
    const mine = rowOf(ada, 'Mine') ?? never();
    const before = await list(ada, here);
    for (const content of [
      { kind: 'edit', target: mine, revision: 9, text: 'Forged' },
      { kind: 'delete', target: mine },
      { kind: 'reaction', target: mine, revision: 1, emoji: 'not an emoji', remove: false },
    ] satisfies Content[]) say(bob, there, content);
    await send(bob, there, 'Behind it', ada);
    expect((await list(ada, here)).slice(0, 2)).toEqual(before);
    expect(ada.profile.stores.changes.hasEarly()).toBe(false);
  });

  it('a word about a message of another conversation is none about this one', async () => {
    const first = await send(ada, here, 'In the first', bob);
    const contactId = ada.profile.stores.conversations.byId(here)?.contactId ?? '';
    const other = (await ada.conversations.open({ contactId, title: 'Other' })).conversationId;
    say(ada, other, { kind: 'delete', target: ada.profile.stores.messages.byId(first) ?? never() });
    await send(ada, other, 'Marker', bob);
    expect(rowOf(bob, 'In the first')).toMatchObject({ kind: 'text' });
  });

  it('what may not be sent may not be changed: blocked, failed, too long, empty', async () => {
    const messageId = await send(ada, here, 'Mine', bob);
    await expect(ada.messages.edit({ messageId, text: ' \n' })).rejects.toEqual(code('message.empty'));
    await expect(ada.messages.edit({ messageId, text: '€'.repeat(14 * 1024) })).rejects.toEqual(code('message.too-long'));
    await expect(ada.messages.edit({ messageId: 'nobody', text: 'x' })).rejects.toEqual(code('message.unknown'));
    const contactId = ada.profile.stores.conversations.byId(here)?.contactId ?? '';
    ada.contacts.block({ contactId });
    for (const refused of [ada.messages.edit({ messageId, text: 'x' }), ada.messages.react({ messageId, emoji: '🎉' }), ada.messages.delete({ messageId, forBoth: true })]) {
      await expect(refused).rejects.toEqual(code('contact.blocked'));
    }
    expect(await list(ada, here)).toMatchObject([{ text: 'Mine' }]);
    ada.messages.delete({ messageId });
    expect(await list(ada, here)).toEqual([]);
  });

  it('what is said of a message that was erased here is kept for nobody, and a deletion ends what waits for its message', async () => {
    const messageId = await send(bob, there, 'His', ada);
    const mine = await send(ada, here, 'Mine', bob);
    const at = rowOf(ada, 'His')?.messageId ?? '';
    ada.messages.delete({ messageId: at });
    ada.messages.delete({ messageId: mine });
    await bob.messages.edit({ messageId, text: 'His, in other words' });
    await bob.messages.react({ messageId: idOf(bob, 'Mine'), emoji: '🎉' });
    await send(bob, there, 'Behind it', ada);
    expect(ada.profile.stores.changes.hasEarly()).toBe(false);
    expect(await list(ada, here)).toMatchObject([{ text: 'Behind it' }]);
    const conversation = ada.profile.stores.conversations.byId(here) ?? never();
    const target = { instanceId: bob.profile.local.instanceId, sequence: 99 };
    const waiting = () => ada.db.prepare('SELECT what FROM early_changes').all().map(({ what }) => what);
    const hear = (sequence: number, content: Extract<Content, { kind: 'edit' | 'delete' | 'reaction' }>) => ada.profile.commit(() => ada.profile.talk.changes.heard(conversation, { instanceId: target.instanceId, sequence, sentAt: 1, content }));
    hear(201, { kind: 'edit', target, revision: 1, text: 'x' });
    hear(202, { kind: 'reaction', target, revision: 1, emoji: '🎉', remove: false });
    expect(waiting()).toEqual(['edit', 'reaction 🎉']);
    hear(203, { kind: 'delete', target });
    hear(204, { kind: 'edit', target, revision: 2, text: 'y' });
    expect(waiting()).toEqual(['delete']);
    // Another own device says that its time was over: what it was changed to is kept here no longer, nor from here on.
    const over = { ...target, sequence: 98 };
    const edit = { kind: 'edit', target: over, revision: 1, text: 'x' } as const;
    hear(205, edit);
    expect(waiting()).toEqual(['edit', 'delete']);
    ada.profile.commit(() => ada.profile.talk.changes.ended(conversation.conversationId, over));
    hear(206, edit);
    expect(waiting()).toEqual(['delete']);
  });

  it('what is said about messages that never come is bounded', async () => {
    const nobody = bob.profile.local.instanceId;
    const conversation = ada.profile.stores.conversations.byId(here) ?? never();
    ada.profile.commit(() => {
      for (let sequence = 1; sequence <= 400; sequence += 1) {
        ada.profile.talk.changes.heard(conversation, { instanceId: nobody, sequence: 10_000 + sequence, sentAt: 1, content: { kind: 'edit', target: { instanceId: nobody, sequence }, revision: 1, text: 'x' } });
      }
    });
    expect(ada.db.prepare('SELECT count(*) AS n FROM early_changes').all()[0]?.['n']).toBe(256);
    // And so is what is put to one message.
    const messageId = await send(ada, here, 'Target', bob);
    const target = ada.profile.stores.messages.byId(messageId) ?? never();
    ada.profile.commit(() => {
      for (let at = 0; at < 100; at += 1) {
        ada.profile.talk.changes.heard(conversation, { instanceId: nobody, sequence: 20_000 + at, sentAt: 1, content: { kind: 'reaction', target, revision: 1, emoji: String.fromCodePoint(0x1f600 + (at % 70)), remove: false } });
      }
    });
    expect(ada.profile.stores.reactions.of(messageId)).toHaveLength(32);
  });
});

function never(): never {
  throw new Error('not here');
}
