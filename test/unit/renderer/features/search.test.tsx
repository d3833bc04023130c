import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import type { AppEvent } from '../../../../shared/contract/contract';
import { KeyshiftError } from '../../../../shared/errors';
import type { Message } from '../../../../shared/model/message';
import { idOf, type World } from '../../../preview/fake-world';
import { busyWorld, talkWithBo, talkWithCarla } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { openTalk, shortcut } from '../open-talk';
import { settle } from '../render-app';

/** Bo's conversation with 150 messages before what stands in the scene. */
function longTalk(): World {
  const world = busyWorld(Date.now());
  const there = world.messages.get(talkWithBo) ?? [];
  const first = there[0];
  if (first === undefined) throw new Error('an empty scene');
  const older = Array.from({ length: 150 }, (_, n) => ({ ...first, messageId: idOf(`older ${n}`), text: n === 20 ? 'the old lighthouse' : `line ${n}`, sentAt: first.sentAt - (151 - n) * 86_400_000, receivedAt: first.sentAt - (151 - n) * 86_400_000 }));
  world.messages.set(talkWithBo, [...older, ...there]);
  return world;
}

const field = () => screen.getByRole('textbox', { name: 'Words to find' });
const hitButtons = () => within(screen.getByRole('dialog')).getAllByRole('listitem').map((item) => within(item).getByRole('button'));

async function press(key: string, shiftKey = false): Promise<void> {
  fireEvent.keyDown(document.activeElement ?? document.body, { key, shiftKey });
  fireEvent.keyUp(document.activeElement ?? document.body, { key, shiftKey });
  await settle();
}

