// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import { routeEvent } from '../../../../renderer/app/event-router';
import { emptyThread, mostFollowed } from '../../../../renderer/features/conversation/messages-store';
import { extended, mostSelected, noneSelected, toggled, without } from '../../../../renderer/features/conversation/selecting';
import type { Message } from '../../../../shared/model/message';
import { makeTransfer } from '../../../preview/fake-files';
import { idOf, ownInstance, type World } from '../../../preview/fake-world';
import { busyWorld, talkWithBo, talkWithCarla } from '../../../preview/scenes';
import { axeFindings } from '../axe';
import { openTalk } from '../open-talk';
import { settle, type Running } from '../render-app';

const now = Date.UTC(2026, 4, 6, 12);
const articles = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('article')];
const nth = (fromEnd: number): HTMLElement => articles().at(-1 - fromEnd) ?? document.body;
const bar = (): HTMLElement | null => screen.queryByRole('region', { name: 'Selected messages' });
const count = (): string => bar()?.querySelector('.selection-count')?.textContent ?? '';
const checked = (): number[] => articles().flatMap((each, index) => (within(each).queryByRole<HTMLInputElement>('checkbox', { name: 'Select this message' })?.checked === true ? [articles().length - 1 - index] : []));
const key = (target: Element, name: string, more: object = {}): boolean => fireEvent.keyDown(target, { key: name, ...more });
const spoken = ({ model }: Running): string => model.ui.getState().announcement.text;

async function press(target: Element, name: string, more: object = {}): Promise<void> {
  act(() => (target as HTMLElement).focus());
  key(target, name, more);
  await settle();
}

async function pressBar(name: string): Promise<void> {
  fireEvent.click(within(bar() ?? document.body).getByRole('button', { name }));
  await settle();
}

describe('the run of a selection', () => {
  const order = ['a', 'b', 'c', 'd', 'e'];
  it('goes from where it began to where it is, in both directions, and leaves what was selected before', () => {
    const first = extended(noneSelected, order, 'c', 'd');
    expect(first.selected).toEqual(['c', 'd']);
    const shorter = extended(first, order, 'd', 'c');
    expect(shorter.selected).toEqual(['c']);
    expect(extended(shorter, order, 'c', 'b').selected).toEqual(['b', 'c']);
    // Somebody moved on without selecting: it begins anew there.
    expect(extended(toggled(noneSelected, 'a'), order, 'd', 'e').selected).toEqual(['a', 'd', 'e']);
    expect(extended(noneSelected, order, 'x', 'e')).toBe(noneSelected);
  });

  it('forgets what is gone, and ends with the last of it', () => {
    const two = extended(noneSelected, order, 'b', 'c');
    expect(without(two, ['x'])).toBe(two);
    expect(without(two, ['b'])).toEqual({ selected: ['c'], settled: [], anchor: undefined, head: 'c' });
    expect(without(two, ['b', 'c'])).toBeUndefined();
  });
});

