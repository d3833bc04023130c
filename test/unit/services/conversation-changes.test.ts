import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shownMessages } from '../../../electron/services/shown-messages';
import { acquaint, createWorld, toldOf, type Resident, type World } from '../../support/services-kit';

describe('what a person does with conversations', () => {
  let world: World;
  let desk: Resident;
  let lap: Resident;
  let bob: Resident;
  let ofBob = '';
  let ofAda = '';

  beforeEach(async () => {
    world = createWorld();
    desk = await world.move('Ada');
    bob = await world.move('Bob');
    ({ ofInviter: ofBob, ofInvitee: ofAda } = await acquaint(world, desk, bob));
  });
  afterEach(() => world.close());

  const list = (of: Resident) => of.conversations.list(undefined) as Awaited<ReturnType<Resident['conversations']['list']>>;
  const only = (of: Resident) => list(of)[0] ?? expect.unreachable('a conversation');
  const texts = (of: Resident) => of.profile.stores.conversations.list().flatMap(({ conversationId }) => of.profile.stores.messages.page(conversationId, undefined, 100).map(({ text }) => text));
  const say = async (from: Resident, text: string, to: Resident) => {
    const { messageId } = await from.messages.send({ conversationId: only(from).conversationId, text });
    await world.until(`${text} there`, () => texts(to).includes(text));
    return messageId;
  };
  const link = async () => {
    lap = await world.link(desk, 'Ada, lap');
    await world.until('in step', () => [desk, lap].every(({ profile }) => profile.devices.replica.hasHeardAll && profile.devices.siblings.session((profile === desk.profile ? lap : desk).profile.local.instanceId) !== undefined) && list(lap).length === list(desk).length);
  };

  it('puts a conversation on top, away and to rest on all own devices, and a new message brings it back from the archive', async () => {
    const { conversationId } = await desk.conversations.open({ contactId: ofBob, title: 'Trip' });
    await say(desk, 'hello', bob);
    await link();
    await desk.conversations.update({ conversationId, pinned: true, archived: true, mutedUntil: world.clock.now() + 3_600_000 });
    expect(await desk.conversations.get({ conversationId })).toMatchObject({ pinned: true, archived: true, mutedUntil: world.clock.now() + 3_600_000 });
    const until = world.clock.now() + 3_600_000;
    await world.until('told', () => only(lap).archived && only(lap).pinned && only(lap).mutedUntil === until);
    expect(only(bob)).toMatchObject({ pinned: false, archived: false, mutedUntil: 0 });
    await world.pass(1_000);
    await say(bob, 'still there?', desk);
    await world.until('back on both', () => !only(desk).archived && !only(lap).archived);
    await lap.conversations.update({ conversationId: only(lap).conversationId, pinned: false, mutedUntil: 0 });
    await world.until('taken back', () => !only(desk).pinned && only(desk).mutedUntil === 0);
  });

  it('marks a conversation as unread on all own devices and over a restart, until it is opened, read on or answered on any', async () => {
    const { conversationId } = await desk.conversations.open({ contactId: ofBob });
    await say(desk, 'hello', bob);
    await link();
    const marked = () => [desk, lap].map((each) => only(each).markedUnread);
    const mark = async () => {
      await desk.conversations.update({ conversationId, markedUnread: true });
      await world.until('marked there', () => only(lap).markedUnread);
    };
    const isOver = () => world.until('over on both', () => !only(desk).markedUnread && !only(lap).markedUnread);
    await mark();
    desk.reopen();
    expect(marked()).toEqual([true, true]);
    expect(only(bob).markedUnread).toBe(false);
    // Scrolled to what was read before: nothing of it was read.
    const { messageId } = (await desk.messages.list({ conversationId }))[0] ?? expect.unreachable('a message');
    await desk.conversations.markRead({ conversationId, upTo: messageId });
    // What else one does with it does not touch it.
    await desk.conversations.update({ conversationId, pinned: true });
    expect(marked()).toEqual([true, true]);
    await lap.conversations.update({ conversationId: only(lap).conversationId, markedUnread: false });
    await isOver();
    await mark();
    await desk.conversations.markRead({ conversationId });
    await isOver();
    await mark();
    const later = await say(bob, 'later', desk);
    expect(later).not.toBe('');
    expect([only(desk).unread, only(desk).markedUnread]).toEqual([1, true]);
    const newest = (await desk.messages.list({ conversationId })).at(-1) ?? expect.unreachable('the later one');
    await desk.conversations.markRead({ conversationId, upTo: newest.messageId });
    await isOver();
    await mark();
    await lap.messages.send({ conversationId: only(lap).conversationId, text: 'answer' });
    await isOver();
  });

  it('tells a device that is linked later what was marked as unread before', async () => {
    const { conversationId } = await desk.conversations.open({ contactId: ofBob });
    await say(desk, 'hello', bob);
    await desk.conversations.update({ conversationId, markedUnread: true });
    await link();
    await world.until('told', () => only(lap).markedUnread);
  });

  it('keeps a draft over a restart and on the other own device, tells nobody else, and ends it with the message', async () => {
    const { conversationId } = await desk.conversations.open({ contactId: ofBob });
    const replyTo = await say(desk, 'hello', bob);
    await link();
    await desk.conversations.update({ conversationId, draft: { text: 'half a thou', replyTo } });
    desk.reopen();
    expect(only(desk).draft).toEqual({ text: 'half a thou', replyTo });
    await world.until('told', () => only(lap).draft?.text === 'half a thou' && only(lap).draft?.replyTo !== undefined);
    expect(only(bob).draft).toBeUndefined();
    await desk.messages.send({ conversationId, text: 'half a thought', replyTo });
    expect(only(desk).draft).toBeUndefined();
    await world.until('ended there', () => only(lap).draft === undefined);
    // What it was to answer is gone, on either device: what was written stays, and can be sent.
    await desk.conversations.update({ conversationId, draft: { text: 'x', replyTo: '0'.repeat(32) } });
    expect(only(desk).draft).toEqual({ text: 'x' });
    await desk.conversations.update({ conversationId, draft: { text: 'an answer', replyTo } });
    await world.until('told', () => only(lap).draft?.replyTo !== undefined);
    desk.messages.delete({ messageId: replyTo });
    expect(only(desk).draft).toEqual({ text: 'an answer' });
    await world.until('there, too', () => only(lap).draft?.text === 'an answer' && only(lap).draft?.replyTo === undefined);
    await desk.messages.send({ conversationId, text: only(desk).draft?.text ?? '' });
    const other = (await desk.conversations.open({ contactId: ofBob, title: 'elsewhere' })).conversationId;
    const elsewhere = (await desk.messages.send({ conversationId: other, text: 'elsewhere' })).messageId;
    await expect(async () => desk.conversations.update({ conversationId, draft: { text: 'x', replyTo: elsewhere } })).rejects.toMatchObject({ code: 'message.unknown' });
  });

  it('keeps an edit over a restart, on this device alone, until it is said, given up or its message is gone', async () => {
    const { conversationId } = await desk.conversations.open({ contactId: ofBob });
    const [first, second] = [await say(desk, 'first', bob), await say(desk, 'second', bob)];
    const theirs = await say(bob, 'theirs', desk);
    await link();
    const edit = (messageId: string, text: string) => desk.conversations.update({ conversationId, draft: { text: 'beside it' }, editing: { messageId, text } });
    const kept = () => (desk.db.prepare('SELECT message_id, text FROM edits').all() as { message_id: string; text: string }[]).map(({ text }) => text);
    await edit(first, 'first, chang');
    desk.reopen();
    expect(only(desk)).toMatchObject({ draft: { text: 'beside it' }, editing: { messageId: first, text: 'first, chang' } });
    await world.until('the draft told', () => only(lap).draft?.text === 'beside it');
    expect(only(lap).editing).toBeUndefined();
    // One at a time.
    await edit(second, 'another');
    expect([only(desk).editing?.text, kept()]).toEqual(['another', ['another']]);
    // What else one does with it does not touch it.
    await desk.conversations.update({ conversationId, pinned: true, draft: null });
    expect(only(desk).editing?.text).toBe('another');
    await desk.messages.edit({ messageId: second, text: 'second, changed' });
    expect([only(desk).editing, kept()]).toEqual([undefined, []]);
    await edit(first, 'given up');
    await desk.conversations.update({ conversationId, editing: null });
    expect(kept()).toEqual([]);
    // Deleted for both, for oneself, and as it came from the other own device.
    await edit(second, 'in vain');
    await desk.messages.delete({ messageId: second, forBoth: true });
    expect([only(desk).editing, kept()]).toEqual([undefined, []]);
    await edit(second, 'too late');
    await edit('0'.repeat(32), 'never was');
    expect([only(desk).editing, kept()]).toEqual([undefined, []]);
    await edit(first, 'in vain');
    const there = (await lap.messages.list({ conversationId: only(lap).conversationId })).find(({ text }) => text === 'first') ?? expect.unreachable('there, too');
    await lap.messages.delete({ messageId: there.messageId });
    await world.until('gone here', () => kept().length === 0);
    expect([only(desk).editing, only(desk).draft?.text]).toEqual([undefined, 'beside it']);
    expect(toldOf(desk, 'messages.removed').at(-1)).toEqual({ type: 'messages.removed', conversationId, messageIds: [first], lostEdit: true });
    const inbound = (await desk.messages.list({ conversationId })).find(({ text }) => text === 'theirs') ?? expect.unreachable('theirs');
    expect(theirs).not.toBe('');
    await expect(async () => edit(inbound.messageId, 'x')).rejects.toMatchObject({ code: 'message.not-own' });
    const other = (await desk.conversations.open({ contactId: ofBob, title: 'elsewhere' })).conversationId;
    const elsewhere = (await desk.messages.send({ conversationId: other, text: 'elsewhere' })).messageId;
    await expect(async () => edit(elsewhere, 'x')).rejects.toMatchObject({ code: 'message.unknown' });
    await desk.conversations.update({ conversationId: other, editing: { messageId: elsewhere, text: 'with its conversation' } });
    desk.conversations.remove({ conversationId: other });
    expect(kept()).toEqual([]);
  });

  it('says in the list whose the newest message is, and how far an own one got', async () => {
    const { conversationId } = await desk.conversations.open({ contactId: ofBob });
    expect(only(desk).lastBy).toBeUndefined();
    const mine = await say(desk, 'mine', bob);
    await world.until('arrived', () => only(desk).newest?.state === 'delivered');
    expect(only(desk)).toMatchObject({ lastBy: 'me', newest: { messageId: mine, kind: 'text', direction: 'out', state: 'delivered' } });
    expect([only(bob).lastBy, only(bob).newest]).toEqual(['them', undefined]);
    await say(bob, 'theirs', desk);
    expect([only(desk).lastBy, only(desk).newest, only(bob).lastBy]).toEqual(['them', undefined, 'me']);
    await link();
    await world.until('told', () => only(lap).lastBy === 'them');
    desk.reopen();
    expect(only(desk).lastBy).toBe('them');
    // The newest goes: the one before it is the newest.
    const { messageId } = (await desk.messages.list({ conversationId })).at(-1) ?? expect.unreachable('theirs');
    desk.messages.delete({ messageId });
    expect(only(desk)).toMatchObject({ lastBy: 'me', preview: 'mine', newest: { messageId: mine } });
    await world.until('there, too', () => only(lap).lastBy === 'me');
    // What came last stands before it where a clock was wrong: how far theirs got is nothing an own one did.
    await say(bob, 'stands last', desk);
    desk.profile.stores.conversations.noteMessage(conversationId, { at: world.clock.now(), preview: 'came last', own: true, unread: 0 });
    expect([only(desk).lastBy, only(desk).newest]).toEqual(['me', undefined]);
  });

  it('looks up how far the newest got of those that stand first and of pinned ones only, of any when it is asked for alone', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 53; at += 1) {
      const { conversationId } = await desk.conversations.open({ contactId: ofBob, title: `${at}` });
      await desk.messages.send({ conversationId, text: 'mine' });
      ids.push(conversationId);
      await world.pass(1);
    }
    const [oldest = '', second = ''] = ids;
    await desk.conversations.update({ conversationId: second, pinned: true });
    const without = () => list(desk).filter(({ newest }) => newest === undefined).map(({ conversationId }) => conversationId);
    expect(list(desk).every(({ lastBy }) => lastBy === 'me')).toBe(true);
    expect(without()).toEqual([ids[2], oldest]);
    expect((await desk.conversations.get({ conversationId: oldest })).newest).toMatchObject({ direction: 'out' });
  });

  it('gives a conversation another title for both people, the same one for all when both do at once', async () => {
    const { conversationId } = await desk.conversations.open({ contactId: ofBob, title: 'Trip' });
    await say(desk, 'hello', bob);
    await link();
    await desk.conversations.update({ conversationId, title: 'Journey', disappearAfter: 3_600 });
    await world.until('told', () => only(bob).title === 'Journey' && only(lap).title === 'Journey' && only(bob).disappearAfter === 3_600 && only(lap).disappearAfter === 3_600);
    expect(texts(bob)).toEqual(['hello']);
    bob.mute = true;
    bob.onLink = (gone) => gone.destroy();
    bob.reopen();
    await bob.conversations.update({ conversationId: only(bob).conversationId, title: 'by Bob' });
    await desk.conversations.update({ conversationId, title: 'by Ada' });
    bob.mute = false;
    bob.onLink = undefined;
    bob.reopen();
    await world.until('agreed', () => only(desk).title === only(bob).title && only(lap).title === only(bob).title && only(bob).title !== 'Journey');
    await bob.conversations.update({ conversationId: only(bob).conversationId, title: 'at last' });
    await world.until('later', () => [desk, lap, bob].every((each) => only(each).title === 'at last'));
    // No title is a message to anybody: both count the same of each other's.
    for (const writer of [desk, bob]) {
      const { instanceId } = writer.profile.local;
      const row = writer.profile.stores.conversations.list()[0] ?? expect.unreachable('theirs');
      const sent = (writer.profile.stores.dialogs.findSending({ ...row, instanceId })?.nextSequence ?? 1) - 1;
      expect(sent).toBeGreaterThan(1);
      const reader = writer === desk ? bob : desk;
      const there = reader.profile.stores.conversations.list()[0] ?? expect.unreachable('theirs');
      await world.until('all of it there', () => reader.profile.stores.dialogs.findReceiving({ ...there, instanceId })?.cumulative === sent);
      const counts = [desk, bob].map((each) => shownMessages(each.profile.stores, only(each).conversationId, { instanceId, first: 1, count: sent }));
      expect(counts).toEqual(writer === desk ? [1, 1] : [0, 0]);
    }
    // A number that leaves none above it is passed over, and of two under one number by one device all take the same.
    const row = bob.profile.stores.conversations.list()[0] ?? expect.unreachable('theirs');
    const by = desk.profile.local.instanceId;
    const heard = (title: string, revision: number) => bob.profile.commit(() => bob.profile.history.titled({ ...row, title, revision, by }));
    heard('the end', 0xffff_ffff);
    expect(only(bob).title).toBe('at last');
    for (const title of ['m', 'z', 'a']) heard(title, 60_000);
    expect(only(bob).title).toBe('z');
  });

  it('removes a conversation with all that was said from all own devices, closes it for the other side, and nothing brings it back', async () => {
    const { conversationId } = await desk.conversations.open({ contactId: ofBob });
    await say(desk, 'secret', bob);
    await say(bob, 'answer', desk);
    await link();
    const other = await desk.conversations.open({ contactId: ofBob, title: 'other' });
    await desk.messages.send({ conversationId: other.conversationId, text: 'stays' });
    bob.mute = true;
    bob.onLink = (gone) => gone.destroy();
    bob.reopen();
    await bob.messages.send({ conversationId: list(bob).find(({ title }) => title === '')?.conversationId ?? '', text: 'too late' });
    await desk.conversations.remove({ conversationId });
    expect(list(desk).map(({ title }) => title)).toEqual(['other']);
    await expect(async () => desk.conversations.get({ conversationId })).rejects.toMatchObject({ code: 'conversation.unknown' });
    await world.until('gone there', () => list(lap).length === 1);
    bob.mute = false;
    bob.onLink = undefined;
    bob.reopen();
    await world.until('closed', () => list(bob).find(({ title }) => title === '')?.state === 'closed');
    await world.pass(5_000);
    const closed = list(bob).find(({ title }) => title === '') ?? expect.unreachable('theirs');
    expect((await bob.messages.list({ conversationId: closed.conversationId })).map(({ text, waitingFor }) => [text, waitingFor])).toEqual([['secret', undefined], ['answer', undefined], ['too late', 'ended']]);
    await expect(async () => bob.messages.send({ conversationId: closed.conversationId, text: 'hm' })).rejects.toMatchObject({ code: 'conversation.closed' });
    for (const each of [desk, lap]) {
      each.reopen();
      await world.pass(1_000);
      expect(texts(each)).toEqual(['stays']);
      for (const table of ['messages', 'outbox', 'held_messages', 'replica_facts', 'conversations']) {
        const rows = each.db.prepare(`SELECT * FROM ${table}`).all();
        expect(JSON.stringify(rows.map((row) => Object.values(row).map((value) => (value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value)))), table).not.toMatch(/secret|answer|too late/);
      }
    }
    expect(ofAda).not.toBe('');
    await bob.conversations.open({ contactId: ofAda, title: 'again' });
    await world.until('a new one', () => list(desk).some(({ title }) => title === 'again'));
  });
});
