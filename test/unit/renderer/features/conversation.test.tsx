// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lastScreen, restDelay } from '../../../../renderer/features/conversation/use-last-screen';
import { busyWorld, talkWithBo, talkWithCarla } from '../../../preview/scenes';
import { settle, type Running } from '../render-app';
import { articles, field, key, many, noon, openBo } from '../message-feed';

async function open(name: RegExp): Promise<void> {
  fireEvent.click(within(screen.getByRole('navigation')).getByRole('button', { name }));
  await settle();
}

describe('message feed', () => {
  it('is a feed of articles with places, one of them in the tab order, and nothing live inside', async () => {
    await openBo();
    const all = articles();
    expect(all.map((article) => article.getAttribute('aria-posinset'))).toEqual(all.map((_, index) => String(index + 1)));
    expect(all.every((article) => article.getAttribute('aria-setsize') === String(all.length))).toBe(true);
    expect(all.filter((article) => article.tabIndex === 0)).toHaveLength(1);
    expect(all.at(-1)?.tabIndex).toBe(0);
    expect(screen.getByRole('feed').querySelector('[aria-live], [role="log"], [role="status"]')).toBeNull();
  });

  it('names an article as it is read: who, when, what, in reply to what, with which key', async () => {
    await openBo();
    const reply = articles().at(-3);
    expect(reply?.getAttribute('aria-label')).toMatch(/^You, .*: Ash for the rail.*In reply to Bo Lindqvist: One question about the lower rail.*Locked with key 7\.$/);
  });

  it('moves by arrows, Home and End, and R answers', async () => {
    await openBo();
    const all = articles();
    const last = all.at(-1);
    if (last === undefined) throw new Error('no message');
    act(() => last.focus());
    key(last, 'ArrowUp');
    expect(document.activeElement).toBe(all.at(-2));
    key(all.at(-2) ?? last, 'Home');
    expect(document.activeElement).toBe(all[0]);
    expect(all[0]?.tabIndex).toBe(0);
    key(all[0] ?? last, 'End');
    expect(document.activeElement).toBe(last);
    key(last, 'r');
    await settle();
    expect(document.activeElement).toBe(field());
    expect(screen.getByText('Reply to You')).toBeTruthy();
  });

  it('a letter with Ctrl does not answer', async () => {
    await openBo();
    const last = articles().at(-1);
    if (last === undefined) throw new Error('no message');
    act(() => last.focus());
    key(last, 'r', { ctrlKey: true });
    expect(screen.queryByText(/^Reply to/)).toBeNull();
  });

  it('folds the renewals of a day to one line', async () => {
    await openBo();
    expect(screen.getAllByText(/^Keys renewed \d times/).length).toBeGreaterThan(0);
  });
});