describe('searching', () => {
  it('by its shortcut in the conversation: hits with marks, Enter goes to the message wherever it stands, and back to the newest', async () => {
    const { fake, model } = await openTalk(longTalk());
    await shortcut('f', { ctrlKey: true });
    expect(screen.getByRole('dialog', { name: 'Search in this conversation' })).toBeTruthy();
    fireEvent.change(field(), { target: { value: 'lighth' } });
    await waitFor(() => expect(hitButtons()).toHaveLength(1));
    expect(hitButtons()[0]?.querySelector('mark')?.textContent).toBe('lighth');
    expect(screen.getByText('1 hit')).toBeTruthy();
    expect(fake.calls).toContain('messages.search');
    fireEvent.keyDown(field(), { key: 'Enter' });
    await settle();
    await waitFor(() => expect(document.activeElement?.getAttribute('data-message')).toBe(idOf('older 20')));
    expect(document.activeElement?.querySelector('mark')?.textContent).toBe('lighth');
    expect(model.messages.getState().threads[talkWithBo]).toMatchObject({ behind: true, complete: false });

    // What comes meanwhile stands at the end, which is not shown; the button leads there.
    fireEvent.click(screen.getByRole('button', { name: /newest/i }));
    await settle();
    expect(model.messages.getState().threads[talkWithBo]?.behind).toBe(false);
    expect(model.messages.getState().threads[talkWithBo]?.messages.some(({ messageId }) => messageId === idOf('older 20'))).toBe(false);
  });

  it.each([
    ['says something else', (message: Message): AppEvent => ({ type: 'message.changed', conversationId: talkWithBo, message: { ...message, text: 'no more of it' } })],
    ['is deleted', ({ messageId }: Message): AppEvent => ({ type: 'messages.removed', conversationId: talkWithBo, messageIds: [messageId] })],
  ])('words are marked no longer than the message they were found in has them: it %s', async (_what, change) => {
    const { fake, model } = await openTalk(longTalk());
    await shortcut('f', { ctrlKey: true });
    fireEvent.change(field(), { target: { value: 'line 14' } });
    await waitFor(() => expect(hitButtons().length).toBeGreaterThan(1));
    fireEvent.click(hitButtons()[1] ?? expect.unreachable('a hit'));
    await settle();
    const messageId = await waitFor(() => document.activeElement?.getAttribute('data-message') ?? expect.unreachable('a message'));
    expect(document.querySelectorAll('.feed-box mark').length).toBeGreaterThan(1);
    const message = model.messages.getState().threads[talkWithBo]?.messages.find((each) => each.messageId === messageId);
    act(() => fake.emit(change(message ?? expect.unreachable('the hit'))));
    await settle();
    expect(document.querySelectorAll('.feed-box mark')).toHaveLength(0);
  });

  it('the marked hit is the same one where one above it goes, and Enter behind words that were not looked for yet waits for their hits', async () => {
    const { model } = await openTalk(longTalk());
    await shortcut('f', { ctrlKey: true });
    fireEvent.change(field(), { target: { value: 'line 14' } });
    await waitFor(() => expect(hitButtons().length).toBeGreaterThan(2));
    fireEvent.keyDown(field(), { key: 'ArrowDown' });
    const marked = (): string | undefined => hitButtons().find((hit) => hit.classList.contains('marked'))?.textContent;
    const before = marked();
    act(() => model.search.getState().removed(model.search.getState().hits.slice(0, 1).map(({ messageId }) => messageId)));
    expect(marked()).toBe(before);
    fireEvent.change(field(), { target: { value: 'lighth' } });
    fireEvent.keyDown(field(), { key: 'Enter' });
    await waitFor(() => expect(document.activeElement?.getAttribute('data-message')).toBe(idOf('older 20')));
  });

  it('Enter in the search of one conversation goes to none that was found in another one before', async () => {
    const world = longTalk();
    const theirs = world.messages.get(talkWithCarla) ?? [];
    const at = Date.now();
    world.messages.set(talkWithCarla, [...theirs, ...theirs.slice(-1).map((last) => ({ ...last, messageId: idOf('as well'), text: 'line 14 as well', sentAt: at, receivedAt: at }))]);
    const { model } = await openTalk(world);
    await shortcut('F', { ctrlKey: true, shiftKey: true });
    fireEvent.change(field(), { target: { value: 'line 14' } });
    await waitFor(() => expect(hitButtons()[0]?.textContent).toContain('as well'));
    await shortcut('Escape');
    // Before anything was asked for there.
    fireEvent.keyDown(document.body, { key: 'f', ctrlKey: true });
    fireEvent.keyDown(field(), { key: 'Enter' });
    await waitFor(() => expect(document.activeElement?.getAttribute('data-message')).toBeTruthy());
    expect(model.ui.getState().selection?.conversationId).toBe(talkWithBo);
  });

  it('Enter behind a search that failed waits for the hits of the words that stand there by then', async () => {
    const { fake } = await openTalk(longTalk());
    await shortcut('f', { ctrlKey: true });
    fireEvent.change(field(), { target: { value: 'line 14' } });
    await waitFor(() => expect(hitButtons().length).toBeGreaterThan(1));
    fake.world.failing.set('messages.search', 'disk.failed');
    fireEvent.change(field(), { target: { value: 'line 15' } });
    await waitFor(() => expect(screen.getByRole('dialog').querySelector('.banner')).not.toBeNull());
    fake.world.failing.clear();
    fireEvent.change(field(), { target: { value: 'lighth' } });
    fireEvent.keyDown(field(), { key: 'Enter' });
    await waitFor(() => expect(document.activeElement?.getAttribute('data-message')).toBe(idOf('older 20')));
  });

  it('Enter before a search that fails goes to nothing that was found of other words, and stays with what is said', async () => {
    const { fake, model } = await openTalk(longTalk());
    await shortcut('f', { ctrlKey: true });
    fireEvent.change(field(), { target: { value: 'line 14' } });
    await waitFor(() => expect(hitButtons().length).toBeGreaterThan(1));
    fake.world.failing.set('messages.search', 'disk.failed');
    fireEvent.change(field(), { target: { value: 'line 15' } });
    fireEvent.keyDown(field(), { key: 'Enter' });
    await waitFor(() => expect(screen.getByRole('dialog').querySelector('.banner')).not.toBeNull());
    fireEvent.keyDown(field(), { key: 'Enter' });
    await settle();
    expect(screen.getByRole('dialog').querySelector('.banner')).not.toBeNull();
    expect(model.search.getState().marked).toBeUndefined();
  });

  it('whoever goes to another conversation from a hit comes back to the newest messages', async () => {
    await openTalk(longTalk());
    await shortcut('f', { ctrlKey: true });
    fireEvent.change(field(), { target: { value: 'lighth' } });
    await waitFor(() => expect(hitButtons()).toHaveLength(1));
    fireEvent.keyDown(field(), { key: 'Enter' });
    await settle();
    await waitFor(() => expect(document.activeElement?.getAttribute('data-message')).toBe(idOf('older 20')));
    const newest = longTalk().messages.get(talkWithBo)?.at(-1)?.messageId ?? '';
    for (const name of [/^Carla/, /^Bo/]) {
      fireEvent.click(screen.getByRole('button', { name }));
      await settle();
    }
    await waitFor(() => expect(document.querySelector(`[data-message="${newest}"]`)).not.toBeNull());
    expect(screen.queryByRole('button', { name: /newest/i })).toBeNull();
  });

  it('everywhere; nothing found says where it looked; a lock forgets it', async () => {
    const { model } = await openTalk(busyWorld(Date.now()));
    await shortcut('f', { ctrlKey: true, shiftKey: true });
    expect(screen.getByRole('dialog', { name: 'Search messages' })).toBeTruthy();
    fireEvent.change(field(), { target: { value: 'zzzz' } });
    await screen.findByText(/^Nothing with “zzzz” in \d+ conversations?\.$/);
    fireEvent.change(field(), { target: { value: 'the' } });
    await waitFor(() => expect(hitButtons().length).toBeGreaterThan(1));
    expect(await axeFindings()).toEqual([]);
    // What was looked for last time stands there marked: the first letter replaces it.
    act(() => model.ui.getState().closeDialog());
    await settle();
    await shortcut('f', { ctrlKey: true, shiftKey: true });
    const again = screen.getByRole<HTMLInputElement>('textbox', { name: 'Words to find' });
    expect([again.value, again.selectionStart, again.selectionEnd]).toEqual(['the', 0, 3]);
    await act(async () => model.session.getState().lock());
    await settle();
    expect(model.search.getState().query).toBe('');
  });

  it('the calendar opens at the day of the first message in sight', async () => {
    await openTalk(longTalk());
    const articles = [...document.querySelectorAll<HTMLElement>('.feed-box [data-message]')];
    const reads = articles[Math.floor(articles.length / 4)] ?? expect.unreachable('a message');
    // Above it nothing is in sight.
    const rect = vi.spyOn(Element.prototype, 'getBoundingClientRect').mockImplementation(function place(this: Element) {
      return new DOMRect(0, 0, 100, articles.indexOf(this as HTMLElement) >= articles.indexOf(reads) ? 40 : 0);
    });
    await shortcut('f', { ctrlKey: true });
    // All of it, also behind hits that fill the dialog: React Aria gives the focus to a day without scrolling there.
    const brought: Element[] = [];
    const scroll = vi.spyOn(Element.prototype, 'scrollIntoView').mockImplementation(function (this: Element) {
      brought.push(this);
    });
    fireEvent.click(screen.getByRole('button', { name: 'Go to a day' }));
    await settle();
    rect.mockRestore();
    scroll.mockRestore();
    expect(brought.some((each) => each.contains(document.activeElement) && each.contains(screen.getByRole('grid')))).toBe(true);
    const day = new Date(reads.querySelector('time')?.dateTime ?? '');
    expect(day.toDateString()).not.toBe(new Date().toDateString());
    expect(document.activeElement?.getAttribute('aria-label')).toContain(new Intl.DateTimeFormat('en', { dateStyle: 'full' }).format(day));
  });

  it('to a day', async () => {
    const world = longTalk();
    const wanted = world.messages.get(talkWithBo)?.[100];
    await openTalk(world);
    await shortcut('f', { ctrlKey: true });
    const day = new Date((wanted?.sentAt ?? 0) + 86_400_000);
    fireEvent.click(screen.getByRole('button', { name: 'Go to a day' }));
    await settle();
    const grid = screen.getByRole('grid');
    // By keys: a month back, to the beginning and the end of a week, and the day itself.
    expect(document.activeElement?.getAttribute('aria-label')).toMatch(/Today/);
    const months = (new Date().getFullYear() - day.getFullYear()) * 12 + new Date().getMonth() - day.getMonth();
    for (let n = 0; n < months; n += 1) await press('PageUp');
    expect(screen.getAllByText(new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric' }).format(day)).length).toBeGreaterThan(0);
    expect(within(grid).getAllByRole('columnheader', { hidden: true }).map(({ textContent }) => textContent)[0]).toBe('Sun');
    const label = new RegExp(new Intl.DateTimeFormat('en', { dateStyle: 'full' }).format(day));
    const cell = within(grid).getByRole('button', { name: label });
    expect(cell.getAttribute('aria-disabled')).toBe(null);
    // Days nobody said anything on cannot be chosen.
    await press('PageUp', true);
    expect(within(screen.getByRole('grid')).getAllByRole('button').every((each) => each.getAttribute('aria-disabled') === 'true')).toBe(true);
    await press('PageDown', true);
    expect(await axeFindings()).toEqual([]);
    fireEvent.click(within(screen.getByRole('grid')).getByRole('button', { name: label }));
    await settle();
    await waitFor(() => expect([idOf('older 100'), idOf('older 101')]).toContain(document.activeElement?.getAttribute('data-message')));
  });
});

describe('exporting', () => {
  it('offers three kinds, says what an archive proves, and where the file is', async () => {
    const world = busyWorld(Date.now());
    world.identity.chosenFile = '/home/ann/talk.html';
    const { fake, model } = await openTalk(world);
    act(() => model.ui.getState().openConversationDialog('export', talkWithBo));
    await settle();
    expect(await axeFindings()).toEqual([]);
    fireEvent.click(screen.getByRole('radio', { name: /^To keep/ }));
    await settle();
    expect(screen.getByText(/It proves no words/)).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: 'Choose a place…' }));
    await screen.findByText(/messages exported to \/home\/ann\/talk.html/);
    expect(fake.calls).toContain('conversations.export');
    // Seen once; whoever exports another conversation begins anew.
    act(() => model.ui.getState().closeDialog());
    await settle();
    act(() => model.ui.getState().openConversationDialog('export', talkWithBo));
    await settle();
    expect(screen.queryByText(/messages exported to/)).toBeNull();
    expect(screen.getByRole('button', { name: 'Choose a place…' })).toBeTruthy();
    // What is to go from both sides stays in a file.
    expect(screen.queryByText(/^Messages disappear in this conversation/)).toBeNull();
    act(() => model.conversations.setState(({ conversations }) => ({ conversations: conversations.map((one) => (one.conversationId === talkWithBo ? { ...one, disappearAfter: 60 } : one)) })));
    expect(screen.getByText(/^Messages disappear in this conversation/)).toBeTruthy();
  });

  it('one that ends after its dialog was closed is told, as is one that fails', async () => {
    const { model } = await openTalk(busyWorld(Date.now()));
    act(() => model.exports.setState({ phase: { step: 'done', conversationId: talkWithBo, path: '/home/ann/talk.json', messages: 4_000 } }));
    expect(screen.getByText('4,000 messages exported to /home/ann/talk.json')).toBeTruthy();
    act(() => model.exports.setState({ phase: { step: 'failed', conversationId: talkWithBo, failure: new KeyshiftError('disk.full', '') } }));
    expect(screen.getByText(/^The disk is full/)).toBeTruthy();
    expect(model.exports.getState().phase).toEqual({ step: 'idle' });
  });

  it('each conversation shows its own: of another one it says that it runs, and tells how it ended', async () => {
    const { fake, model } = await openTalk(busyWorld(Date.now()));
    const [other = ''] = fake.world.conversations.map(({ conversationId }) => conversationId).filter((each) => each !== talkWithBo);
    act(() => model.exports.setState({ phase: { step: 'running', conversationId: talkWithBo, done: 3, total: 9 } }));
    act(() => model.ui.getState().openConversationDialog('export', talkWithBo));
    await settle();
    expect(screen.getByText('3 of 9 messages')).toBeTruthy();
    expect(screen.queryByText(/Another conversation is being exported/)).toBeNull();
    act(() => model.ui.getState().closeDialog());
    act(() => model.ui.getState().openConversationDialog('export', other));
    await settle();
    expect(screen.getByText(/Another conversation is being exported: .*with Bo Lindqvist/)).toBeTruthy();
    expect(await axeFindings()).toEqual([]);
    act(() => model.exports.setState({ phase: { step: 'done', conversationId: talkWithBo, path: '/home/ann/bo.html', messages: 9 } }));
    await settle();
    // Told beside it, and no end of this one.
    expect(screen.getByText('9 messages exported to /home/ann/bo.html').closest('[role=dialog]')).toBeNull();
    expect(screen.getByRole('button', { name: 'Choose a place…' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Export again' })).toBeNull();
    expect(model.exports.getState().phase).toEqual({ step: 'idle' });
  });

  it('an archive is checked from the settings, and what it does not say is said', async () => {
    const world = busyWorld(Date.now());
    world.identity.chosenFile = '/home/ann/talk.keyshift-archive';
    const { fake, model } = await openTalk(world);
    act(() => model.ui.getState().openDialog('archive'));
    await settle();
    fireEvent.click(screen.getByRole('button', { name: 'Choose an archive…' }));
    await screen.findByText('All signatures in this archive are true.');
    expect(screen.getByText(/This says nothing about the words/)).toBeTruthy();
    expect(await axeFindings()).toEqual([]);
    // What was true of that one is not said beside another file that is none.
    fake.world.failing.set('conversations.checkArchive', 'archive.garbled');
    fireEvent.click(screen.getByRole('button', { name: 'Choose an archive…' }));
    await screen.findByText(/^That file is not a Keyshift archive/);
    expect(screen.queryByText('All signatures in this archive are true.')).toBeNull();
  });
});

describe('a message whose sender claims a time that no calendar has', () => {
  it('S1-11 A07: is found, shown and opened like any other', async () => {
    const world = longTalk();
    const list = world.messages.get(talkWithBo) ?? [];
    world.messages.set(talkWithBo, list.map((message) => (message.text === 'the old lighthouse' ? { ...message, direction: 'in' as const, sentAt: Number.MAX_SAFE_INTEGER } : message)));
    await openTalk(world);
    await shortcut('f', { ctrlKey: true });
    fireEvent.change(field(), { target: { value: 'lighth' } });
    await waitFor(() => expect(hitButtons()).toHaveLength(1));
    expect(hitButtons()[0]?.textContent).toContain('275760');
    fireEvent.keyDown(field(), { key: 'Enter' });
    await settle();
    await waitFor(() => expect(document.activeElement?.getAttribute('data-message')).toBe(idOf('older 20')));
    await shortcut('Enter');
    expect(screen.getByTestId('message-details').textContent).toMatch(/275760.*Later than it arrived here/);
  });
});
