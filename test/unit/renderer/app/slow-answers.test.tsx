// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Model } from '../../../../renderer/app/model';
import { emptyThread, pageSize } from '../../../../renderer/features/conversation/messages-store';
import { KeyshiftError } from '../../../../shared/errors';
import type { Message } from '../../../../shared/model/message';
import { busyWorld, carla, talkWithBo, talkWithCarla } from '../../../preview/scenes';
import { page } from '../open-settings';
import { openTalk, shortcut } from '../open-talk';
import { settle } from '../render-app';

const now = Date.now();

/** An answer that comes when it is told to. */
function held<Value>(value: Value): { readonly answer: () => Promise<Value>; readonly release: () => void; readonly refuse: () => void } {
  let settle: { readonly resolve: () => void; readonly reject: (why: Error) => void } | undefined;
  const promise = new Promise<Value>((resolve, reject) => (settle = { resolve: () => resolve(value), reject }));
  return { answer: () => promise, release: () => settle?.resolve(), refuse: () => settle?.reject(new KeyshiftError('disk.failed', '')) };
}

/** What is sent waits until it is let go, or refused. */
function slowDisk(model: Model): ReturnType<typeof held<undefined>> {
  const storage = held(undefined);
  vi.spyOn(model.client.messages, 'send').mockImplementation(async () => {
    await storage.answer();
    return { messageId: '' };
  });
  return storage;
}

