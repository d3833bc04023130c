// @vitest-environment jsdom
import { act, renderHook } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { atOnce, type Behind } from '../../../../renderer/app/behind-frame';
import { openAgain } from '../../../../renderer/app/left-open';
import { createModel, type Model } from '../../../../renderer/app/model';
import { emptyThread, pageSize } from '../../../../renderer/features/conversation/messages-store';
import { ModelContext } from '../../../../renderer/app/model-context';
import { useFeedScroll } from '../../../../renderer/features/conversation/use-feed-scroll';
import { useUnreadDivider } from '../../../../renderer/features/conversation/use-unread-divider';
import { createClient } from '../../../../renderer/bridge/client';
import { KeyshiftError } from '../../../../shared/errors';
import type { Message } from '../../../../shared/model/message';
import type { TokenFile, Transfer } from '../../../../shared/model/transfer';
import { createFake } from '../../../preview/fake-world';
import { bo, busyWorld, talkWithBo } from '../../../preview/scenes';

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 6; turn += 1) await new Promise((done) => setTimeout(done, 0));
};

/** A conversation of four pages, of which the newest is here; somebody looks at it. */
async function longTalk(behind: Behind = atOnce) {
  const fake = createFake(busyWorld(Date.UTC(2026, 4, 6, 12)));
  const model = createModel(createClient(fake.bridge), behind);
  onEnd.push(model.start());
  await settle();
  for (let index = 0; index < 4 * pageSize; index += 1) fake.receive(talkWithBo, `${index}`);
  await settle();
  model.messages.getState().enter(talkWithBo);
  await model.messages.getState().loadNewest(talkWithBo);
  const all = (): readonly string[] => (fake.world.messages.get(talkWithBo) ?? []).map(({ messageId }) => messageId);
  const thread = () => model.messages.getState().threads[talkWithBo];
  const shown = (): readonly string[] => thread()?.messages.map(({ messageId }) => messageId) ?? [];
  /** What is shown stands in the order it has, without a gap. */
  const expectWhole = (): void => {
    const from = all().indexOf(shown()[0] ?? '');
    expect(shown()).toEqual(all().slice(from, from + shown().length));
  };
  return { fake, model, store: model.messages.getState(), all, thread, shown, expectWhole };
}
const onEnd: (() => void)[] = [];
afterEach(() => onEnd.splice(0).forEach((end) => end()));
afterEach(() => void vi.restoreAllMocks());

/** The next answer to what is asked of `group` is made at once and comes when it is let go. */
function hold(group: Model['client']['messages'], name: 'list'): () => Promise<void>;
function hold(group: Model['client']['conversations'], name: 'get'): () => Promise<void>;
function hold(group: Model['client']['files'], name: 'list'): () => Promise<void>;
function hold(group: object, name: string): () => Promise<void> {
  const calls = group as Record<string, (...given: unknown[]) => Promise<unknown>>;
  const real = calls[name]?.bind(group);
  let release = (): void => undefined;
  const free = new Promise<void>((resolve) => (release = resolve));
  vi.spyOn(calls, name).mockImplementationOnce(async (...given) => {
    const answer = await real?.(...given).then((value) => () => value, (thrown: unknown) => () => Promise.reject(thrown));
    await free;
    return answer?.();
  });
  return async () => {
    release();
    await settle();
  };
}

