// @vitest-environment jsdom
import { act, fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { busyWorld, scenes, talkWithBo } from '../../../preview/scenes';
import { pressNamed } from '../open-settings';
import { openTalk } from '../open-talk';
import { settle } from '../render-app';
import { articles, field, key, noon, openBo } from '../message-feed';

describe('writing', () => {
  it('Enter sends, Shift+Enter does not, and the field is empty at once', async () => {
    const { fake } = await openBo();
    fireEvent.change(field(), { target: { value: 'one' } });
    key(field(), 'Enter', { shiftKey: true });
    expect(fake.calls).not.toContain('messages.send');
    key(field(), 'Enter');
    expect(field().value).toBe('');
    await settle();
    expect(fake.world.messages.get(talkWithBo)?.at(-1)?.text).toBe('one');
    expect(articles().at(-1)?.textContent).toContain('one');
  });

  it('Enter makes a line and Ctrl+Enter sends when the setting says so', async () => {
    const { fake } = await openBo(busyWorld(noon, { settings: { ...busyWorld(noon).settings, enterSends: false } }));
    fireEvent.change(field(), { target: { value: 'two' } });
    key(field(), 'Enter');
    expect(fake.calls).not.toContain('messages.send');
    key(field(), 'Enter', { ctrlKey: true });
    await settle();
    expect(fake.world.messages.get(talkWithBo)?.at(-1)?.text).toBe('two');
  });

  it('Enter that ends a composition of an input method sends nothing', async () => {
    const { fake } = await openBo();
    fireEvent.change(field(), { target: { value: 'に' } });
    key(field(), 'Enter', { isComposing: true });
    await settle();
    expect(fake.calls).not.toContain('messages.send');
  });

  it('a refused message comes back into the field with the reason', async () => {
    const { fake } = await openBo();
    fake.world.failing.set('messages.send', 'message.too-long');
    fireEvent.change(field(), { target: { value: 'too much' } });
    key(field(), 'Enter');
    await settle();
    expect(field().value).toBe('too much');
    expect(screen.getByText(/This message is too long/)).toBeTruthy();
  });

  it('keeps a draft for each conversation', async () => {
    await openBo();
    fireEvent.change(field(), { target: { value: 'for Bo' } });
    const list = within(screen.getByRole('navigation'));
    fireEvent.click(list.getByRole('button', { name: /^Carla/ }));
    await settle();
    expect(field().value).toBe('');
    fireEvent.click(list.getByRole('button', { name: /^Bo/ }));
    await settle();
    expect(field().value).toBe('for Bo');
  });

  it('what could not be stored of a draft stays in the field, whatever is told of the conversation, and is stored with the next chance', async () => {
    const { fake } = await openBo();
    fake.world.failing.set('conversations.update', 'disk.full');
    fireEvent.change(field(), { target: { value: 'nowhere but here' } });
    await act(() => new Promise((done) => setTimeout(done, 450)));
    await settle();
    act(() => void fake.receive(talkWithBo, 'Are you there?'));
    await settle();
    expect(field().value).toBe('nowhere but here');
    fake.world.failing.clear();
    act(() => void fake.receive(talkWithBo, 'Hello?'));
    await settle();
    expect(field().value).toBe('nowhere but here');
    expect(fake.world.conversations.find(({ conversationId }) => conversationId === talkWithBo)?.draft?.text).toBe('nowhere but here');
  });

  it('what a full disk does not take of a draft is said above the field, and stored by itself once there is room', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { fake } = await openBo();
    const warned = (): Element | null => screen.queryByText(/The disk is full: what you write here is gone when Keyshift is locked/);
    const pass = async (milliseconds: number): Promise<void> => {
      await act(() => vi.advanceTimersByTimeAsync(milliseconds));
      await settle();
    };
    fake.world.failing.set('conversations.update', 'disk.full');
    fireEvent.change(field(), { target: { value: 'nowhere' } });
    await pass(450);
    expect(warned()).toBeTruthy();
    // Neither gone nor told once more with each key.
    await pressNamed('Dismiss');
    fireEvent.change(field(), { target: { value: 'nowhere but here' } });
    expect(warned()).toBeTruthy();
    await pass(450);
    expect(warned()).toBeTruthy();
    expect(screen.queryByText(/The disk is full\. Free some space/)).toBeNull();
    fake.world.failing.clear();
    await pass(5_100);
    expect(warned()).toBeNull();
    expect(fake.world.conversations.find(({ conversationId }) => conversationId === talkWithBo)?.draft?.text).toBe('nowhere but here');
  });

  it('what was being written when the conversation was closed is still seen, and can be copied', async () => {
    const { fake } = await openBo();
    const copied = vi.fn(() => Promise.resolve());
    Object.assign(navigator, { clipboard: { writeText: copied } });
    fireEvent.change(field(), { target: { value: 'To the sea' } });
    await act(() => new Promise((done) => setTimeout(done, 450)));
    fake.world.conversations = fake.world.conversations.map((one) => (one.conversationId === talkWithBo ? { ...one, state: 'closed' } : one));
    act(() => fake.emit({ type: 'conversation.changed', conversationId: talkWithBo }));
    await settle();
    expect(screen.getByText(/This conversation is closed/)).toBeTruthy();
    expect(screen.getByText('To the sea')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Copy it' }));
    await settle();
    expect(copied).toHaveBeenCalledWith('To the sea');
  });

  it('what a message was being changed to when the conversation was closed is still seen, and can be thrown away and taken back', async () => {
    const { fake, model } = await openBo();
    const own = fake.world.messages.get(talkWithBo)?.at(-1) ?? expect.unreachable('a message');
    act(() => model.drafts.getState().edit(talkWithBo, { messageId: own.messageId, text: 'To the mountains' }));
    fake.world.conversations = fake.world.conversations.map((one) => (one.conversationId === talkWithBo ? { ...one, state: 'closed' } : one));
    act(() => fake.emit({ type: 'conversation.changed', conversationId: talkWithBo }));
    await settle();
    expect(screen.getByText('To the mountains').parentElement?.textContent).toContain('You were changing a message to:');
    await pressNamed('Throw it away');
    expect([screen.queryByText('To the mountains'), model.drafts.getState().drafts[talkWithBo]?.editing]).toEqual([null, undefined]);
    await pressNamed('Take it back');
    expect(model.drafts.getState().drafts[talkWithBo]?.editing).toEqual({ messageId: own.messageId, text: 'To the mountains' });
  });

  it('of a closed conversation a new one is begun, with a title or without one', async () => {
    const { fake, model } = await openBo();
    const { contactId } = fake.world.conversations.find(({ conversationId }) => conversationId === talkWithBo) ?? {};
    fake.world.conversations = fake.world.conversations.map((one) => (one.contactId === contactId ? { ...one, state: 'closed' } : one));
    await act(() => model.conversations.getState().load());
    // A person is still shown by what was said.
    await act(() => model.showContact(contactId ?? ''));
    expect(screen.getByText(/This conversation is closed/)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Start a new conversation' }));
    await settle();
    fireEvent.click(screen.getByRole('button', { name: 'Start conversation' }));
    await settle();
    expect(screen.queryByText(/This conversation is closed/)).toBeNull();
    fireEvent.change(field(), { target: { value: 'Once more' } });
    key(field(), 'Enter');
    await settle();
    expect(fake.world.messages.get(model.ui.getState().selection?.conversationId ?? '')?.map(({ text }) => text)).toEqual(['Once more']);
  });

  it('whoever has gone to another conversation while one is gone on with stays there', async () => {
    const { model } = await openTalk(scenes['hard']?.(noon) ?? expect.unreachable('a scene'), /^Broken Talk/);
    const late: { answer?: () => void } = {};
    vi.spyOn(model.client.conversations, 'continue').mockReturnValue(new Promise((resolve) => (late.answer = () => resolve({ conversationId: model.conversations.getState().conversations[0]?.conversationId ?? '' }))));
    await pressNamed('Continue in a new conversation');
    const other = model.conversations.getState().conversations.at(-1)?.conversationId ?? '';
    act(() => model.showConversation(other));
    late.answer?.();
    await settle();
    expect(model.ui.getState().selection?.conversationId).toBe(other);
  });

  it('what was being written in a conversation that another own device removed is still seen, until it is thrown away', async () => {
    const { fake } = await openBo();
    fireEvent.change(field(), { target: { value: 'To the sea' } });
    fake.world.conversations = fake.world.conversations.filter((one) => one.conversationId !== talkWithBo);
    fake.world.messages.delete(talkWithBo);
    act(() => fake.emit({ type: 'conversation.changed', conversationId: talkWithBo }));
    await settle();
    expect(screen.getByRole('note').textContent).toContain('a conversation that was removed on another device of yours, and it was not sent: To the sea');
    await act(() => new Promise((done) => setTimeout(done, 450)));
    // Nothing is asked of a conversation that is gone.
    expect(screen.queryByText(/no longer there/)).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Throw it away' }));
    await settle();
    expect(screen.queryByText('To the sea')).toBeNull();
  });

  it('what was being written in a conversation that is removed here goes with it; refused, it stands in the field again', async () => {
    const { fake, model } = await openBo();
    fireEvent.change(field(), { target: { value: 'To the sea' } });
    act(() => model.ui.getState().openConversationDialog('remove-conversation', talkWithBo));
    fake.world.failing.set('conversations.remove', 'disk.full');
    await pressNamed('Remove conversation');
    await pressNamed('Keep');
    expect(field().value).toBe('To the sea');
    fake.world.failing.clear();
    act(() => model.ui.getState().openConversationDialog('remove-conversation', talkWithBo));
    await pressNamed('Remove conversation');
    expect(screen.queryByText('To the sea')).toBeNull();
    expect(screen.queryByDisplayValue('To the sea')).toBeNull();
  });

  it('sends the answer with what it answers', async () => {
    const { fake } = await openBo();
    const last = articles().at(-1);
    if (last === undefined) throw new Error('no message');
    act(() => last.focus());
    key(last, 'r');
    fireEvent.change(field(), { target: { value: 'answer' } });
    key(field(), 'Enter');
    await settle();
    const sent = fake.world.messages.get(talkWithBo) ?? [];
    expect(sent.at(-1)?.replyTo).toBe(sent.at(-2)?.messageId);
    expect(screen.queryByText(/^Reply to/)).toBeNull();
  });
});

describe('an edit that is being typed', () => {
  const world = () => {
    const made = busyWorld(noon);
    made.conversations = made.conversations.map((one) => (one.conversationId === talkWithBo ? { ...one, draft: { text: 'a draft' } } : one));
    return made;
  };
  const stored = (fake: { world: ReturnType<typeof busyWorld> }) => fake.world.conversations.find((one) => one.conversationId === talkWithBo);

  it('keeps an edit in the vault, also when it locks at once, and goes on with it; what stood in the field comes back behind it', async () => {
    const { fake, model } = await openTalk(world());
    const field = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' });
    const own = fake.world.messages.get(talkWithBo)?.at(-1) ?? expect.unreachable('a message');
    act(() => model.drafts.getState().edit(talkWithBo, { messageId: own.messageId, text: own.text }));
    fireEvent.change(field(), { target: { value: 'See you at six?' } });
    await act(() => model.session.getState().lock());
    expect(stored(fake)).toMatchObject({ draft: { text: 'a draft' }, editing: { messageId: own.messageId, text: 'See you at six?' } });
    expect(model.drafts.getState().drafts).toEqual({});
    await act(() => model.session.getState().unlock('correct horse battery'));
    await settle();
    expect([field().value, screen.getByText('Editing your message').textContent]).toEqual(['See you at six?', 'Editing your message']);
    fireEvent.keyDown(field(), { key: 'Enter' });
    await settle();
    expect(fake.world.messages.get(talkWithBo)?.at(-1)?.text).toBe('See you at six?');
    expect(field().value).toBe('a draft');
    await act(async () => model.drafts.getState().flush());
    expect([stored(fake)?.draft, stored(fake)?.editing]).toEqual([{ text: 'a draft' }, undefined]);
  });

  it.each([
    ['deleted for both', (own: { messageId: string }, message: object) => ({ type: 'message.changed' as const, conversationId: talkWithBo, message: { ...message, ...own, kind: 'deleted' as const, text: '' } })],
    ['gone', ({ messageId }: { messageId: string }) => ({ type: 'messages.removed' as const, conversationId: talkWithBo, messageIds: [messageId] })],
  ])('says that an edit ended with its message, %s on another own device; the draft stays', async (_how, told) => {
    const { fake, model } = await openTalk(world());
    const own = fake.world.messages.get(talkWithBo)?.at(-1) ?? expect.unreachable('a message');
    act(() => model.drafts.getState().edit(talkWithBo, { messageId: own.messageId, text: 'half a' }));
    act(() => fake.emit({ type: 'messages.removed', conversationId: talkWithBo, messageIds: ['0'.repeat(32)] }));
    await settle();
    expect(screen.getByText('Editing your message')).toBeTruthy();
    act(() => fake.emit(told(own, own) as Parameters<typeof fake.emit>[0]));
    await settle();
    expect(screen.queryByText('Editing your message')).toBeNull();
    expect(screen.getByText(/^The message you were changing was deleted/)).toBeTruthy();
    expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' }).value).toBe('a draft');
  });

  it('says that an edit ended with its conversation, which another own device removed; the draft is still seen', async () => {
    const { fake, model } = await openTalk(world());
    const own = fake.world.messages.get(talkWithBo)?.at(-1) ?? expect.unreachable('a message');
    act(() => model.drafts.getState().edit(talkWithBo, { messageId: own.messageId, text: 'half a' }));
    fake.world.conversations = fake.world.conversations.filter((one) => one.conversationId !== talkWithBo);
    fake.world.messages.delete(talkWithBo);
    act(() => fake.emit({ type: 'conversation.changed', conversationId: talkWithBo }));
    await settle();
    expect(screen.getByText(/^The message you were changing was deleted/)).toBeTruthy();
    expect(screen.getByText('a draft')).toBeTruthy();
  });

  it('says that an edit ended with its message behind a lock, once, and nothing of one that was just given up', async () => {
    const { fake, model } = await openTalk(world());
    const own = fake.world.messages.get(talkWithBo)?.at(-1) ?? expect.unreachable('a message');
    const gone = () => act(() => fake.emit({ type: 'messages.removed', conversationId: talkWithBo, messageIds: [own.messageId], lostEdit: true }));
    act(() => {
      model.drafts.getState().edit(talkWithBo, { messageId: own.messageId, text: 'half a' });
      model.drafts.getState().edit(talkWithBo, undefined);
    });
    gone();
    await settle();
    expect(screen.queryByText(/^The message you were changing was deleted/)).toBeNull();
    await act(() => model.session.getState().lock());
    // As the vault is opened: before anything of it is shown.
    gone();
    await act(() => model.session.getState().unlock('correct horse battery'));
    await settle();
    expect(screen.getAllByText(/^The message you were changing was deleted/)).toHaveLength(1);
  });
});
