// @vitest-environment jsdom
import { act, fireEvent, screen, within, waitFor } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import type { Message } from '../../../../shared/model/message';
import { emojiTable } from '../../../../renderer/features/conversation/emoji-table';
import { routeEvent } from '../../../../renderer/app/event-router';
import { busyWorld, talkWithBo, talkWithCarla } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { openTalk } from '../open-talk';
import { settle } from '../render-app';

const now = Date.UTC(2026, 4, 6, 12);
/** Also behind a dialog, where nobody else finds them. */
const articles = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('article')];
const field = (): HTMLTextAreaElement => screen.getByRole('textbox', { name: 'Message' });
const key = (target: Element, name: string, more: object = {}): boolean => fireEvent.keyDown(target, { key: name, ...more });
/** The newest message of this side. */
const newest = (own: boolean): HTMLElement => articles().findLast((each) => each.classList.contains(own ? 'out' : 'in')) ?? nobody();

async function menuOf(article: HTMLElement): Promise<HTMLElement> {
  act(() => article.focus());
  key(article, 'ContextMenu');
  return screen.findByRole('menu', { name: 'Message menu' }, { timeout: 5_000 });
}

async function choose(article: HTMLElement, name: string | RegExp): Promise<void> {
  fireEvent.click(within(await menuOf(article)).getByRole('menuitem', { name }));
  await settle();
}