describe('an answer that comes when something else is shown by then', () => {
  it('older messages of a conversation that was left meanwhile are not put above a gap', async () => {
    const { model, store, thread, expectWhole } = await longTalk();
    await store.loadOlder(talkWithBo);
    const release = hold(model.client.messages, 'list');
    const asked = store.loadOlder(talkWithBo);
    await settle();
    store.leave(talkWithBo);
    await release();
    await asked;
    expectWhole();
    expect(thread()?.loading).toBe('no');
  });

  it('older messages are not put above an earlier place to which somebody went meanwhile', async () => {
    const { model, store, all, thread, expectWhole } = await longTalk();
    const release = hold(model.client.messages, 'list');
    const asked = store.loadOlder(talkWithBo);
    await settle();
    await store.loadAround(talkWithBo, all()[pageSize] ?? '');
    await release();
    await asked;
    expectWhole();
    expect(thread()?.loading).toBe('no');
  });

  it('newer ones are asked for again where the last that was here is gone meanwhile', async () => {
    const { fake, model, store, all, shown, thread } = await longTalk();
    await store.loadAround(talkWithBo, all()[pageSize] ?? '');
    const last = shown().at(-1) ?? '';
    const release = hold(model.client.messages, 'list');
    const asked = store.loadNewer(talkWithBo);
    await settle();
    fake.world.messages.set(talkWithBo, (fake.world.messages.get(talkWithBo) ?? []).filter(({ messageId }) => messageId !== last));
    fake.emit({ type: 'messages.removed', conversationId: talkWithBo, messageIds: [last] });
    await release();
    await asked;
    expect(thread()?.loading).toBe('no');
    while (thread()?.behind === true) await store.loadNewer(talkWithBo);
    expect(shown().at(-1)).toBe(all().at(-1));
  });

  it('asked for anew while older ones came: these do not stand below the newest', async () => {
    const { fake, model, store, all, shown, expectWhole } = await longTalk();
    const release = hold(model.client.messages, 'list');
    fake.emit({ type: 'messages.moved', conversationId: talkWithBo });
    await settle();
    await store.loadOlder(talkWithBo);
    await release();
    expectWhole();
    expect(shown().at(-1)).toBe(all().at(-1));
  });

  it('asked for anew while somebody went to an earlier place: that one stays', async () => {
    const { fake, model, store, all, shown, expectWhole } = await longTalk();
    const release = hold(model.client.messages, 'list');
    fake.emit({ type: 'messages.moved', conversationId: talkWithBo });
    await settle();
    await store.loadAround(talkWithBo, all()[pageSize] ?? '');
    await release();
    expectWhole();
    expect(shown()).toContain(all()[pageSize]);
  });

  it('a message that came before the first page did is not lost with it', async () => {
    const { fake, model, store, shown, all } = await longTalk();
    model.messages.setState({ threads: {} });
    const release = hold(model.client.messages, 'list');
    const asked = store.loadNewest(talkWithBo);
    await settle();
    fake.receive(talkWithBo, 'meanwhile');
    await release();
    await asked;
    expect(shown()).toEqual(all().slice(-pageSize - 1));
  });

  it.each(['loadNewest', 'loadNewer', 'moved'] as const)('more than a page that came and wait to be drawn stand above what %s answers, and are counted once', async (name) => {
    const frames: (() => void)[] = [];
    let isHeld = false;
    const { fake, store, all, model, thread, expectWhole } = await longTalk((_name, run) => (isHeld ? void frames.push(run) : run()));
    if (name === 'loadNewer') {
      const known = thread() ?? emptyThread;
      model.messages.setState({ threads: { [talkWithBo]: { ...known, messages: known.messages.slice(0, -1), behind: true, missed: 1 } } });
    }
    isHeld = true;
    const comers = pageSize + 10;
    for (let index = 0; index <= comers; index += 1) fake.receive(talkWithBo, `burst ${index}`);
    await store[name](talkWithBo);
    while (frames.length > 0) frames.splice(0).forEach((run) => run());
    await settle();
    expectWhole();
    const { messages, missed = 0, behind = false } = thread() ?? emptyThread;
    const from = all().indexOf(messages.at(-1)?.messageId ?? '');
    expect([behind, missed]).toEqual([from < all().length - 1, behind ? all().length - 1 - from : 0]);
  });

  it('the place of a time is not left in a conversation that was left meanwhile', async () => {
    const { model, store, thread } = await longTalk();
    const release = hold(model.client.messages, 'list');
    const asked = store.loadAt(talkWithBo, 0);
    await settle();
    store.leave(talkWithBo);
    await release();
    expect(await asked).toBeUndefined();
    expect(thread()?.behind).not.toBe(true);
  });

  it('nor that of what was open before a lock, where somebody opened something else', async () => {
    const { model, store, all, thread } = await longTalk();
    store.leave(talkWithBo);
    const other = model.conversations.getState().conversations.find(({ conversationId }) => conversationId !== talkWithBo);
    if (other === undefined) throw new Error('there is another one');
    model.conversations.setState(({ conversations }) => ({ conversations: conversations.map((one) => ({ ...one, unread: 0 })) }));
    const release = hold(model.client.messages, 'list');
    const opened = openAgain(model, { conversationId: talkWithBo, messageId: all()[pageSize], front: 'conversation' }, () => true);
    await settle();
    model.showConversation(other.conversationId);
    await release();
    await opened;
    expect(thread()?.behind).not.toBe(true);
  });

  it('a conversation that is gone takes nobody away from the one they went to meanwhile', async () => {
    const { fake, model } = await longTalk();
    const other = model.conversations.getState().conversations.find(({ conversationId }) => conversationId !== talkWithBo);
    if (other === undefined) throw new Error('there is another one');
    model.showConversation(talkWithBo);
    fake.world.conversations = fake.world.conversations.filter(({ conversationId }) => conversationId !== talkWithBo);
    await model.conversations.getState().changed(talkWithBo);
    // The first question is about the conversation itself, the next about where it is shown.
    const { get } = model.client.conversations;
    vi.spyOn(model.client.conversations, 'get').mockImplementationOnce(get);
    const release = hold(model.client.conversations, 'get');
    const told = model.conversationChanged(talkWithBo);
    await settle();
    model.showConversation(other.conversationId);
    await release();
    await told;
    expect(model.ui.getState().selection?.conversationId).toBe(other.conversationId);
  });
});

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
    model.search.getState().mark(talkWithBo, '1');
    await Promise.all([model.keys.getState().load(talkWithBo), model.keys.getState().loadTimeline(talkWithBo), model.files.getState().load(talkWithBo)]);
    const token = 'f'.repeat(32);
    model.files.getState().stage(talkWithBo, [{ token, name: 'a.txt', size: 1, shown: 'file' }]);
    model.talk.getState().edit(talkWithBo, { messageId: 'm', text: 'words' });
    model.talk.getState().heardTyping(talkWithBo, true);
    const drop = vi.spyOn(model.client.desktop, 'dropFiles');
    const left = (): string[] => {
      const { files, messages, talk, keys, search } = model;
      const kept = [messages.getState().threads, talk.getState().editing, talk.getState().typing, files.getState().staged, files.getState().listedTo, keys.getState().statuses, keys.getState().timelines];
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

describe('of one conversation nothing is left in the next', () => {
  const message = (messageId: string): Message => ({ messageId, direction: 'in' }) as Message;

  it('what came below is counted from where the reader went up this time', () => {
    const box = Object.defineProperties(document.createElement('div'), { scrollHeight: { value: 1_000 }, clientHeight: { value: 100, writable: true } });
    const { result, rerender } = renderHook(({ messages }) => useFeedScroll('a', messages, () => undefined, undefined, { behind: false, partly: false, onNearEnd: () => undefined, lines: 0 }), { initialProps: { messages: [message('1'), message('2')] } });
    result.current.box.current = box;
    const scrollTo = (top: number): void =>
      act(() => {
        box.scrollTop = top;
        result.current.onScroll();
      });
    scrollTo(900);
    scrollTo(300);
    rerender({ messages: [message('1'), message('2'), message('3')] });
    expect(result.current.below).toBe(1);
    // The field below takes more room by then: what the system tells is no scroll of anybody.
    Object.assign(box, { clientHeight: 80 });
    act(() => result.current.toEnd());
    scrollTo(920);
    scrollTo(300);
    expect(result.current.below).toBe(0);
  });

  it('the newest of another conversation is nothing that came while nobody looked', async () => {
    const { model } = await longTalk();
    vi.spyOn(document, 'hasFocus').mockReturnValue(false);
    const { result, rerender } = renderHook(({ id, messages }) => useUnreadDivider(id, messages, true), {
      initialProps: { id: 'a', messages: [message('1')] },
      wrapper: ({ children }) => <ModelContext value={model}>{children}</ModelContext>,
    });
    rerender({ id: 'b', messages: [message('2')] });
    expect(result.current).toBeUndefined();
    rerender({ id: 'b', messages: [message('2'), message('3')] });
    expect(result.current).toMatchObject({ before: '3', count: 1 });
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