describe('selecting messages', () => {
  const written: string[] = [];
  beforeEach(() => {
    written.length = 0;
    Object.assign(navigator, { clipboard: { writeText: (text: string) => (written.push(text), Promise.resolve()) } });
  });

  it('by keyboard: Shift with the arrows as in lists of files, Space for one more, each step is spoken, Escape ends and the focus stays', async () => {
    const running = await openTalk(busyWorld(now));
    await press(nth(0), 'ArrowUp', { shiftKey: true });
    expect(checked()).toEqual([1, 0]);
    expect(count()).toBe('2 messages selected');
    expect(spoken(running)).toBe('2 messages selected. Space selects one more, Escape stops.');
    expect(document.activeElement).toBe(nth(1));
    await press(nth(1), 'ArrowUp', { shiftKey: true });
    expect(spoken(running)).toBe('3 messages selected');
    await press(nth(2), 'ArrowDown', { shiftKey: true });
    expect(checked()).toEqual([1, 0]);
    await press(nth(1), 'ArrowUp');
    await press(nth(2), 'ArrowUp');
    await press(nth(3), ' ');
    expect(checked()).toEqual([3, 1, 0]);
    expect(spoken(running)).toBe('Selected. 3 messages');
    expect(nth(3).getAttribute('aria-label')).toMatch(/^Selected\. /);
    expect(await axeFindings()).toEqual([]);
    await press(nth(3), ' ');
    expect(spoken(running)).toBe('Not selected. 2 messages');
    expect(nth(3).getAttribute('aria-label')).not.toMatch(/^Selected/);
    await press(nth(3), 'Escape');
    expect(bar()).toBeNull();
    expect(screen.queryAllByRole('checkbox')).toEqual([]);
    expect(document.activeElement).toBe(nth(3));
    expect(screen.getByRole('textbox', { name: 'Message' })).toBeTruthy();
  });

  it('what is selected stays, however many come below it', async () => {
    const { fake, model } = await openTalk(busyWorld(now));
    const [first] = fake.world.messages.get(talkWithBo) ?? [];
    if (first === undefined) throw new Error('nothing was said');
    act(() => {
      const many = Array.from({ length: mostFollowed }, (_, at) => ({ ...first, messageId: `${at}` }));
      model.messages.setState({ threads: { [talkWithBo]: { ...emptyThread, messages: [...many, ...(fake.world.messages.get(talkWithBo) ?? [])].slice(-mostFollowed) } } });
      model.talk.getState().select(talkWithBo, toggled(toggled(noneSelected, first.messageId), '20'));
    });
    expect(count()).toBe('2 messages selected');
    act(() => void fake.receive(talkWithBo, 'one too many'));
    await settle();
    expect(count()).toBe('2 messages selected');
  });

  it('by mouse: Ctrl and a press, then a press alone, Shift up to there; what is written meanwhile stays', async () => {
    const running = await openTalk(busyWorld(now));
    fireEvent.change(screen.getByRole('textbox', { name: 'Message' }), { target: { value: 'half a thought' } });
    fireEvent.click(nth(0).querySelector('.bubble') ?? document.body);
    expect(bar()).toBeNull();
    fireEvent.click(nth(0).querySelector('.bubble') ?? document.body, { ctrlKey: true });
    await settle();
    expect(checked()).toEqual([0]);
    expect(screen.queryByRole('textbox', { name: 'Message' })).toBeNull();
    fireEvent.click(nth(3), { shiftKey: true });
    await settle();
    expect(checked()).toEqual([3, 2, 1, 0]);
    fireEvent.click(nth(2));
    await settle();
    expect(checked()).toEqual([3, 1, 0]);
    // Its box does what a press on it does, once.
    fireEvent.click(within(nth(1)).getByRole('checkbox'));
    await settle();
    expect(checked()).toEqual([3, 0]);
    fireEvent.click(within(bar() ?? document.body).getByRole('button', { name: 'Stop selecting' }));
    await settle();
    expect(bar()).toBeNull();
    expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' }).value).toBe('half a thought');
    expect(running.model.talk.getState().selecting).toEqual({});
  });

  it('from the menu, or by its key; while it lasts the menu is for all of them, and keys for one message do nothing', async () => {
    await openTalk(busyWorld(now));
    fireEvent.contextMenu(nth(0), { clientX: 5, clientY: 5 });
    await settle();
    fireEvent.click(within(screen.getByRole('menu', { name: 'Message menu' })).getByRole('menuitem', { name: 'Select' }));
    await settle();
    expect(checked()).toEqual([0]);
    await waitFor(() => expect(document.activeElement).toBe(nth(0)));
    await press(nth(1), 's');
    expect(checked()).toEqual([1, 0]);
    await press(nth(1), 'r');
    expect(screen.queryByText(/^Reply to/)).toBeNull();
    fireEvent.contextMenu(nth(2), { clientX: 5, clientY: 5 });
    await settle();
    const menu = screen.getByRole('menu', { name: 'Selected messages' });
    expect(within(menu).getAllByRole('menuitem').map(({ textContent }) => textContent)).toEqual(['Select this one too', 'Copy', 'Forward…', 'Stop selecting', 'Delete for me…']);
    expect(await axeFindings()).toEqual([]);
    fireEvent.click(within(menu).getByRole('menuitem', { name: 'Select this one too' }));
    await settle();
    expect(checked()).toEqual([2, 1, 0]);
    fireEvent.contextMenu(nth(2), { clientX: 5, clientY: 5 });
    await settle();
    fireEvent.click(screen.getByRole('menuitem', { name: 'Do not select this one' }));
    await settle();
    expect(checked()).toEqual([1, 0]);
  });

  it('copies them in their order, each with who said it and when, and ends; by Ctrl+C too', async () => {
    await openTalk(busyWorld(now));
    await press(nth(0), 's');
    await press(nth(1), 's');
    await pressBar('Copy');
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^Bo Lindqvist, May 6, 2026 at .*: .*\nYou, May 6, 2026 at .*: See you at five\?$/s);
    expect(screen.getByText('2 messages copied.')).toBeTruthy();
    expect(bar()).toBeNull();
    await press(nth(0), 's');
    await press(nth(0), 'c', { ctrlKey: true });
    expect(written.at(-1)).toBe('See you at five?');
    expect(bar()).toBeNull();
  });

  it('deletes them for oneself once it was asked; what goes wrong leaves the rest selected; the focus goes to what is left', async () => {
    const { fake } = await openTalk(busyWorld(now));
    const before = fake.world.messages.get(talkWithBo)?.length ?? 0;
    await press(nth(1), 'ArrowUp', { shiftKey: true });
    await press(nth(2), 'Delete');
    const dialog = (): HTMLElement => screen.getByRole('dialog', { name: 'Delete 2 messages for you?' });
    expect(dialog().textContent).toContain('Bo Lindqvist keeps them.');
    expect(document.activeElement?.textContent).toBe('Keep');
    expect(await axeFindings()).toEqual([]);
    fake.world.failing.set('messages.delete', 'disk.full');
    fireEvent.click(within(dialog()).getByRole('button', { name: 'Delete for me' }));
    await settle();
    expect(within(dialog()).getByRole('alert').textContent).toContain('The disk is full');
    expect(fake.world.messages.get(talkWithBo)).toHaveLength(before);
    fake.world.failing.clear();
    fireEvent.click(within(dialog()).getByRole('button', { name: 'Delete for me' }));
    await settle();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(fake.world.messages.get(talkWithBo)).toHaveLength(before - 2);
    expect(bar()).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(nth(0)));
  });

  it('what goes while it is selected is not selected any more, another conversation ends it, and so does a lock', async () => {
    const running = await openTalk(busyWorld(now));
    const messages = running.fake.world.messages.get(talkWithBo) ?? [];
    await press(nth(0), 'ArrowUp', { shiftKey: true });
    act(() => routeEvent(running.model, { type: 'messages.removed', conversationId: talkWithBo, messageIds: [messages.at(-1)?.messageId ?? ''] }));
    await settle();
    expect(count()).toBe('1 message selected');
    fireEvent.click(within(screen.getByRole('navigation')).getByRole('button', { name: /^Carla/ }));
    await settle();
    expect(bar()).toBeNull();
    fireEvent.click(within(screen.getByRole('navigation')).getByRole('button', { name: /^Bo Lindqvist/ }));
    await settle();
    expect(bar()).toBeNull();
    await press(nth(0), 's');
    await act(() => running.model.session.getState().lock());
    expect(running.model.talk.getState().selecting).toEqual({});
  });

  it('says when there are too many for one time, and leaves it as it was', async () => {
    const world = busyWorld(now);
    const message = (index: number): Message => ({
      messageId: idOf(`many ${index}`), conversationId: talkWithBo, direction: 'in', instanceId: ownInstance, sequence: index + 1, kind: 'text', text: `number ${index}`, sentAt: now - (200 - index) * 1000, state: 'delivered', keyEpoch: 1,
    });
    world.messages.set(talkWithBo, Array.from({ length: mostSelected + 20 }, (_, index) => message(index)));
    const { model } = await openTalk(world);
    await act(() => model.messages.getState().loadOlder(talkWithBo));
    await act(() => model.messages.getState().loadOlder(talkWithBo));
    await press(nth(0), 's');
    await press(nth(0), 'Home', { shiftKey: true });
    expect(count()).toBe('1 message selected');
    expect(screen.getByText('100 messages at once are the most.')).toBeTruthy();
  });
});

