// @vitest-environment jsdom
import { act, renderHook } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openAgain } from '../../../../renderer/app/left-open';
import { emptyThread, pageSize } from '../../../../renderer/features/conversation/messages-store';
import { ModelContext } from '../../../../renderer/app/model-context';
import { useFeedScroll } from '../../../../renderer/features/conversation/use-feed-scroll';
import { useUnreadDivider } from '../../../../renderer/features/conversation/use-unread-divider';
import type { Message } from '../../../../shared/model/message';
import { talkWithBo } from '../../../preview/scenes';
import { hold, longTalk, settle } from '../long-talk';

afterEach(() => void vi.restoreAllMocks());

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
