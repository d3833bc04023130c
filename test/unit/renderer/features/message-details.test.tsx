// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { busyWorld, scenes, talkWithBo, talkWithCarla } from '../../../preview/scenes';
import { idOf, ownInstance } from '../../../preview/fake-world';
import { axeFindings } from '../axe';
import { openTalk, pressKey, shortcut } from '../open-talk';
import { settle } from '../render-app';

const now = Date.now();
const articles = (): HTMLElement[] => within(screen.getByRole('feed', { name: 'Messages' })).getAllByRole('article');
const details = (): HTMLElement => screen.getByRole('dialog', { name: 'Details of this message' });
const fact = (name: string): string => within(details()).getByText(name, { selector: 'dt' }).nextElementSibling?.textContent ?? '';
async function enterOn(article: HTMLElement | undefined): Promise<void> {
  if (article === undefined) throw new Error('no message');
  act(() => article.focus());
  await shortcut('Enter');
}

describe('S2-21: every message tells its key', () => {
  it('Enter opens the details, Escape brings the focus back to the message', async () => {
    await openTalk(busyWorld(now));
    const article = articles().at(-2);
    await enterOn(article);
    expect(fact('Key')).toMatch(/^Generation 5, Bo Lindqvist to youSince .+, by age; 25 messages; in use$/);
    expect(fact('Device')).toMatch(new RegExp(`^Device of Bo Lindqvist ${idOf('their device').slice(0, 8)}Number \\d+ of what that device sent here; a title counts too$`));
    expect(fact('Sent')).toMatch(/\d{4}.*\d:\d\d.*As the clock of Bo Lindqvist said$/);
    expect(fact('Received here')).toMatch(/\d{4}/);
    expect(fact('State')).toBe('Received and opened');
    expect(await axeFindings()).toEqual([]);
    await shortcut('Escape');
    await waitFor(() => expect(document.activeElement).toBe(article));
    expect(screen.queryByRole('dialog')).toBeNull();
  });

  it.each([
    { later: 2 * 60_000, says: '' }, { later: 2 * 60_000 + 1, says: 'Later than it arrived here: one of the two clocks is wrong.' },
    { later: -366 * 86_400_000, says: '' }, { later: -366 * 86_400_000 - 1, says: 'More than a year before it arrived here: the clock of Bo Lindqvist may have been wrong.' },
  ])('S1-11 A07: a time $later ms after it came is marked where it cannot be right', async ({ later, says }) => {
    const world = busyWorld(now);
    const list = world.messages.get(talkWithBo) ?? [];
    world.messages.set(talkWithBo, list.map((message) => (message.receivedAt === undefined ? message : { ...message, sentAt: message.receivedAt + later })));
    await openTalk(world);
    await enterOn(articles().at(-2));
    expect(fact('Sent').split('As the clock of Bo Lindqvist said')[1]).toBe(says);
  });

  it.each([
    { earlier: 5 * 60_000, late: false }, { earlier: 5 * 60_000 + 1, late: true }, { earlier: 3 * 86_400_000, late: true }, { earlier: -86_400_000, late: false },
  ])('S1-11: what was written $earlier ms before it came says both times at the message, and stays where it came', async ({ earlier, late }) => {
    const world = busyWorld(now);
    const list = world.messages.get(talkWithBo) ?? [];
    const last = list.findLast((message) => message.direction === 'in');
    world.messages.set(talkWithBo, list.map((message) => (message === last ? { ...message, sentAt: (message.receivedAt ?? 0) - earlier } : message)));
    await openTalk(world);
    const article = document.querySelector<HTMLElement>(`[data-message="${last?.messageId ?? ''}"]`);
    const time = article?.querySelector('time');
    expect(time?.dateTime).toBe(new Date(last?.receivedAt ?? 0).toISOString());
    expect(time?.textContent).toMatch(late ? /^written .*\d:\d\d.*, arrived \d\d?:\d\d/ : /^\d\d?:\d\d/);
    expect(/ Written .*\d:\d\d.*\./.test(article?.getAttribute('aria-label') ?? '')).toBe(late);
    // A day is said where it is another one than that of arriving.
    expect(/^written .*[A-Z][a-z]{2}/.test(time?.textContent ?? '')).toBe(earlier > 86_400_000);
    if (late) expect(time?.title).toMatch(/^By the clock of Bo Lindqvist .+\d{4}.+; arrived .+\d{4}/);
    expect(articles().indexOf(article ?? document.body)).toBe(list.indexOf(last ?? ({} as never)));
  });

  it('S1-11 A07: a time that is still to come is told as that of a wrong clock: above the messages of its day, and in the details of each', async () => {
    const world = busyWorld(now);
    const list = world.messages.get(talkWithBo) ?? [];
    const ahead = 400 * 86_400_000;
    world.messages.set(talkWithBo, list.map((message) => ({ ...message, sentAt: message.sentAt + ahead, ...(message.receivedAt !== undefined && { receivedAt: message.receivedAt + ahead }) })));
    await openTalk(world);
    expect([...document.querySelectorAll('.day')].map((line) => line.textContent)).toContainEqual(expect.stringMatching(/20\d\d \(later than now: the clock was wrong then, or is wrong now\)$/));
    await enterOn(articles().at(-2));
    expect(fact('Received here')).toContain('Later than now: the clock of this computer was wrong when this arrived, or is wrong now.');
    expect(fact('Sent')).not.toContain('Later than now');
    await shortcut('Escape');
    await enterOn(articles().at(-1));
    expect(fact('Sent')).toContain('Later than now: the clock was wrong when this was written, or is wrong now.');
  });

  it('go with their message, as when it disappears, and keep no key from the window', async () => {
    const { fake, model } = await openTalk(busyWorld(now));
    const article = articles().at(-2);
    await enterOn(article);
    act(() => fake.emit({ type: 'messages.removed', conversationId: talkWithBo, messageIds: [article?.dataset['message'] ?? ''] }));
    await settle();
    expect([model.ui.getState().dialog, screen.queryByRole('dialog')]).toEqual([undefined, null]);
    await waitFor(() => expect(document.activeElement).not.toBe(document.body));
    await shortcut('k', { ctrlKey: true });
    expect(screen.getByRole('dialog')).toBeTruthy();
  });

  it('an own one: this device, its state, no time of receiving', async () => {
    await openTalk(busyWorld(now));
    await enterOn(articles().at(-1));
    expect(fact('Key')).toMatch(/^Generation 7, You to Bo Lindqvist/);
    expect(fact('Device')).toMatch(new RegExp(`^desk \\(this device\\) ${ownInstance.slice(0, 8)}`));
    expect(fact('State')).toBe('Delivered');
    expect(within(details()).queryByText('Received here')).toBeNull();
  });

  it('where another part of the conversation has a key of the same number, nothing is said of a life that may be the other one’s', async () => {
    const world = busyWorld(now);
    const lives = world.timelines.get(talkWithBo);
    if (lives === undefined) throw new Error('no lives');
    world.timelines.set(talkWithBo, { ...lives, also: [lives.generations.filter(({ who, epoch }) => who === 'you' && epoch === 7)] });
    await openTalk(world);
    await enterOn(articles().at(-1));
    expect(fact('Key')).toBe('Generation 7, You to Bo Lindqvist');
  });

  it('one that waits says that it is not locked yet', async () => {
    await openTalk(busyWorld(now), /^Carla Reyes/);
    await enterOn(articles().at(-1));
    expect(fact('Key')).toBe('Not locked yet. It gets its key when it leaves.');
    expect(fact('State')).toBe('Leaves when you are both online');
    expect(talkWithCarla).toBeTruthy();
  });

  it('with several devices on the other side it says which', async () => {
    const world = scenes['troubled']?.(now);
    if (world === undefined) throw new Error('no scene');
    const list = world.messages.get(talkWithBo) ?? [];
    world.messages.set(talkWithBo, list.map((message) => (message.direction === 'in' ? { ...message, instanceId: idOf('their second device'), keyEpoch: 1 } : message)));
    await openTalk(world);
    await enterOn(articles().at(-2));
    expect(fact('Device')).toMatch(/^Device 2 of Bo Lindqvist/);
    expect(fact('Key')).toMatch(/Since .+, first key; 4 messages; key forgotten$/);
  });

  it('the menu of the message has it too, and it leads to the Keys tab', async () => {
    await openTalk(busyWorld(now));
    const article = articles().at(-1);
    act(() => article?.focus());
    await shortcut('F10', { shiftKey: true });
    const item = screen.getByRole('menuitem', { name: 'Details' });
    act(() => item.focus());
    fireEvent.keyDown(item, { key: 'Enter' });
    fireEvent.keyUp(item, { key: 'Enter' });
    await settle();
    expect(details()).toBeTruthy();
    await pressKey(within(details()).getByRole('button', { name: 'Keys of this conversation' }));
    expect(screen.getByRole('tab', { name: 'Keys' }).getAttribute('aria-selected')).toBe('true');
  });

  it('Space unfolds a long message and Enter does not', async () => {
    const world = busyWorld(now);
    const list = world.messages.get(talkWithBo) ?? [];
    world.messages.set(talkWithBo, list.map((message, index) => (index === list.length - 1 ? { ...message, text: 'word '.repeat(2_000) } : message)));
    await openTalk(world);
    act(() => articles().at(-1)?.focus());
    await shortcut(' ');
    expect(screen.getByRole('button', { name: 'Show less' })).toBeTruthy();
    await shortcut('Enter');
    await shortcut('Escape');
    expect(screen.getByRole('button', { name: 'Show less' })).toBeTruthy();
  });
});
