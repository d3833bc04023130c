import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EventHub } from '../../../electron/services/event-hub';
import { keysService } from '../../../electron/services/keys-service';
import { searchService } from '../../../electron/services/search-service';
import type { KeyStatus } from '../../../shared/model/keys';
import type { Message } from '../../../shared/model/message';
import { acquaint, createWorld, type Resident, type World } from '../../support/services-kit';

describe('one conversation without a title with each person', () => {
  let world: World;
  let ada: Resident;
  let bob: Resident;
  let ofBob = '';
  let ofAda = '';

  beforeEach(async () => {
    world = createWorld();
    ada = await world.move('Ada');
    bob = await world.move('Bob');
    ({ ofInviter: ofBob, ofInvitee: ofAda } = await acquaint(world, ada, bob));
  });
  afterEach(() => world.close());

  const list = (of: Resident) => of.conversations.list(undefined) as Awaited<ReturnType<Resident['conversations']['list']>>;
  const only = (of: Resident) => list(of)[0] ?? expect.unreachable('a conversation');
  const rows = (of: Resident) => of.profile.stores.conversations.list();
  const shown = (of: Resident, more: object = {}) => of.messages.list({ conversationId: only(of).conversationId, ...more }) as Message[];
  const texts = (of: Resident) => shown(of).map(({ text }) => text);
  const dialogOf = (of: Resident) => rows(of).find(({ conversationId }) => conversationId === only(of).conversationId)?.dialogId;
  /** Both begin one and write in it before they hear of the other's. */
  const bothAtOnce = async () => {
    const [mine, theirs] = await Promise.all([ada.conversations.open({ contactId: ofBob }), bob.conversations.open({ contactId: ofAda })]);
    await Promise.all([ada.messages.send({ conversationId: mine.conversationId, text: 'hello from Ada' }), bob.messages.send({ conversationId: theirs.conversationId, text: 'hello from Bob' })]);
    await world.until('one on both sides', () => [ada, bob].every((each) => rows(each).length === 2 && list(each).length === 1 && only(each).lastMessageAt !== undefined));
    await world.until('everything there', () => [ada, bob].every((each) => texts(each).length === 2));
    return { mine: mine.conversationId, theirs: theirs.conversationId };
  };

  it('begun by both at the same moment: keys of both are told, and the same history, what is stored and what was recorded are those of all of it', async () => {
    await bothAtOnce();
    for (const each of [ada, bob]) await each.messages.send({ conversationId: only(each).conversationId, text: 'and one more' });
    const keys = (of: Resident) => keysService({ profile: () => of.profile, events: { emit: () => undefined } as unknown as EventHub, clock: world.clock });
    // Both answer at once here.
    const status = (of: Resident) => keys(of).status({ conversationId: only(of).conversationId }) as KeyStatus;
    await world.until('all compared', () => [ada, bob].map(status).every(({ transcript }) => transcript.shown === 2));
    for (const each of [ada, bob]) {
      const { also, sending, receiving, transcript } = status(each);
      expect(transcript.equal).toBe(true);
      expect(sending).not.toBeNull();
      expect(receiving).toHaveLength(1);
      // One greeting is in the other part, which is not written in any more.
      expect(also).toHaveLength(1);
      expect((also?.[0]?.sending?.messages ?? 0) + (also?.[0]?.receiving[0]?.messages ?? 0)).toBe(1);
      const lives = await keys(each).timeline({ conversationId: only(each).conversationId });
      expect(lives.exposure).toMatchObject({ stored: 4, recorded: 4 });
      expect(lives.also).toHaveLength(1);
      expect(lives.also?.[0]?.reduce((count, { messages }) => count + messages, 0)).toBe(1);
    }
  });

  it('begun by both at the same moment: a difference in either part names a message of it that is here', async () => {
    await bothAtOnce();
    for (const each of [ada, bob]) await each.messages.send({ conversationId: only(each).conversationId, text: 'and one more' });
    const compared = (of: Resident) => {
      const keys = keysService({ profile: () => of.profile, events: { emit: () => undefined } as unknown as EventHub, clock: world.clock });
      return (keys.status({ conversationId: only(of).conversationId }) as KeyStatus).transcript;
    };
    await world.until('all compared', () => [ada, bob].every((each) => compared(each).shown === 2));
    let streams = 0;
    for (const each of [ada, bob]) {
      const { dialogs, messages } = each.profile.stores;
      expect(compared(each).messageId).toBeUndefined();
      for (const { peerId, dialogId, conversationId } of rows(each)) {
        for (const row of dialogs.sendingsIn({ peerId, dialogId }).filter(({ comparedUpTo }) => comparedUpTo > 0)) {
          streams += 1;
          // What no ordinary fault brings about is written where it would stand.
          dialogs.putSending({ ...row, comparedEqual: false });
          const { equal, messageId = '' } = compared(each);
          expect(equal).toBe(false);
          expect(messages.byId(messageId)).toMatchObject({ conversationId, direction: 'out', instanceId: row.instanceId });
          expect(shown(each).map((message) => message.messageId)).toContain(messageId);
          dialogs.putSending(row);
          expect(compared(each).equal).toBe(true);
        }
      }
    }
    // Both in the part that is written in, and the greeting in the other one.
    expect(streams).toBe(3);
  });

  it('begun by both at the same moment: shown as one on both sides, with all that was said, and written on in the same dialog', async () => {
    const { mine } = await bothAtOnce();
    expect(dialogOf(ada)).toBe(dialogOf(bob));
    expect(new Set(texts(ada))).toEqual(new Set(['hello from Ada', 'hello from Bob']));
    const { conversationId } = only(ada);
    // Whoever still asks for the one it was is shown the one it is.
    expect((await ada.conversations.get({ conversationId: mine })).conversationId).toBe(conversationId);
    expect(await ada.conversations.open({ contactId: ofBob })).toEqual({ conversationId });
    expect(only(ada)).toMatchObject({ unread: 1 });
    expect(only(ada).continues).toBeUndefined();
    await ada.conversations.markRead({ conversationId });
    expect(only(ada).unread).toBe(0);

    for (const text of ['a1', 'a2', 'a3']) await ada.messages.send({ conversationId: mine, text });
    await world.until('there', () => texts(bob).includes('a3'));
    // Page by page as if it had been one.
    const all = shown(ada);
    expect(all.map((each) => each.conversationId)).toEqual(all.map(() => conversationId));
    const newest = shown(ada, { limit: 2 });
    const before = shown(ada, { limit: 2, before: newest[0]?.messageId });
    const first = shown(ada, { limit: 2, before: before[0]?.messageId });
    expect([...first, ...before, ...newest]).toEqual(all);
    expect(shown(ada, { after: all[1]?.messageId, limit: 3 })).toEqual(all.slice(2));
    expect(shown(ada, { around: all[2]?.messageId, limit: 5 })).toEqual(all);
    expect(shown(ada, { at: 0, limit: 5 })).toEqual(all);

    // An answer, a reaction and a change reach whatever they are meant for, in either dialog.
    const greetings = all.filter(({ text }) => text.startsWith('hello'));
    for (const one of greetings) {
      await bob.messages.send({ conversationId: only(bob).conversationId, text: `to ${one.text}`, replyTo: shown(bob).find(({ text }) => text === one.text)?.messageId });
      await ada.messages.react({ messageId: one.messageId, emoji: '👍' });
    }
    await world.until('answered', () => texts(ada).filter((text) => text.startsWith('to ')).length === 2);
    const answers = shown(ada).filter(({ text }) => text.startsWith('to '));
    expect(answers.map(({ replyTo }) => replyTo).sort()).toEqual(greetings.map(({ messageId }) => messageId).sort());
    await world.until('put', () => shown(bob).filter(({ reactions }) => reactions?.some(({ emoji }) => emoji === '👍')).length === 2);
    const hits = await searchService({ profile: () => ada.profile }).search({ query: 'from', conversationId });
    expect(hits.map((hit) => [hit.snippet, hit.conversationId])).toEqual(expect.arrayContaining([['hello from Ada', conversationId], ['hello from Bob', conversationId]]));
    expect(hits.map(({ snippet }) => snippet).sort()).toEqual(['hello from Ada', 'hello from Bob', 'to hello from Ada', 'to hello from Bob']);
    // Page by page, too, whatever the other person's clock says: what counts is where they stand.
    ada.db.exec('UPDATE messages SET sent_at = 1 WHERE direction = 0');
    const search = (before?: string) => searchService({ profile: () => ada.profile }).search({ query: 'from', conversationId, limit: 2, before });
    const page = await search();
    const inPlace = shown(ada).filter(({ text }) => text.includes('from')).map(({ messageId }) => messageId).reverse();
    expect([...page, ...(await search(page.at(-1)?.messageId))].map(({ messageId }) => messageId)).toEqual(inPlace);
    // Clients hear of one conversation only, but for the word that it is elsewhere now.
    const named = new Set(ada.told.flatMap((event) => ('conversationId' in event && event.type !== 'conversation.changed' ? [event.conversationId] : [])).slice(-4));
    expect([...named]).toEqual([conversationId]);
  });

  it('begun by both at the same moment: what is being written answers and changes messages of either part, and a mark of either goes', async () => {
    await bothAtOnce();
    for (const each of [ada, bob]) {
      const { conversationId } = only(each);
      for (const { messageId, direction } of shown(each)) {
        const editing = direction === 'out' ? { messageId, text: 'changed' } : null;
        await each.conversations.update({ conversationId, draft: { text: 'an answer', replyTo: messageId }, editing });
        expect(only(each)).toMatchObject({ draft: { replyTo: messageId }, ...(editing && { editing }) });
      }
      const other = rows(each).find((row) => row.conversationId !== conversationId) ?? expect.unreachable('the other part');
      each.profile.stores.conversations.put({ ...other, markedUnread: true });
      expect(only(each).markedUnread).toBe(true);
      await each.conversations.update({ conversationId, markedUnread: false });
      expect([only(each).markedUnread, rows(each).some(({ markedUnread }) => markedUnread === true)]).toEqual([false, false]);
    }
  });

  it('stays one over a restart, on another own device and with a title, and goes as one', async () => {
    await bothAtOnce();
    ada.reopen();
    const lap = await world.link(ada, 'Ada, lap');
    await world.until('there, too', () => lap.profile.devices.replica.hasHeardAll && rows(lap).length === 2 && list(lap).length === 1);
    await world.until('with all', () => texts(lap).length === 2);
    expect(dialogOf(lap)).toBe(dialogOf(bob));
    await lap.conversations.update({ conversationId: only(lap).conversationId, title: 'Us two', disappearAfter: 3_600 });
    await world.until('named', () => [ada, bob].every((each) => list(each).length === 1 && only(each).title === 'Us two' && only(each).disappearAfter === 3_600));
    // Another one without a title is another conversation now; one with a title always is.
    const { conversationId } = await bob.conversations.open({ contactId: ofAda, title: 'Trip' });
    await bob.messages.send({ conversationId, text: 'to the sea' });
    await world.until('two', () => [ada, lap, bob].every((each) => list(each).length === 2));
    await ada.conversations.remove({ conversationId: list(ada).find(({ title }) => title === 'Us two')?.conversationId ?? '' });
    await world.until('gone', () => [ada, lap].every((each) => list(each).length === 1 && rows(each).length === 1));
    expect(list(bob).map(({ title, state }) => [title, state])).toContainEqual(['Us two', 'closed']);
  });

  it('in several parts, with several own devices on both sides: what was read up to a message is read in every part and on every device, and what stands further down is not', async () => {
    const lap = await world.link(ada, 'Ada, lap');
    const pad = await world.link(bob, 'Bob, pad');
    const knows = (of: Resident, other: Resident): string => of.profile.stores.contacts.byPeer(other.profile.local.peerId)?.contactId ?? '';
    await world.until('in step', () => [lap, pad].every(({ profile }) => profile.devices.replica.hasHeardAll) && knows(lap, bob) !== '' && knows(pad, ada) !== '');
    const opened = await Promise.all([ada.conversations.open({ contactId: ofBob }), lap.conversations.open({ contactId: knows(lap, bob) })]);
    for (const [index, each] of [ada, lap].entries()) await each.messages.send({ conversationId: opened[index]?.conversationId ?? '', text: `from ${index}` });
    const all = [ada, lap, bob, pad];
    await world.until('one everywhere, with both', () => all.every((each) => rows(each).length === 2 && list(each).length === 1 && texts(each).length === 2));
    // What is said from here on is in the part that took the other in.
    for (const [index, each] of [lap, ada].entries()) await each.messages.send({ conversationId: only(each).conversationId, text: `then ${index}` });
    await world.until('four everywhere', () => all.every((each) => texts(each).length === 4) && [bob, pad].every((each) => only(each).unread === 4));
    const before = shown(bob);
    const parts = before.slice(0, 2).map(({ messageId }) => bob.profile.stores.messages.byId(messageId)?.conversationId);
    expect(new Set(parts).size).toBe(2);

    const states = (of: Resident) => shown(of).map(({ text, state }) => `${text} ${state}`);
    const expected = (read: number): string[] => before.map(({ text }, index) => `${text} ${index < read ? 'read' : 'delivered'}`);
    const stands = (of: Resident, read: number): boolean => only(of).unread === 4 - read && [...states(of)].sort().join() === expected(read).sort().join();
    for (const [read, reader] of [[1, bob], [2, pad], [3, pad]] as const) {
      reader.conversations.markRead({ conversationId: only(reader).conversationId, upTo: shown(reader).find(({ text }) => text === before[read - 1]?.text)?.messageId });
      await world.until(`${read} read on both`, () => [bob, pad].every((each) => stands(each, read)));
      // The writers' devices hear of it, and of no more than that.
      await world.until(`${read} told`, () => [ada, lap].every((each) => [...states(each)].sort().join() === expected(read).sort().join()));
      await world.pass(2_000);
      expect([bob, pad].map((each) => stands(each, read))).toEqual([true, true]);
      for (const each of [ada, lap]) expect([...states(each)].sort()).toEqual(expected(read).sort());
    }
  });

  it('begun by two own devices apart, and one of three: the smallest takes the others in, everywhere', async () => {
    const lap = await world.link(ada, 'Ada, lap');
    await world.until('in step', () => lap.profile.devices.replica.hasHeardAll && lap.profile.stores.contacts.byPeer(bob.profile.local.peerId) !== undefined);
    const atLap = lap.profile.stores.contacts.byPeer(bob.profile.local.peerId)?.contactId ?? '';
    const opened = await Promise.all([ada.conversations.open({ contactId: ofBob }), lap.conversations.open({ contactId: atLap }), bob.conversations.open({ contactId: ofAda })]);
    for (const [index, each] of [ada, lap, bob].entries()) await each.messages.send({ conversationId: opened[index]?.conversationId ?? '', text: `from ${index}` });
    await world.until('one everywhere', () => [ada, lap, bob].every((each) => rows(each).length === 3 && list(each).length === 1));
    await world.until('all there', () => [ada, lap, bob].every((each) => texts(each).length === 3));
    const least = rows(bob).map(({ dialogId }) => dialogId).sort()[0];
    expect([ada, lap, bob].map(dialogOf)).toEqual([least, least, least]);
  });
});