describe('a conversation that is opened', () => {
  /** What is drawn later waits for a timer. It goes off when the test says so, however long a busy machine takes for the rest. */
  const waiting: (() => void)[] = [];
  const goOn = (): void => act(() => waiting.splice(0).forEach((run) => run()));
  beforeEach(() => {
    const setTimer = globalThis.setTimeout;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation((run: () => void, milliseconds?: number) => {
      if (milliseconds !== restDelay) return setTimer(run, milliseconds);
      waiting.push(run);
      return setTimer(() => undefined);
    });
  });
  afterEach(() => {
    waiting.length = 0;
    vi.restoreAllMocks();
  });

  it('pages upwards by the oldest message shown and says when there is no more', async () => {
    const world = busyWorld(noon);
    world.messages.set(talkWithBo, many(120));
    await openBo(world);
    goOn();
    expect(articles()).toHaveLength(50);
    expect(articles()[0]?.getAttribute('aria-setsize')).toBe('-1');
    fireEvent.click(screen.getByRole('button', { name: 'Show older messages' }));
    await settle();
    expect(articles()).toHaveLength(100);
    fireEvent.click(screen.getByRole('button', { name: 'Show older messages' }));
    await settle();
    expect(articles()).toHaveLength(120);
    expect(articles()[0]?.textContent).toContain('message number 0');
    expect(articles()[0]?.getAttribute('aria-setsize')).toBe('120');
    expect(screen.queryByRole('button', { name: 'Show older messages' })).toBeNull();
  });

  it('makes few elements of a message: of a long conversation there are hundreds', async () => {
    const world = busyWorld(noon);
    world.messages.set(talkWithBo, many(10));
    await openBo(world);
    // Words, foot, two buttons with one path each; an own one has its state beside that.
    expect(articles().map((article) => article.querySelectorAll('*').length)).toEqual(Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? 11 : 15)));
  });

  it('draws the last screen of a conversation that is opened, and the messages above it behind that, with their places', async () => {
    const world = busyWorld(noon);
    world.messages.set(talkWithBo, many(40));
    const { model } = await openBo(world);
    expect(model.messages.getState().threads[talkWithBo]?.messages).toHaveLength(40);
    expect(articles()).toHaveLength(lastScreen);
    expect([articles()[0]?.getAttribute('aria-posinset'), articles()[0]?.getAttribute('aria-setsize')]).toEqual(['17', '40']);
    expect(articles()[0]?.textContent).toContain('message number 16');
    goOn();
    expect(articles()).toHaveLength(40);
    expect(articles()[0]?.getAttribute('aria-posinset')).toBe('1');
    // Another one begins with its last screen, and so does this one when it is opened again.
    await open(/^Carla Reyes/);
    await open(/^Bo Lindqvist/);
    expect(articles()).toHaveLength(lastScreen);
  });

  it('draws them at once for whoever goes there by a key, or scrolls up', async () => {
    const world = busyWorld(noon);
    world.messages.set(talkWithBo, many(40));
    await openBo(world);
    const last = articles().at(-1);
    if (last === undefined) throw new Error('no message');
    act(() => last.focus());
    key(last, 'Home');
    expect(articles()).toHaveLength(40);
    expect(document.activeElement?.textContent).toContain('message number 0');
    await open(/^Carla Reyes/);
    await open(/^Bo Lindqvist/);
    const box = screen.getByRole('feed').parentElement;
    if (box === null) throw new Error('no box');
    // The end first, where nothing has to be done though the top is near (the first time only the height of the box is heard), then up.
    for (const [scrollTop, drawn] of [[150, lastScreen], [150, lastScreen], [100, 40]] as const) {
      for (const [name, value] of Object.entries({ scrollHeight: 800, clientHeight: 600, scrollTop })) Object.defineProperty(box, name, { configurable: true, writable: true, value });
      fireEvent.scroll(box);
      expect(articles()).toHaveLength(drawn);
    }
  });

  it('the field is as high as what is written takes, also once letters are larger', async () => {
    await openBo(busyWorld(noon));
    const element = field();
    const takes = (height: number): void => void Object.defineProperty(element, 'scrollHeight', { configurable: true, value: height });
    takes(38);
    fireEvent.change(element, { target: { value: 'half written' } });
    expect(element.style.height).toBe('38px');
    takes(76);
    document.documentElement.style.fontSize = '200%';
    try {
      await waitFor(() => expect(element.style.height).toBe('76px'));
    } finally {
      document.documentElement.style.fontSize = '';
    }
  });

  it('stays at the newest message where letters grow under it, and where the reader is above', async () => {
    await openBo(busyWorld(noon));
    const box = document.querySelector<HTMLElement>('.feed-box');
    if (box === null) throw new Error('no box');
    const measures = (all: Record<string, number>): void => {
      for (const [name, value] of Object.entries(all)) Object.defineProperty(box, name, { configurable: true, writable: true, value });
    };
    const letters = async (size: string): Promise<void> => {
      document.documentElement.style.fontSize = size;
      for (let frames = 3; frames > 0; frames -= 1) await act(() => new Promise((done) => requestAnimationFrame(done)));
    };
    try {
      measures({ scrollHeight: 900, clientHeight: 600, scrollTop: 300 });
      await letters('150%');
      expect(box.scrollTop).toBe(900);
      measures({ scrollTop: 100 });
      // The first time only the height of the box is heard.
      fireEvent.scroll(box);
      measures({ scrollTop: 100 });
      fireEvent.scroll(box);
      measures({ scrollHeight: 1200 });
      await letters('200%');
      expect(box.scrollTop).toBe(100);
    } finally {
      document.documentElement.style.fontSize = '';
    }
  });

  it('draws those down from the first unread message at once, however many', async () => {
    const world = busyWorld(noon);
    world.messages.set(talkWithBo, many(40));
    world.conversations = world.conversations.map((one) => (one.conversationId === talkWithBo ? { ...one, unread: 18 } : one));
    await openBo(world);
    expect(articles()).toHaveLength(36);
    expect(document.querySelector('[data-divider]')?.textContent).toContain('18');
  });

  it('leaves nothing out, not for a moment, for screen readers that read on their own', async () => {
    const world = busyWorld(noon);
    world.messages.set(talkWithBo, many(40));
    world.settings = { ...world.settings, wholeList: true };
    await openBo(world);
    expect(articles()).toHaveLength(40);
  });
});