describe('what can be done to a message', () => {
  it('one’s own text is changed in the composer, and says that it was; Escape changes nothing and gives the draft back', async () => {
    const world = busyWorld(now);
    await openTalk(world);
    fireEvent.change(field(), { target: { value: 'a draft' } });
    await choose(newest(true), 'Edit');
    const before = field().value;
    expect(before).not.toBe('a draft');
    fireEvent.change(field(), { target: { value: 'nothing of it' } });
    key(field(), 'Escape');
    await settle();
    expect(field().value).toBe('a draft');
    act(() => newest(true).focus());
    key(newest(true), 'e');
    await settle();
    expect(field().value).toBe(before);
    fireEvent.change(field(), { target: { value: 'said better' } });
    key(field(), 'Enter');
    await settle();
    expect(newest(true).textContent).toContain('said better');
    expect(newest(true).getAttribute('aria-label')).toContain('edited');
    expect(field().value).toBe('a draft');
  });

  it('a draft that was kept has the caret behind it', async () => {
    const world = busyWorld(now);
    world.conversations = world.conversations.map((one) => (one.conversationId === talkWithBo ? { ...one, draft: { text: 'half a sentence' } } : one));
    await openTalk(world);
    expect(document.activeElement).toBe(field());
    expect([field().value, field().selectionStart]).toEqual(['half a sentence', 15]);
  });

  it('Up in an empty field changes the last own text, and moves the caret where something is written', async () => {
    await openTalk(busyWorld(now));
    const last = newest(true);
    key(field(), 'ArrowUp', { shiftKey: true });
    await settle();
    expect(field().value).toBe('');
    key(field(), 'ArrowUp');
    await settle();
    expect(field().value).toBe('See you at five?');
    key(field(), 'Escape');
    await settle();
    fireEvent.change(field(), { target: { value: 'a draft' } });
    key(field(), 'ArrowUp');
    await settle();
    expect(field().value).toBe('a draft');
    expect(newest(true)).toBe(last);
  });

  it('Edit and Reply in the menu, opened by a key, a right click or its button, lead into the field, and the focus stays there', async () => {
    await openTalk(busyWorld(now));
    // As in browsers: what stands behind an open menu takes no focus.
    const { focus } = HTMLElement.prototype;
    vi.spyOn(HTMLElement.prototype, 'focus').mockImplementation(function focusUnlessBehind(this: HTMLElement, options) {
      if (this.closest('[inert], [aria-hidden="true"]') === null) focus.call(this, options);
    });
    const openings: readonly ((article: HTMLElement) => unknown)[] = [
      menuOf,
      (article) => fireEvent.contextMenu(article),
      (article) => {
        const button = within(article).getByRole('button', { name: 'Message menu' });
        act(() => button.focus());
        fireEvent.click(button);
      },
    ];
    for (const open of openings) {
      for (const name of ['Edit', 'Reply']) {
        act(() => newest(true).focus());
        await open(newest(true));
        fireEvent.click(within(await screen.findByRole('menu', { name: 'Message menu' })).getByRole('menuitem', { name }));
        await settle();
        // A menu that goes gives the focus back some frames later.
        await act(() => new Promise((done) => setTimeout(done, 100)));
        expect(document.activeElement, name).toBe(field());
        key(field(), 'Escape');
        await settle();
      }
    }
    vi.restoreAllMocks();
  });

  it('blank lines before and behind what was written do not go along, an indented first line does', async () => {
    const { fake } = await openTalk(busyWorld(now));
    const last = (): string | undefined => fake.world.messages.get(talkWithBo)?.at(-1)?.text;
    fireEvent.change(field(), { target: { value: ' \n\n  if (a)\n\n    b();  \n\n \n' } });
    key(field(), 'Enter');
    await settle();
    expect(last()).toBe('  if (a)\n\n    b();');
    key(field(), 'ArrowUp');
    await settle();
    fireEvent.change(field(), { target: { value: '\nchanged\n\n' } });
    key(field(), 'Enter');
    await settle();
    expect(last()).toBe('changed');
  });

  it('of the other person’s message the menu offers neither a change nor a deletion for both', async () => {
    await openTalk(busyWorld(now));
    const menu = await menuOf(newest(false));
    expect(within(menu).queryByRole('menuitem', { name: 'Edit' })).toBeNull();
    fireEvent.click(within(menu).getByRole('menuitem', { name: 'Delete…' }));
    await settle();
    const dialog = screen.getByRole('dialog', { name: 'Delete this message?' });
    expect(within(dialog).queryByRole('button', { name: 'Delete for both' })).toBeNull();
    expect(document.activeElement).toBe(within(dialog).getByRole('button', { name: 'Keep' }));
    const count = articles().length;
    fireEvent.click(within(dialog).getByRole('button', { name: 'Delete for me' }));
    await settle();
    expect(articles()).toHaveLength(count - 1);
  });

  it('one’s own is deleted for both, and a line stays in its place', async () => {
    const world = busyWorld(now);
    await openTalk(world);
    const article = newest(true);
    act(() => article.focus());
    key(article, 'Delete');
    await settle();
    expect(await axeFindings()).toEqual([]);
    fireEvent.click(screen.getByRole('button', { name: 'Delete for both' }));
    await settle();
    expect(newest(true).textContent).toContain('You deleted this message.');
    // The dialog is gone, and with it what hides the rest of the window.
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await settle();
    const menu = await menuOf(newest(true));
    expect(within(menu).getAllByRole('menuitem').map((each) => each.textContent)).toEqual(['Select', 'Details', 'Delete…']);
    fireEvent.keyDown(menu, { key: 'Escape' });
    await settle();
    // Nothing is there to answer.
    act(() => newest(true).focus());
    key(newest(true), 'r');
    await settle();
    expect(within(newest(true)).queryByRole('button', { name: 'Reply' })).toBeNull();
    expect(document.activeElement).toBe(newest(true));
  });

  it('emojis from the menu and from the picker, by words in either language, and taken back by pressing', async () => {
    const world = busyWorld(now);
    await openTalk(world);
    await choose(newest(false), 'thumbs up');
    const mine = (): HTMLElement => within(newest(false)).getByRole('button', { name: '👍 by You' });
    expect(mine().getAttribute('aria-pressed')).toBe('true');
    expect(newest(false).getAttribute('aria-label')).toContain('👍 by You');
    fireEvent.click(mine());
    await settle();
    expect(within(newest(false)).queryByRole('button', { name: '👍 by You' })).toBeNull();
    act(() => newest(false).focus());
    key(newest(false), '+');
    await settle();
    const search = screen.getByRole('searchbox', { name: 'Search emojis' });
    fireEvent.change(search, { target: { value: 'rakete' } });
    await settle();
    expect(await axeFindings()).toEqual([]);
    key(search, 'ArrowDown');
    expect(document.activeElement).toBe(screen.getByRole('button', { name: 'rocket' }));
    fireEvent.click(screen.getByRole('button', { name: 'rocket' }));
    await settle();
    expect(within(newest(false)).getByRole('button', { name: '🚀 by You' })).toBeDefined();
    expect(screen.queryByRole('searchbox', { name: 'Search emojis' })).toBeNull();
    act(() => newest(false).focus());
    key(newest(false), '+');
    fireEvent.click(await screen.findByRole('button', { name: 'Celebrations and sports' }));
    await waitFor(() => expect(screen.getByRole('button', { name: 'soccer ball' })).toBeDefined());
    expect(screen.queryByRole('button', { name: 'rocket' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Celebrations and sports' }).getAttribute('aria-pressed')).toBe('true');
  });

  it('the picker without its table, which an update may have taken away, says so and shows what is used most, and no kinds of it', async () => {
    vi.spyOn(emojiTable, 'load').mockRejectedValueOnce(new TypeError('Failed to fetch dynamically imported module'));
    await openTalk(busyWorld(now));
    await choose(newest(false), 'More emojis');
    const search = await screen.findByRole('searchbox', { name: 'Search emojis' });
    const picker = screen.getByRole('dialog', { name: 'Emojis' });
    await waitFor(() => expect(within(picker).getByRole('status').textContent).toMatch(/^Only the most frequent emojis are here/));
    expect(within(picker).queryByRole('group', { name: 'Kinds of emojis' })).toBeNull();
    fireEvent.change(search, { target: { value: 'rocket' } });
    expect(within(picker).getByRole('button', { name: 'rocket' })).toBeDefined();
    fireEvent.change(search, { target: { value: '\u2764' } });
    key(search, 'Enter');
    await waitFor(() => expect(within(newest(false)).getByRole('button', { name: '\u2764\ufe0f by You' })).toBeDefined());
  });

  it('the picker that came from the menu gives the focus back to the message, whether one was chosen or not', async () => {
    await openTalk(busyWorld(now));
    await choose(newest(false), 'More emojis');
    key(await screen.findByRole('searchbox', { name: 'Search emojis' }), 'Escape');
    await waitFor(() => expect(screen.queryByRole('searchbox', { name: 'Search emojis' })).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(newest(false)));
    await choose(newest(false), 'More emojis');
    fireEvent.change(await screen.findByRole('searchbox', { name: 'Search emojis' }), { target: { value: 'rocket' } });
    key(screen.getByRole('searchbox', { name: 'Search emojis' }), 'Enter');
    await waitFor(() => expect(within(newest(false)).getByRole('button', { name: '🚀 by You' })).toBeDefined());
    await waitFor(() => expect(document.activeElement).toBe(newest(false)));
  });

  it.each(['Delete', 'ContextMenu', '+'])('what was begun at a message by %s ends where another conversation is shown', async (begun) => {
    const { fake } = await openTalk(busyWorld(now));
    act(() => newest(false).focus());
    key(newest(false), begun);
    await settle();
    expect(document.querySelector('[role="dialog"], [role="menu"]')).not.toBeNull();
    await act(async () => fake.emit({ type: 'desktop.show', conversationId: talkWithCarla }));
    await settle();
    expect(document.querySelector('[role="dialog"], [role="menu"]')).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(field()));
  });

  it('behind a notification what is typed is the answer, also where the conversation was open and the focus elsewhere; where nobody can write the focus is at the message', async () => {
    const world = busyWorld(now);
    const { fake } = await openTalk(world);
    const told = newest(false).dataset['message'] ?? '';
    act(() => articles()[0]?.focus());
    await act(async () => fake.emit({ type: 'desktop.show', conversationId: talkWithBo, messageId: told }));
    await settle();
    await waitFor(() => expect(document.activeElement).toBe(field()));
    // Nor while messages are selected: the field is put away.
    act(() => articles()[0]?.focus());
    key(articles()[0] ?? nobody(), 's');
    await act(async () => fake.emit({ type: 'desktop.show', conversationId: talkWithBo, messageId: told }));
    await settle();
    await waitFor(() => expect(document.activeElement).toBe(newest(false)));
    key(newest(false), 'Escape');
    await settle();
    world.conversations = world.conversations.map((one) => (one.conversationId === talkWithBo ? { ...one, state: 'closed' as const } : one));
    await act(async () => fake.emit({ type: 'conversation.changed', conversationId: talkWithBo }));
    await settle();
    expect(screen.queryByRole('textbox', { name: 'Message' })).toBeNull();
    await act(async () => fake.emit({ type: 'desktop.show', conversationId: talkWithBo, messageId: told }));
    await settle();
    await waitFor(() => expect(document.activeElement).toBe(newest(false)));
  });

  it('the conversation that is shown already, chosen in the list or by its shortcut, has the focus in its field, as any other', async () => {
    await openTalk(busyWorld(now));
    const row = screen.getAllByRole('button').find((each) => each.classList.contains('selected')) ?? nobody();
    act(() => row.focus());
    fireEvent.click(row);
    await waitFor(() => expect(document.activeElement).toBe(field()));
    act(() => newest(false).focus());
    key(newest(false), '1', { ctrlKey: true });
    await waitFor(() => expect(document.activeElement).toBe(field()));
  });

  it.each([
    ['its menu', (): HTMLElement => screen.getByRole('menu', { name: 'Message menu' })],
    ['the picker', (): HTMLElement => screen.getByRole('searchbox', { name: 'Search emojis' })],
  ])('a message that goes while %s is open leaves the focus at writing', async (what, opened) => {
    const { fake } = await openTalk(busyWorld(now));
    const message = newest(false);
    if (what === 'its menu') await menuOf(message);
    else await choose(message, 'More emojis');
    await settle();
    act(() => fake.emit({ type: 'messages.removed', conversationId: talkWithBo, messageIds: [message.dataset['message'] ?? ''] }));
    await settle();
    key(opened(), 'Escape');
    // It comes back after frames, which are few on a busy machine.
    await waitFor(() => expect(document.activeElement).toBe(field()), { timeout: 5_000 });
  });

  it('an emoji goes into the field where the caret stands, and writing goes on behind it', async () => {
    await openTalk(busyWorld(now));
    fireEvent.change(field(), { target: { value: 'Good  then' } });
    field().setSelectionRange(5, 5);
    fireEvent.click(screen.getByRole('button', { name: 'Insert an emoji' }));
    fireEvent.change(await screen.findByRole('searchbox', { name: 'Search emojis' }), { target: { value: 'thumbs up' } });
    key(screen.getByRole('searchbox', { name: 'Search emojis' }), 'Enter');
    await settle();
    await waitFor(() => expect(document.activeElement).toBe(field()));
    expect(field().value).toBe('Good 👍 then');
    expect(field().selectionStart).toBe(5 + '👍'.length);
    expect(screen.queryByRole('dialog', { name: 'Emojis' })).toBeNull();
  });

  it('says who writes, and when a message disappears', async () => {
    const world = busyWorld(now);
    const messages = world.messages.get(talkWithBo) ?? [];
    world.messages.set(talkWithBo, messages.map((each, index): Message => (index === messages.length - 1 ? { ...each, disappearsAt: now + 60_000 } : each)));
    const { model } = await openTalk(world);
    expect(articles().at(-1)?.getAttribute('aria-label')).toContain('Disappears');
    act(() => model.talk.getState().heardTyping(talkWithBo, true));
    expect(screen.getByText('Bo Lindqvist is writing…')).toBeDefined();
    act(() => model.talk.getState().heardTyping(talkWithBo, false));
    expect(screen.queryByText('Bo Lindqvist is writing…')).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: 'Disappearing messages: Never' }));
    await settle();
    // The lengths alone would not say of what.
    expect(screen.getByText('New messages disappear for both of you')).toBeDefined();
    fireEvent.click(screen.getByRole('menuitemradio', { name: 'After 1 day' }));
    await settle();
    expect(world.conversations.find(({ conversationId }) => conversationId === talkWithBo)?.disappearAfter).toBe(86_400);
    expect(screen.getByTestId('timer-line').textContent).toContain('You let new messages disappear after 1 day.');
  });

  it('what is gone is answered and changed no more, and a quote says that it is gone', async () => {
    const world = busyWorld(now);
    const { model } = await openTalk(world);
    const gone = newest(false).dataset['message'] ?? '';
    await choose(newest(false), 'Reply');
    expect(screen.getByText('Reply to Bo Lindqvist')).toBeTruthy();
    fireEvent.change(field(), { target: { value: 'an answer' } });
    act(() => routeEvent(model, { type: 'messages.removed', conversationId: talkWithBo, messageIds: [gone] }));
    expect(screen.queryByText('Reply to Bo Lindqvist')).toBeNull();
    expect(field().value).toBe('an answer');
    expect(model.drafts.getState().drafts[talkWithBo]?.replyTo).toBeUndefined();
    await choose(newest(true), 'Edit');
    const own = newest(true).dataset['message'] ?? '';
    const message = world.messages.get(talkWithBo)?.find(({ messageId }) => messageId === own) ?? nobody();
    act(() => routeEvent(model, { type: 'message.changed', conversationId: talkWithBo, message: { ...message, kind: 'deleted', text: '' } }));
    expect(field().value).toBe('an answer');
    // What it answers is further up than what is shown: it can be let go of all the same.
    act(() => model.drafts.getState().replyTo(talkWithBo, 'f'.repeat(32)));
    fireEvent.click(screen.getByRole('button', { name: 'Do not reply to this message' }));
    expect(model.drafts.getState().drafts[talkWithBo]?.replyTo).toBeUndefined();
    const quoted = articles().find((each) => each.querySelector('.quote') !== null) ?? nobody();
    const target = world.messages.get(talkWithBo)?.find(({ messageId }) => messageId === quoted.dataset['message'])?.replyTo;
    const answered = world.messages.get(talkWithBo)?.find(({ messageId }) => messageId === target) ?? nobody();
    act(() => routeEvent(model, { type: 'message.changed', conversationId: talkWithBo, message: { ...answered, kind: 'deleted', text: '' } }));
    expect(articles().find((each) => each.dataset['message'] === quoted.dataset['message'])?.querySelector('.quote')?.textContent).toContain('This message was deleted.');
  });
});

function nobody(): never {
  throw new Error('no such message');
}