describe('while the main process takes its time', () => {
  it('locking hides everything at once, and the screen of the lock comes when the keys are gone', async () => {
    const { model } = await openTalk(busyWorld(now));
    const lock = held(null);
    const real = model.client.vault.lock;
    const asked = vi.spyOn(model.client.vault, 'lock').mockImplementation(lock.answer);
    await shortcut('l', { ctrlKey: true });
    expect(page()).not.toContain('Bo Lindqvist');
    expect(page()).toContain('Locking Keyshift');
    expect(screen.queryByRole('button', { name: 'Unlock' })).toBeNull();
    asked.mockRestore();
    await real();
    lock.release();
    await settle();
    expect(screen.getByRole('button', { name: 'Unlock' })).toBeTruthy();
  });

  it('what comes of something after that is told nobody: it may be about a person', async () => {
    const { model } = await openTalk(busyWorld(now));
    const lock = held(null);
    vi.spyOn(model.client.vault, 'lock').mockImplementation(lock.answer);
    const [done, refused] = [held({ epoch: 7 }), held({ epoch: 7 })];
    vi.spyOn(model.client.keys, 'shift').mockImplementationOnce(done.answer).mockImplementationOnce(refused.answer);
    for (let times = 0; times < 2; times += 1) await shortcut('r', { ctrlKey: true, shiftKey: true });
    await shortcut('l', { ctrlKey: true });
    done.release();
    refused.refuse();
    await settle();
    expect(page()).not.toContain('Bo Lindqvist');
    expect(model.ui.getState().toasts).toEqual([]);
    lock.release();
    await settle();
    expect(screen.getByRole('button', { name: 'Unlock' })).toBeTruthy();
    expect(page()).not.toContain('Bo Lindqvist');
  });

  it('a vault that is opened while it waits to be locked shows nothing of itself, and one that is opened afterwards does', async () => {
    const { model } = await openTalk(busyWorld(now));
    const lock = held(null);
    vi.spyOn(model.client.vault, 'lock').mockImplementation(lock.answer);
    await shortcut('l', { ctrlKey: true });
    act(() => model.session.getState().changed('open'));
    await settle();
    expect(page()).not.toContain('Bo Lindqvist');
    lock.release();
    await settle();
    expect(screen.getByRole('button', { name: 'Unlock' })).toBeTruthy();
    act(() => model.session.getState().changed('open'));
    await settle();
    expect(page()).toContain('Bo Lindqvist');
  });

  it('where it could not be locked everything is there again, and it says so', async () => {
    const { model } = await openTalk(busyWorld(now));
    const lock = held(null);
    vi.spyOn(model.client.vault, 'lock').mockImplementation(lock.answer);
    await shortcut('l', { ctrlKey: true });
    expect(page()).not.toContain('Bo Lindqvist');
    lock.refuse();
    await settle();
    expect(page()).toContain('Bo Lindqvist');
    expect(model.ui.getState().toasts.map(({ tone }) => tone)).toEqual(['danger']);
  });

  it('what was sent is shown until it is stored, once that takes long, with its conversation alone', async () => {
    const { model } = await openTalk(busyWorld(now));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const real = model.client.messages.send;
    const storage = held(undefined);
    vi.spyOn(model.client.messages, 'send').mockImplementation(async (message) => {
      await storage.answer();
      return real(message);
    });
    const field = screen.getByLabelText('Message');
    fireEvent.change(field, { target: { value: 'a word for a slow disk' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    await act(() => vi.advanceTimersByTimeAsync(400));
    expect(page()).not.toContain('a word for a slow disk');
    await act(() => vi.advanceTimersByTimeAsync(200));
    expect(screen.getByText('Being stored. It is sent when it is on the disk.').closest('[role="status"]')?.textContent).toContain('a word for a slow disk');
    storage.release();
    await act(() => vi.advanceTimersByTimeAsync(100));
    expect(page()).not.toContain('Being stored');
    expect(screen.getAllByText('a word for a slow disk').some((each) => each.closest('article') !== null)).toBe(true);
  });

  it('of many that wait for the disk three are shown and the others counted', async () => {
    const { model } = await openTalk(busyWorld(now));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    // Heard where it comes into a region that stands there already.
    const region = document.querySelector('.composer')?.parentElement?.querySelector(':scope > [role="status"]:empty');
    const storage = held(undefined);
    vi.spyOn(model.client.messages, 'send').mockImplementation(async () => {
      await storage.answer();
      throw new KeyshiftError('disk.failed', '');
    });
    const field = screen.getByLabelText('Message');
    for (const value of ['word one', 'word two', 'word three', 'word four', 'word five']) {
      fireEvent.change(field, { target: { value } });
      fireEvent.keyDown(field, { key: 'Enter' });
    }
    await act(() => vi.advanceTimersByTimeAsync(600));
    expect([...(region?.querySelectorAll('.quote-words > *') ?? [])].map(({ textContent }) => textContent)).toEqual(['Being stored. It is sent when it is on the disk.', 'word one', 'word two', 'word three', 'And 2 more messages']);
    storage.release();
    await act(() => vi.advanceTimersByTimeAsync(100));
    expect(region?.childElementCount).toBe(0);
    // As they were written, and told once.
    expect(screen.getByLabelText<HTMLTextAreaElement>('Message').value).toBe('word one\nword two\nword three\nword four\nword five');
  });

  it('what was not stored after one went to another conversation is told there as a notice, and stands in its own field', async () => {
    const { model } = await openTalk(busyWorld(now));
    const storage = slowDisk(model);
    const field = screen.getByLabelText('Message');
    fireEvent.change(field, { target: { value: 'a word for Bo' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    const { selection } = model.ui.getState();
    const other = model.conversations.getState().conversations.find((one) => one.conversationId !== selection?.conversationId);
    if (selection?.conversationId === undefined || other === undefined) throw new Error('nowhere to go');
    await act(async () => model.ui.getState().select({ contactId: other.contactId, conversationId: other.conversationId }));
    await settle();
    storage.refuse();
    await settle();
    expect(document.querySelector('.composer .banner')).toBeNull();
    expect(model.ui.getState().toasts.map(({ tone }) => tone)).toEqual(['danger']);
    expect(model.drafts.getState().drafts[selection.conversationId]?.text).toBe('a word for Bo');
  });

  it('a change that was not stored after one went to another conversation is told there as a notice', async () => {
    const { model } = await openTalk(busyWorld(now));
    const storage = held(null);
    vi.spyOn(model.client.messages, 'edit').mockImplementation(storage.answer);
    const { selection } = model.ui.getState();
    const other = model.conversations.getState().conversations.find((one) => one.conversationId !== selection?.conversationId);
    if (selection?.conversationId === undefined || other === undefined) throw new Error('nowhere to go');
    const { conversationId } = selection;
    const own = model.messages.getState().threads[conversationId]?.messages.find(({ direction, kind }) => direction === 'out' && kind === 'text');
    if (own === undefined) throw new Error('nothing to change');
    act(() => model.drafts.getState().edit(conversationId, { messageId: own.messageId, text: 'changed' }));
    fireEvent.keyDown(screen.getByLabelText('Message'), { key: 'Enter' });
    await act(async () => model.ui.getState().select({ contactId: other.contactId, conversationId: other.conversationId }));
    await settle();
    storage.refuse();
    await settle();
    expect(document.querySelector('.composer .banner')).toBeNull();
    expect(model.ui.getState().toasts.map(({ tone }) => tone)).toEqual(['danger']);
  });

  it('what was being stored when the window is locked is not given back into it', async () => {
    const { model } = await openTalk(busyWorld(now));
    const storage = slowDisk(model);
    const field = screen.getByLabelText('Message');
    fireEvent.change(field, { target: { value: 'a word for a slow disk' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    await shortcut('l', { ctrlKey: true });
    await settle();
    storage.refuse();
    await settle();
    expect(screen.getByRole('button', { name: 'Unlock' })).toBeTruthy();
    expect(model.messages.getState().storing).toEqual([]);
    expect(model.drafts.getState().drafts).toEqual({});
  });

  it('a search says that it is under way once that takes long', async () => {
    const { model } = await openTalk(busyWorld(now));
    await shortcut('f', { ctrlKey: true, shiftKey: true });
    const search = held([]);
    vi.spyOn(model.client.messages, 'search').mockImplementation(search.answer);
    fireEvent.change(screen.getByRole('textbox', { name: 'Words to find' }), { target: { value: 'paper' } });
    expect(screen.queryByText('Looking for it…')).toBeNull();
    expect(await screen.findByText('Looking for it…', {}, { timeout: 5_000 })).toBeTruthy();
    search.release();
    await settle();
    expect(screen.queryByText('Looking for it…')).toBeNull();
    expect(page()).toContain('Nothing with “paper”');
  });

  it('the page about the mailbox is not empty until it is known', async () => {
    const { model } = await openTalk(busyWorld(now));
    const status = held(await model.client.mailbox.status());
    vi.spyOn(model.client.mailbox, 'status').mockImplementation(status.answer);
    act(() => model.ui.getState().openSettings('mailbox'));
    await settle();
    expect(page()).toContain('Looking up your mailbox…');
    status.release();
    await settle();
    expect(page()).not.toContain('Looking up your mailbox…');
    expect(page()).toContain('You do not need one');
  });
});

const dialogsThatWait: readonly { readonly name: string; readonly group: keyof Model['client']; readonly call: string; readonly open: (model: Model) => void; readonly fill?: () => Promise<void> }[] = [
  { name: 'a card', group: 'contacts', call: 'importKey', open: (model) => model.ui.getState().openDialog('import'), fill: pasteCard },
  { name: 'a title', group: 'conversations', call: 'update', open: (model) => model.ui.getState().openConversationDialog('rename-conversation', talkWithBo) },
  { name: 'rules', group: 'keys', call: 'setPolicy', open: (model) => model.ui.getState().openDialog('rules') },
  { name: 'the key of a pair', group: 'keys', call: 'shiftPair', open: (model) => model.ui.getState().openDialog('pair') },
  { name: 'a link', group: 'desktop', call: 'openLink', open: (model) => model.ui.getState().askLink('https://example.org/') },
  { name: 'a new conversation', group: 'conversations', call: 'open', open: (model) => model.ui.getState().openAnother(carla.contactId), fill: async () => void fireEvent.change(within(screen.getByRole('dialog')).getByRole('textbox'), { target: { value: 'Boats' } }) },
  { name: 'a forwarded message', group: 'messages', call: 'send', open: (model) => model.ui.getState().forward([model.messages.getState().threads[talkWithBo]?.messages.at(-1)?.messageId ?? '']), fill: pickCarla },
  { name: 'forwarded messages', group: 'messages', call: 'send', open: (model) => model.ui.getState().forward((model.messages.getState().threads[talkWithBo]?.messages ?? []).slice(-2).map(({ messageId }) => messageId)), fill: pickCarla },
  { name: 'a removed conversation', group: 'conversations', call: 'remove', open: (model) => model.ui.getState().openConversationDialog('remove-conversation', talkWithBo) },
];

/** Sent is only what was looked at. */
async function pasteCard(): Promise<void> {
  fireEvent.change(screen.getByRole('dialog').querySelector('textarea') ?? document.body, { target: { value: 'a card' } });
  await waitFor(() => expect(within(screen.getByRole('dialog')).getByRole('button', { name: 'Send request' })).toHaveProperty('disabled', false));
}

async function pickCarla(): Promise<void> {
  const field = within(screen.getByRole('dialog')).getByRole('combobox');
  fireEvent.change(field, { target: { value: 'Carla' } });
  fireEvent.keyDown(field, { key: 'Enter' });
  await settle();
}

describe('an answer to a dialog that was put away meanwhile', () => {
  it.each(dialogsThatWait)('$name: leaves what is open by then, and whom one looks at; a refusal is told', async ({ group, call, open, fill }) => {
    const { model } = await openTalk(busyWorld(now));
    await act(() => model.keys.getState().load(talkWithBo));
    for (const end of ['release', 'refuse'] as const) {
      act(() => open(model));
      await settle();
      await fill?.();
      const waiting = held({ contactId: carla.contactId, conversationId: 'elsewhere', messageId: 'sent' });
      vi.spyOn(model.client[group] as unknown as Record<string, () => Promise<unknown>>, call).mockImplementationOnce(waiting.answer);
      fireEvent.click([...screen.getByRole('dialog').querySelectorAll('.dialog-actions')].find((each) => each.querySelector('.main, .danger') !== null)?.querySelector('button:last-of-type') ?? document.body);
      await settle();
      act(() => model.ui.getState().closeDialog());
      await settle();
      act(() => model.ui.getState().openDialog('shortcuts'));
      await settle();
      act(() => waiting[end]());
      await settle();
      expect([end, model.ui.getState().dialog, model.ui.getState().selection?.conversationId]).toEqual([end, 'shortcuts', talkWithBo]);
      expect([end, model.ui.getState().toasts.some(({ tone }) => tone === 'danger')]).toEqual([end, end === 'refuse']);
      act(() => model.ui.getState().closeDialog());
      await settle();
    }
  });

  it('nor does what is asked about a person again go with the first answer, nor somebody else who is shown by then', async () => {
    const { model } = await openTalk(busyWorld(now));
    act(() => model.ui.getState().showDetails('who'));
    await settle();
    const press = async (name: string | RegExp, within_: HTMLElement = document.body): Promise<void> => {
      fireEvent.click(within(within_).getByRole('button', { name }));
      await settle();
    };
    const named = held(null);
    vi.spyOn(model.client.contacts, 'rename').mockImplementationOnce(named.answer);
    await press('Change name…');
    fireEvent.submit(screen.getByRole('dialog').querySelector('form') ?? document.body);
    await press('Cancel', screen.getByRole('dialog'));
    await press('Change name…');
    named.release();
    await settle();
    await press('Cancel', screen.getByRole('dialog'));
    const removed = held(null);
    vi.spyOn(model.client.contacts, 'remove').mockImplementationOnce(removed.answer);
    await press('Remove…');
    await press(/^Remove Bo/, screen.getByRole('dialog'));
    await press(/^Keep Bo/, screen.getByRole('dialog'));
    const other = model.conversations.getState().conversations.find(({ contactId }) => contactId === carla.contactId);
    act(() => model.showConversation(other?.conversationId ?? ''));
    removed.release();
    await settle();
    expect(model.ui.getState().selection?.contactId).toBe(carla.contactId);
  });
});

describe('somebody who went to another conversation meanwhile', () => {
  it('stays there when the newest of the former come, and is where they were in it', async () => {
    const { model } = await openTalk(busyWorld(now));
    act(() => model.messages.setState(({ threads }) => ({ threads: { ...threads, [talkWithBo]: { ...(threads[talkWithBo] ?? emptyThread), behind: true } } })));
    const list = held([]);
    vi.spyOn(model.client.messages, 'list').mockImplementationOnce(list.answer);
    fireEvent.click(screen.getByRole('button', { name: 'To the newest' }));
    act(() => model.showConversation(talkWithCarla));
    await settle();
    const box = Object.defineProperty(document.querySelector('.feed-box') ?? document.body, 'scrollHeight', { value: 1_000 });
    box.scrollTop = 100;
    list.release();
    await settle();
    expect(box.scrollTop).toBe(100);
  });

  it('is not taken back by a place that was asked for before, and finds the newest where that is', async () => {
    const { fake, model } = await openTalk(busyWorld(now));
    const messageId = fake.world.messages.get(talkWithCarla)?.[0]?.messageId ?? '';
    const list = held(Array.from({ length: pageSize }, (_, at) => ({ ...(fake.world.messages.get(talkWithCarla)?.[0] as Message), messageId: `${at}` })));
    vi.spyOn(model.client.messages, 'list').mockImplementationOnce(list.answer);
    act(() => fake.emit({ type: 'desktop.show', conversationId: talkWithCarla, messageId }));
    await settle();
    const third = model.conversations.getState().conversations.find(({ conversationId }) => conversationId !== talkWithBo && conversationId !== talkWithCarla)?.conversationId ?? '';
    act(() => model.showConversation(third));
    await settle();
    list.release();
    await settle();
    expect(model.ui.getState().selection?.conversationId).toBe(third);
    expect(model.messages.getState().threads[talkWithCarla]?.behind).not.toBe(true);
  });

  it('finds no words marked any more where they came from a hit, nor does who looks for nothing now', async () => {
    const { model } = await openTalk(busyWorld(now));
    const { mark, look } = model.search.getState();
    act(() => mark({ conversationId: talkWithBo, messageId: 'm' }, 'five'));
    expect(document.querySelector('mark')?.textContent).toBe('five');
    act(() => model.showConversation(talkWithCarla));
    await settle();
    expect(model.search.getState().marked).toBeUndefined();
    act(() => mark({ conversationId: talkWithCarla, messageId: 'm' }, 'winds'));
    await act(() => look('', undefined));
    expect(document.querySelector('mark')).toBeNull();
  });
});

it('the zone of the system changes while the window is open: times are told in the new one', async () => {
  const before = process.env['TZ'];
  onTestFinished(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });
  process.env['TZ'] = 'Asia/Tokyo';
  // What was said half an hour before midnight in Tokyo and an hour after it, before noon of one day in New York.
  await openTalk(busyWorld(Date.UTC(2026, 10, 28, 16)));
  const days = (): readonly (string | null | undefined)[] => [...document.querySelectorAll('.feed .day')].map(({ nextElementSibling }) => nextElementSibling?.getAttribute('data-message'));
  const inTokyo = days();
  const times = (): string => [...document.querySelectorAll('.message time')].map(({ textContent }) => textContent).join();
  const there = times();
  expect(there).not.toBe('');
  process.env['TZ'] = 'America/New_York';
  fireEvent.focus(window);
  await settle();
  expect(times()).not.toBe(there);
  expect(days()).not.toEqual(inTokyo);
});

it('hours are counted as the system counts them, whatever language the words are in', async () => {
  const world = busyWorld(now);
  await openTalk({ ...world, about: { ...world.about, timesLocale: 'tr-TR' }, settings: { ...world.settings, language: 'en' } });
  const times = [...document.querySelectorAll('.message time')].map(({ textContent }) => textContent ?? '');
  expect(times.length).toBeGreaterThan(0);
  for (const time of times) expect(time).toMatch(/^\d\d:\d\d$/);
  expect(document.documentElement.lang).toMatch(/^en(?:-[A-Z]{2})?$/);
});

it('a system without a zone: times are told as clocks tell them', async () => {
  const before = process.env['TZ'];
  onTestFinished(() => {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  });
  process.env['TZ'] = '';
  await openTalk(busyWorld(now));
  const times = [...document.querySelectorAll('.message time')].map(({ textContent }) => textContent ?? '');
  expect(times.length).toBeGreaterThan(0);
  for (const time of times) expect(time).toMatch(/^(?:\d\d:\d\d|\d\d?:\d\d [AP]M)$/);
});