describe('forwarding several', () => {
  const dialog = (): HTMLElement => screen.getByRole('dialog', { name: /^Forward/ });
  const inCarla = (world: World): readonly string[] => (world.messages.get(talkWithCarla) ?? []).map(({ text, file }) => file?.name ?? text);

  async function toCarla(): Promise<void> {
    const field = within(dialog()).getByRole('combobox', { name: 'Find a person' });
    fireEvent.change(field, { target: { value: 'Carla' } });
    key(field, 'Enter');
    await settle();
  }

  /** Carla asks, behind the last ones: a file whose content is here, one whose content is not, and a message that was deleted. */
  function withFiles(): World {
    const world = busyWorld(now);
    const messages = world.messages.get(talkWithBo) ?? [];
    const of = (name: string, held: boolean): Message => {
      const messageId = idOf(`message of ${name}`);
      const transfer = makeTransfer({ transferId: idOf(name), conversationId: talkWithBo, messageId, name, held });
      world.transfers = [...world.transfers, transfer];
      const { transferId, size, mediaType } = transfer;
      return { messageId, conversationId: talkWithBo, direction: 'in', instanceId: ownInstance, sequence: 900, kind: 'file', text: '', file: { transferId, name, size, mediaType }, sentAt: now, state: 'delivered', keyEpoch: 1 };
    };
    const deleted: Message = { messageId: idOf('deleted'), conversationId: talkWithBo, direction: 'in', instanceId: ownInstance, sequence: 902, kind: 'deleted', text: '', sentAt: now, state: 'delivered', keyEpoch: 1 };
    world.messages.set(talkWithBo, [...messages, of('here.pdf', true), of('elsewhere.pdf', false), deleted]);
    return world;
  }

  it('they go one by one in their order, as new messages; what cannot go is left out and said', async () => {
    const { fake } = await openTalk(withFiles());
    const before = inCarla(fake.world);
    for (const at of [0, 1, 2, 3]) await press(nth(at), 's');
    await press(nth(3), 'f');
    expect(dialog().textContent).toContain('Forward 4 messages');
    await toCarla();
    expect(within(within(dialog()).getByRole('list', { name: 'What is sent' })).getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['See you at five?', 'File: here.pdf']);
    expect(dialog().textContent).toContain('1 selected message is left out');
    expect(dialog().textContent).toContain('1 selected file is left out');
    expect(await axeFindings()).toEqual([]);
    expect(document.activeElement).toBe(within(dialog()).getByRole('button', { name: /^Send to Carla/ }));
    fireEvent.submit(dialog().querySelector('form') ?? document.body);
    await settle();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(inCarla(fake.world)).toEqual([...before, 'See you at five?', 'here.pdf']);
    expect(screen.getByText(/^2 messages sent to Carla/)).toBeTruthy();
    expect(bar()).toBeNull();
    await waitFor(() => expect(document.activeElement).toBe(nth(3)));
  });

  it('what stops in the middle says how many are sent, and goes on with the others: none is sent twice', async () => {
    const { fake } = await openTalk(withFiles());
    const before = inCarla(fake.world);
    for (const at of [2, 3]) await press(nth(at), 's');
    await pressBar('Forward…');
    await toCarla();
    fake.world.failing.set('files.send', 'disk.full');
    const send = async (): Promise<void> => {
      fireEvent.submit(dialog().querySelector('form') ?? document.body);
      await settle();
    };
    await send();
    expect(within(dialog()).getByRole('alert').textContent).toMatch(/The disk is full.* 1 of 2 are sent\./);
    fake.world.failing.clear();
    await send();
    expect(inCarla(fake.world)).toEqual([...before, 'See you at five?', 'here.pdf']);
  });

  it('nothing that could go: neither the button nor its key does anything', async () => {
    await openTalk(withFiles());
    await press(nth(0), 's');
    expect(within(bar() ?? document.body).getByRole<HTMLButtonElement>('button', { name: 'Forward…' }).disabled).toBe(true);
    await press(nth(0), 'f');
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

describe('a link in a message', () => {
  it('is copied from the menu where it was pressed, and only there', async () => {
    const world = busyWorld(now);
    const messages = world.messages.get(talkWithBo) ?? [];
    world.messages.set(talkWithBo, messages.map((one, index) => (index === messages.length - 1 ? { ...one, text: 'look at https://wood.example/rail' } : one)));
    const copied: string[] = [];
    Object.assign(navigator, { clipboard: { writeText: (text: string) => (copied.push(text), Promise.resolve()) } });
    await openTalk(world);
    fireEvent.contextMenu(nth(0), { clientX: 5, clientY: 5 });
    await settle();
    expect(screen.queryByRole('menuitem', { name: 'Copy link' })).toBeNull();
    fireEvent.keyDown(screen.getByRole('menu'), { key: 'Escape' });
    await settle();
    fireEvent.contextMenu(within(nth(0)).getByRole('link').firstChild as Element, { clientX: 5, clientY: 5 });
    await settle();
    fireEvent.click(screen.getByRole('menuitem', { name: 'Copy link' }));
    await settle();
    expect(copied).toEqual(['https://wood.example/rail']);
  });
});