describe('what arrives', () => {
  it('is shown, spoken once in a region of its own, and read while the window has the focus', async () => {
    const { fake } = await openBo();
    act(() => void fake.receive(talkWithBo, 'Great, thanks'));
    await settle();
    expect(articles().at(-1)?.textContent).toContain('Great, thanks');
    expect(screen.getByText('Bo Lindqvist: Great, thanks').closest('[aria-live="polite"]')).not.toBeNull();
    expect(fake.calls).toContain('conversations.markRead');
  });

  const unread = (fake: Running['fake']): number | undefined => fake.world.conversations.find(({ conversationId }) => conversationId === talkWithBo)?.unread;
  /** Two frames, and what is asked behind them. */
  const frames = async (): Promise<void> => {
    await act(() => new Promise<void>((done) => void requestAnimationFrame(() => requestAnimationFrame(() => done()))));
    await settle();
  };

  it('is not read behind a dialog, and is when that is gone', async () => {
    const { fake } = await openBo();
    await frames();
    key(document.body, ',', { ctrlKey: true });
    await screen.findByRole('dialog');
    act(() => void fake.receive(talkWithBo, 'Behind the settings'));
    await frames();
    expect(unread(fake)).toBe(1);
    key(screen.getByRole('dialog'), 'Escape');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await waitFor(() => expect(unread(fake)).toBe(0));
  });

  it('what could not be noted as read is when somebody comes back to the window, and not asked for at each step of a wheel', async () => {
    const { fake } = await openBo();
    await frames();
    fake.world.failing.set('conversations.markRead', 'disk.full');
    act(() => void fake.receive(talkWithBo, 'Great, thanks'));
    await frames();
    const asked = (): number => fake.calls.filter((name) => name === 'conversations.markRead').length;
    const before = asked();
    for (let step = 0; step < 3; step += 1) {
      fireEvent.scroll(articles().at(-1)?.closest('.feed-box') ?? document.body);
      await frames();
    }
    expect([asked(), unread(fake)]).toEqual([before, 1]);
    fake.world.failing.clear();
    act(() => void window.dispatchEvent(new Event('focus')));
    await frames();
    expect(unread(fake)).toBe(0);
  });

  it('elsewhere counts as unread', async () => {
    const { fake } = await openBo();
    act(() => void fake.receive(talkWithCarla, 'back on land'));
    await settle();
    expect(within(screen.getByRole('navigation')).getByRole('button', { name: /^Carla Reyes.*back on land.*1 ?unread/ })).toBeTruthy();
    expect(screen.getByRole('feed').textContent).not.toContain('back on land');
  });

  it('a delivery state changes in place', async () => {
    const { fake } = await openBo();
    fireEvent.change(field(), { target: { value: 'on its way' } });
    key(field(), 'Enter');
    await settle();
    const states = (): string[] => screen.getAllByTestId('delivery-state').map((state) => state.textContent ?? '');
    expect(states().at(-1)).toBe('Sent, not confirmed yet');
    const sent = fake.world.messages.get(talkWithBo)?.at(-1);
    if (sent === undefined) throw new Error('nothing sent');
    act(() => fake.deliver(sent, 'delivered'));
    await settle();
    expect(states().at(-1)).toBe('Delivered');
  });
});
