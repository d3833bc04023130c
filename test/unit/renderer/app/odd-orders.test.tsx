// @vitest-environment jsdom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { emptyThread } from '../../../../renderer/features/conversation/messages-store';
import { KeyshiftError } from '../../../../shared/errors';
import type { TokenFile, Transfer } from '../../../../shared/model/transfer';
import { bo, talkWithBo } from '../../../preview/scenes';
import { hold, longTalk, settle } from '../long-talk';

afterEach(() => void vi.restoreAllMocks());

describe('facts and answers in another order than they were asked for', () => {
  it('what is told of a file while the list is asked for anew is not taken back by it', async () => {
    const { model } = await longTalk();
    const { told } = model.files.getState();
    const one = (transferId: string, state: string) => ({ transferId, conversationId: talkWithBo, state, addedAt: 1 }) as Transfer;
    told(one('newest', 'running'));
    told(one('further up', 'done'));
    vi.spyOn(model.client.files, 'list').mockResolvedValueOnce([one('newest', 'running')]).mockResolvedValueOnce([one('further up', 'done')]);
    const release = hold(model.client.files, 'list');
    const asked = model.files.getState().reload(talkWithBo);
    await Promise.resolve();
    told(one('newest', 'done'));
    await release();
    await asked;
    expect(model.files.getState().transfers['newest']?.state).toBe('done');
  });

  it.each(['loadNewest', 'loadNewer'] as const)('a message that comes before the answer to %s, which is older, is shown behind it', async (name) => {
    const { fake, model, store, all, thread, shown, expectWhole } = await longTalk();
    // The next page is the last.
    await store.loadAround(talkWithBo, all().at(-170) ?? '');
    for (let pages = 0; pages < 2; pages += 1) await store.loadNewer(talkWithBo);
    expect(thread()?.behind).toBe(true);
    const release = hold(model.client.messages, 'list');
    const asked = store[name](talkWithBo);
    await settle();
    fake.receive(talkWithBo, 'just now');
    await settle();
    await release();
    await asked;
    await settle();
    expect([thread()?.behind, thread()?.loading, shown().at(-1)]).toEqual([false, 'no', all().at(-1)]);
    expectWhole();
  });

  it('where all hits that are listed are gone the older ones come', async () => {
    const { fake, model } = await longTalk();
    await model.search.getState().look('1', talkWithBo);
    const { hits, more } = model.search.getState();
    expect([hits.length > 0, more]).toEqual([true, true]);
    const gone = new Set(hits.map(({ messageId }) => messageId));
    fake.world.messages.set(talkWithBo, (fake.world.messages.get(talkWithBo) ?? []).filter(({ messageId }) => !gone.has(messageId)));
    fake.emit({ type: 'messages.removed', conversationId: talkWithBo, messageIds: [...gone] });
    await settle();
    expect(model.search.getState().hits.length).toBeGreaterThan(0);
    expect(model.search.getState().hits.filter(({ messageId }) => gone.has(messageId))).toEqual([]);
  });

  it('more hits are asked for only behind those of the words that are looked for', async () => {
    const { model } = await longTalk();
    const { look, lookFurther } = model.search.getState();
    await look('1', talkWithBo);
    const asked = vi.spyOn(model.client.messages, 'search');
    const looked = look('2', talkWithBo);
    await lookFurther();
    await looked;
    expect(asked).toHaveBeenCalledOnce();
    expect(model.search.getState().hits.every(({ snippet }) => snippet.includes('2'))).toBe(true);
    // Refused once, they can be asked for again.
    asked.mockRejectedValueOnce(new KeyshiftError('disk.failed', ''));
    const before = model.search.getState().hits.length;
    await lookFurther();
    await lookFurther();
    expect(model.search.getState().hits.length).toBeGreaterThan(before);
  });

  it('nothing of a message that is gone stands among what was found', async () => {
    const { fake, model } = await longTalk();
    await model.search.getState().look('1', talkWithBo);
    const [first, second] = model.search.getState().hits;
    fake.emit({ type: 'messages.removed', conversationId: talkWithBo, messageIds: [first?.messageId ?? ''] });
    expect(model.search.getState().hits[0]).toBe(second);
    await settle();
  });

  it('of what was found only words that still stand there are shown', async () => {
    const { fake, model } = await longTalk();
    await model.search.getState().look('1', talkWithBo);
    const [first, second, third] = model.search.getState().hits;
    const say = (messageId: string | undefined, text: string): void => {
      const message = fake.world.messages.get(talkWithBo)?.find((each) => each.messageId === messageId);
      if (message !== undefined) fake.emit({ type: 'message.changed', conversationId: talkWithBo, message: { ...message, text } });
    };
    say(first?.messageId, 'nothing of it');
    say(second?.messageId, 'another 1');
    await settle();
    expect(model.search.getState().hits.slice(0, 2)).toEqual([{ ...second, snippet: 'another 1', marks: [[8, 9]] }, third]);
  });

  it('what was found for two words goes where only one of them is left', async () => {
    const { fake, model, all } = await longTalk();
    const messageId = all().at(-1) ?? '';
    const message = fake.world.messages.get(talkWithBo)?.find((each) => each.messageId === messageId) ?? expect.unreachable('a message');
    vi.spyOn(model.client.messages, 'search').mockResolvedValue([{ messageId, conversationId: talkWithBo, direction: 'in', sentAt: message.sentAt, snippet: 'the old boat', marks: [[4, 7], [8, 12]] }]);
    await model.search.getState().look('old boat', talkWithBo);
    fake.emit({ type: 'message.changed', conversationId: talkWithBo, message: { ...message, text: 'a boat, and old' } });
    expect(model.search.getState().hits.map(({ snippet }) => snippet)).toEqual(['a boat, and old']);
    fake.emit({ type: 'message.changed', conversationId: talkWithBo, message: { ...message, text: 'a boat' } });
    expect(model.search.getState().hits).toEqual([]);
    await settle();
  });

  it.each([
    { what: 'fewer are here by then', from: 0, to: 80, missed: 27 },
    { what: 'more are', from: 20, to: 105, missed: 2 },
    { what: 'others are', from: 150, to: 200, missed: undefined },
  ])('how many came below is counted anew where messages moved: $what', async ({ from, to, missed }) => {
    const { fake, model } = await longTalk();
    const all = fake.world.messages.get(talkWithBo) ?? [];
    model.messages.setState({ threads: { [talkWithBo]: { ...emptyThread, messages: all.slice(0, 100), behind: true, missed: 7 } } });
    vi.spyOn(model.client.messages, 'list').mockResolvedValueOnce(all.slice(from, to));
    const incoming = all.slice(from, to).filter(({ direction }) => direction === 'in');
    expect(incoming.length).toBeGreaterThan(0);
    await model.messages.getState().moved(talkWithBo);
    const outgoing = all.slice(80, 100).filter(({ direction }) => direction === 'out').length;
    expect(model.messages.getState().threads[talkWithBo]?.missed).toBe(missed === 27 ? missed - outgoing : missed);
  });

  it('a conversation renews its keys until the last of them is renewed', async () => {
    const { model } = await longTalk();
    const keys = model.keys.getState();
    const own = vi.spyOn(model.client.keys, 'shift').mockResolvedValueOnce({ epoch: 2 });
    let renewed = (): void => undefined;
    vi.spyOn(model.client.keys, 'shiftPair').mockImplementationOnce(() => new Promise((resolve) => (renewed = () => resolve({ epoch: 3 }))));
    const pair = keys.renewPair(talkWithBo, false);
    await keys.renew(talkWithBo);
    expect([own.mock.calls.length, model.keys.getState().renewing[talkWithBo]]).toEqual([1, 1]);
    renewed();
    await pair;
    expect(model.keys.getState().renewing[talkWithBo]).toBe(0);
  });

  it.each(['keyHistory', 'keyTrouble', 'devices', 'status'] as const)('what was answered last to %s is not kept where something newer was answered before', async (name) => {
    const { model } = await longTalk();
    const { contactId } = bo;
    const { people, keys } = model;
    const [group, load, kept]: readonly [object, () => Promise<void>, () => unknown] = {
      keyHistory: [model.client.contacts, () => people.getState().loadHistory(contactId), () => people.getState().histories[contactId]] as const,
      keyTrouble: [model.client.contacts, () => people.getState().loadTrouble(contactId), () => people.getState().troubles[contactId]] as const,
      devices: [model.client.contacts, () => people.getState().loadDevices(contactId), () => people.getState().devices[contactId]] as const,
      status: [model.client.keys, () => keys.getState().load(talkWithBo), () => keys.getState().statuses[talkWithBo]] as const,
    }[name];
    let older = (_answer: unknown): void => undefined;
    vi.spyOn(group as Record<string, () => Promise<unknown>>, name)
      .mockImplementationOnce(() => new Promise((resolve) => (older = resolve)))
      .mockResolvedValueOnce(['newer']);
    const first = load();
    await load();
    older(['older']);
    await first;
    expect(kept()).toEqual(['newer']);
  });

  it('of a conversation that is removed nothing stays: its messages, what is changed in it, its files, keys and hits; what was chosen to be sent is let go of', async () => {
    const { fake, model } = await longTalk();
    await model.search.getState().look('1', talkWithBo);
    model.search.getState().mark({ conversationId: talkWithBo, messageId: 'm' }, '1');
    await Promise.all([model.keys.getState().load(talkWithBo), model.keys.getState().loadTimeline(talkWithBo), model.files.getState().load(talkWithBo)]);
    const token = 'f'.repeat(32);
    model.files.getState().stage(talkWithBo, [{ token, name: 'a.txt', size: 1, shown: 'file' }]);
    model.drafts.getState().edit(talkWithBo, { messageId: 'm', text: 'words' });
    model.talk.getState().heardTyping(talkWithBo, true);
    const drop = vi.spyOn(model.client.desktop, 'dropFiles');
    const left = (): string[] => {
      const { files, messages, drafts, talk, keys, search } = model;
      const edits = Object.fromEntries(Object.entries(drafts.getState().drafts).filter(([, { editing }]) => editing !== undefined));
      const kept = [messages.getState().threads, edits, talk.getState().typing, files.getState().staged, files.getState().listedTo, keys.getState().statuses, keys.getState().timelines];
      return [...kept.flatMap((each) => Object.keys(each)), ...Object.values(files.getState().transfers).map(({ conversationId }) => conversationId), ...search.getState().hits.map(({ conversationId }) => conversationId), search.getState().marked?.conversationId ?? ''].filter((id) => id === talkWithBo);
    };
    expect(left().length).toBeGreaterThan(7);
    fake.world.conversations = fake.world.conversations.filter(({ conversationId }) => conversationId !== talkWithBo);
    fake.world.messages.delete(talkWithBo);
    fake.emit({ type: 'conversation.changed', conversationId: talkWithBo });
    await settle();
    expect(left()).toEqual([]);
    expect(drop).toHaveBeenCalledWith({ tokens: [token] });
  });

  it('files that wait beside what is written go along to the conversation that is shown instead', async () => {
    const { fake, model } = await longTalk();
    const other = model.conversations.getState().conversations.find(({ conversationId }) => conversationId !== talkWithBo);
    if (other === undefined) throw new Error('there is another one');
    const file = { token: 'a', name: 'a.txt', size: 1 } as TokenFile;
    model.files.getState().stage(talkWithBo, [file]);
    fake.world.conversations = fake.world.conversations.filter(({ conversationId }) => conversationId !== talkWithBo);
    vi.spyOn(model.client.conversations, 'get').mockResolvedValue(other);
    await model.conversationChanged(talkWithBo);
    expect(model.files.getState().staged[other.conversationId]).toEqual([file]);
  });
});

describe('what a lock leaves', () => {
  it('words that were on their way, and refused by the lock, stand in the field again once it is open', async () => {
    const { model } = await longTalk();
    model.drafts.getState().told(talkWithBo, { text: 'words' });
    model.drafts.getState().clear(talkWithBo);
    model.session.getState().changed('locked');
    model.drafts.getState().told(talkWithBo, { text: 'words' });
    expect(model.drafts.getState().drafts[talkWithBo]?.text).toBe('words');
  });

  it('files that it refused bring nothing back into the locked window', async () => {
    const { model } = await longTalk();
    const files = model.files.getState();
    files.stage(talkWithBo, [{ token: 'a', name: 'a.txt', size: 1 } as TokenFile]);
    vi.spyOn(model.client.files, 'send').mockImplementationOnce(async () => {
      model.session.getState().changed('locked');
      await settle();
      throw new KeyshiftError('vault.locked', '');
    });
    expect(await files.send(talkWithBo, 'words', undefined, () => Promise.resolve())).toBe(true);
    expect(model.files.getState().staged).toEqual({});
  });
});
