// @vitest-environment jsdom
import { act, fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Conversation } from '../../../../shared/model/conversation';
import { busyWorld, talkWithBo, talkWithCarla } from '../../../preview/scenes';
import { openTalk, shortcut } from '../open-talk';
import { settle } from '../render-app';

describe('lines of the list', () => {
  const world = () => busyWorld(Date.UTC(2026, 4, 6, 12));
  const stored = (fake: { world: ReturnType<typeof busyWorld> }): Conversation | undefined => fake.world.conversations.find((one) => one.conversationId === talkWithBo);

  it('marks as unread by the menu and by its keys: a dot that is said, until somebody opens it or calls it read; a lock is no opening', async () => {
    const { fake, model } = await openTalk(world());
    const line = () => within(screen.getByRole('navigation')).getByRole('button', { name: /^Bo Lindqvist/ });
    const choose = async (name: string) => {
      fireEvent.contextMenu(line());
      await settle();
      fireEvent.click(screen.getByRole('menuitem', { name }));
      await settle();
    };
    await choose('Mark as unread');
    expect(stored(fake)?.markedUnread).toBe(true);
    expect(line().textContent).toContain('marked as unread');
    expect(line().querySelector('.unread-dot')?.textContent).toBe('');
    // It was open and stays so: nobody came to it.
    act(() => model.messages.getState().enter(talkWithBo));
    await settle();
    expect(stored(fake)?.markedUnread).toBe(true);
    await act(() => model.session.getState().lock());
    await act(() => model.session.getState().unlock('correct horse battery'));
    await settle();
    expect(model.ui.getState().selection?.conversationId).toBe(talkWithBo);
    expect(stored(fake)?.markedUnread).toBe(true);
    fireEvent.click(line());
    await settle();
    expect([stored(fake)?.markedUnread, line().querySelector('.unread-dot')]).toEqual([false, null]);
    await shortcut('u', { ctrlKey: true });
    expect(stored(fake)?.markedUnread).toBe(true);
    await shortcut('u', { ctrlKey: true });
    expect(stored(fake)?.markedUnread).toBe(false);
    await choose('Mark as unread');
    await choose('Mark as read');
    expect(stored(fake)?.markedUnread).toBe(false);
    await choose('Mark as unread');
    act(() => model.showConversation(talkWithCarla));
    await act(() => model.showContact(stored(fake)?.contactId ?? ''));
    await settle();
    expect(stored(fake)?.markedUnread).toBe(false);
    // Put away, the way to the archive has the dot; what is not read has its number.
    await choose('Mark as unread');
    await choose('Archive');
    const archive = screen.getByRole('button', { name: /^Archive \(1\)/ });
    expect(archive.querySelector('.unread-dot')).toBeTruthy();
    fake.world.conversations = fake.world.conversations.map((one) => (one.conversationId === talkWithBo ? { ...one, unread: 3 } : one));
    await act(() => model.conversations.getState().changed(talkWithBo));
    expect(archive.textContent).toMatch(/3$/);
  });

  it('says before an own newest message whose it is, and how far it got, as it gets on', async () => {
    const { fake, model } = await openTalk(world());
    const line = (name: string) => within(screen.getByRole('navigation')).getByRole('button', { name: new RegExp(`^${name}`) });
    const shown = (name: string) => [line(name).querySelector('.list-whose')?.textContent, line(name).querySelector('[data-state]')?.getAttribute('data-state')];
    expect(shown('Bo Lindqvist')).toEqual(['You:', 'delivered']);
    expect(line('Bo Lindqvist').textContent).toContain('You: See you at five?, Delivered');
    expect(shown('نور الهدى')).toEqual([undefined, undefined]);
    expect(shown('Carla Reyes')).toEqual(['You:', 'queued']);
    const newest = fake.world.messages.get(talkWithCarla)?.at(-1) ?? expect.unreachable('a message');
    const others = model.conversations.getState().conversations.filter(({ conversationId }) => conversationId !== talkWithCarla);
    act(() => fake.emit({ type: 'message.state', conversationId: talkWithCarla, messageId: newest.messageId, state: 'sent' }));
    await settle();
    expect(shown('Carla Reyes')).toEqual(['You:', 'sent']);
    // Of an earlier one the line says nothing, and no other line is drawn anew.
    act(() => fake.emit({ type: 'message.state', conversationId: talkWithCarla, messageId: '0'.repeat(32), state: 'read' }));
    await settle();
    expect(shown('Carla Reyes')).toEqual(['You:', 'sent']);
    expect(model.conversations.getState().conversations.filter(({ conversationId }) => conversationId !== talkWithCarla)).toEqual(others);
    // A draft, and why nothing moves, are worth more.
    fake.world.conversations = fake.world.conversations.map((one) => (one.conversationId === talkWithCarla ? { ...one, draft: { text: 'and' } } : one));
    await act(() => model.conversations.getState().changed(talkWithCarla));
    expect([...shown('Carla Reyes'), line('Carla Reyes').querySelector('.list-draft')?.textContent]).toEqual([undefined, undefined, 'Draft:']);
  });

  it('asks how far the newest message of a line got that the list says nothing of, once it is drawn', async () => {
    const { fake, model } = await openTalk(world());
    const list = fake.calls.filter((name) => name === 'conversations.get').length;
    act(() => model.conversations.setState(({ conversations }) => ({ conversations: conversations.map(({ newest: _far, ...one }) => one) })));
    await settle();
    expect(model.conversations.getState().conversations.map(({ newest }) => newest?.state)).toEqual(['delivered', undefined, 'queued']);
    // Of the two whose newest message is an own one.
    expect(fake.calls.filter((name) => name === 'conversations.get').length - list).toBe(2);
  });
});
