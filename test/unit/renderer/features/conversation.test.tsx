// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { lastScreen, restDelay } from '../../../../renderer/features/conversation/use-last-screen';
import type { Message } from '../../../../shared/model/message';
import { idOf, ownInstance } from '../../../preview/fake-world';
import { busyWorld, talkWithBo, talkWithCarla } from '../../../preview/scenes';
import { pressNamed } from '../open-settings';
import { renderApp, settle, type Running } from '../render-app';

const now = Date.UTC(2026, 4, 6, 12);

async function openBo(world = busyWorld(now)): Promise<Running> {
  const running = await renderApp(world);
  fireEvent.click(within(screen.getByRole('navigation')).getByRole('button', { name: /^Bo Lindqvist/ }));
  await settle();
  return running;
}

async function open(name: RegExp): Promise<void> {
  fireEvent.click(within(screen.getByRole('navigation')).getByRole('button', { name }));
  await settle();
}

const field = (): HTMLTextAreaElement => screen.getByRole('textbox', { name: 'Message' });
const articles = (): HTMLElement[] => within(screen.getByRole('feed', { name: 'Messages' })).getAllByRole('article');
const key = (target: Element, name: string, more: object = {}): boolean => fireEvent.keyDown(target, { key: name, ...more });

function many(count: number): Message[] {
  return Array.from({ length: count }, (_, index) => ({
    messageId: idOf(`many ${index}`),
    conversationId: talkWithBo,
    direction: index % 2 === 0 ? 'in' : 'out',
    instanceId: ownInstance,
    sequence: index + 1,
    kind: 'text',
    text: `message number ${index}`,
    sentAt: now - (count - index) * 1000,
    state: 'delivered',
    keyEpoch: 1,
  }));
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
    const world = busyWorld(now);
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
    const world = busyWorld(now);
    world.messages.set(talkWithBo, many(10));
    await openBo(world);
    // Words, foot, two buttons with one path each; an own one has its state beside that.
    expect(articles().map((article) => article.querySelectorAll('*').length)).toEqual(Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? 11 : 15)));
  });

  it('draws the last screen of a conversation that is opened, and the messages above it behind that, with their places', async () => {
    const world = busyWorld(now);
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
    const world = busyWorld(now);
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
    await openBo(busyWorld(now));
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
    await openBo(busyWorld(now));
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

  describe('what is read, where the reader is not at the end', () => {
    let watched: { readonly element: Element; readonly told: () => void }[] = [];
    /** As the browser tells that something in the page has another size. */
    const grows = (part: Element | null): void => act(() => watched.filter(({ element }) => element === part).forEach(({ told }) => told()));
    beforeEach(() => {
      watched = [];
      vi.stubGlobal('ResizeObserver', class {
        constructor(private readonly told: () => void) {}
        observe = (element: Element): unknown => watched.push({ element, told: this.told });
        unobserve = vi.fn();
        disconnect = vi.fn();
      });
    });
    afterEach(() => {
      vi.unstubAllGlobals();
      vi.restoreAllMocks();
      document.documentElement.style.fontSize = '';
    });

    /** Ten messages, one below the other, in a box of 300 pixels; 100 pixels each unless `heights`, by their number, says otherwise. */
    async function laidOut(heights: Map<string, number>, longOne = -1): Promise<Running & { readonly box: HTMLElement }> {
      const world = busyWorld(now);
      world.messages.set(talkWithBo, many(10).map((message, index) => (index === longOne ? { ...message, text: `${'line\n'.repeat(400)}${message.text}` } : message)));
      const running = await openBo(world);
      const box = document.querySelector<HTMLElement>('.feed-box');
      if (box === null) throw new Error('no box');
      const heightOf = (article: Element): number => heights.get(article.getAttribute('data-message') ?? '') ?? 100;
      vi.spyOn(Element.prototype, 'getBoundingClientRect').mockImplementation(function rect(this: Element) {
        const all = [...box.querySelectorAll('article')];
        const at = all.indexOf(this as HTMLElement);
        return new DOMRect(0, at < 0 ? 0 : all.slice(0, at).reduce((sum, article) => sum + heightOf(article), -box.scrollTop), 300, at < 0 ? 300 : heightOf(this));
      });
      const whole = (): number => [...box.querySelectorAll('article')].reduce((sum, article) => sum + heightOf(article), 0);
      Object.defineProperty(box, 'scrollHeight', { configurable: true, get: whole });
      Object.defineProperty(box, 'clientHeight', { configurable: true, value: 300 });
      return { ...running, box };
    }

    /** Twice, as the first time only the height of the box is heard. */
    const scrollTo = (box: HTMLElement, top: number): void => {
      for (let times = 2; times > 0; times -= 1) {
        box.scrollTop = top;
        fireEvent.scroll(box);
      }
    };
    const frames = async (): Promise<void> => {
      for (let left = 3; left > 0; left -= 1) await act(() => new Promise((done) => requestAnimationFrame(done)));
    };

    it('goes up from the newest message to where it is sent, also when a dialog that closes changes the root of the page, or a message comes, before the scroll is told', async () => {
      const { box, fake } = await laidOut(new Map());
      scrollTo(box, 700);
      box.scrollTop = 100;
      document.documentElement.style.fontSize = '100.01%';
      await frames();
      expect(box.scrollTop).toBe(100);
      act(() => void fake.receive(talkWithBo, 'meanwhile'));
      await frames();
      expect(box.scrollTop).toBe(100);
      fireEvent.scroll(box);
      expect(screen.getByRole('button', { name: 'To the newest' })).toBeTruthy();
    });

    it('stays at the newest message where a message takes more room later, as a file that has come does with its player, and where the reader is further up', async () => {
      const heights = new Map<string, number>();
      const { box } = await laidOut(heights);
      const longer = (at: number, height: number): void => {
        heights.set(box.querySelectorAll('article')[at]?.getAttribute('data-message') ?? '', height);
        grows(screen.getByRole('feed'));
      };
      scrollTo(box, 700);
      longer(9, 160);
      expect(box.scrollTop).toBe(1_060);
      // The browser does not go further than to the end.
      scrollTo(box, 760);
      scrollTo(box, 300);
      longer(9, 200);
      expect(box.scrollTop).toBe(300);
      longer(0, 180);
      expect(box.scrollTop).toBe(380);
    });

    it('stays at the newest message where what is in the box became shorter and the browser moved it', async () => {
      const heights = new Map<string, number>();
      const { box } = await laidOut(heights);
      scrollTo(box, 700);
      heights.set(box.querySelector('article')?.getAttribute('data-message') ?? '', 50);
      box.scrollTop = 650;
      document.documentElement.style.fontSize = '90%';
      await frames();
      expect(box.scrollTop).toBe(950);
    });

    it('a line that comes below the newest message is in sight at the end, and moves nobody who reads further up', async () => {
      const { box, fake } = await laidOut(new Map());
      // Each takes 50 pixels.
      Object.defineProperty(box, 'scrollHeight', { configurable: true, get: () => 1_000 + 50 * box.querySelectorAll('.shift-line, .problem').length });
      const comes = async (kind: 'key' | 'problem'): Promise<void> => {
        const status = fake.world.keys.get(talkWithBo) ?? expect.unreachable('no keys');
        const problems = [...status.problems, { kind: 'key-destroyed', count: 1, since: now - status.problems.length } as const];
        const history = [...status.history, { at: now + status.history.length, who: 'you', from: 7, to: 8, reason: 'compromise' } as const];
        fake.world.keys.set(talkWithBo, kind === 'key' ? { ...status, history } : { ...status, problems });
        const before = box.scrollHeight;
        act(() => fake.emit({ type: 'conversation.changed', conversationId: talkWithBo }));
        await settle();
        expect(box.scrollHeight).toBeGreaterThan(before);
      };
      scrollTo(box, box.scrollHeight - 300);
      for (const kind of ['key', 'problem'] as const) {
        await comes(kind);
        expect([kind, box.scrollTop]).toEqual([kind, box.scrollHeight]);
      }
      scrollTo(box, 200);
      await comes('problem');
      expect(box.scrollTop).toBe(200);
    });

    it('a message taller than the window is read to its end by the arrows and pages before they leave it, and back to its beginning', async () => {
      const heights = new Map<string, number>();
      const { box } = await laidOut(heights);
      const [, , tall, after] = box.querySelectorAll('article');
      if (tall === undefined || after === undefined) throw new Error('too few messages');
      heights.set(tall.getAttribute('data-message') ?? '', 700);
      scrollTo(box, 200);
      act(() => tall.focus());
      const press = (name: string): [Element | null, number] => {
        key(document.activeElement ?? document.body, name);
        return [document.activeElement, box.scrollTop];
      };
      expect(press('ArrowDown')).toEqual([tall, 280]);
      expect(press('PageDown')).toEqual([tall, 532]);
      // The rest, and some room.
      expect(press('PageDown')).toEqual([tall, 608]);
      expect(press('ArrowDown')[0]).toBe(after);
      act(() => tall.focus());
      expect(press('PageUp')).toEqual([tall, 356]);
      expect(press('ArrowUp')).toEqual([tall, 276]);
      expect(press('ArrowUp')).toEqual([tall, 196]);
      expect(press('ArrowUp')[0]).toBe(tall.parentElement?.querySelectorAll('article')[1]);
    });

    it('stays where it is where a picture above it comes', async () => {
      const heights = new Map<string, number>();
      const { box } = await laidOut(heights);
      scrollTo(box, 350);
      heights.set(idOf('many 1'), 700);
      box.querySelector('article p')?.dispatchEvent(new Event('load'));
      expect(box.scrollTop).toBe(950);
    });

    it('and where a message above it goes, or is another one', async () => {
      const { box, fake } = await laidOut(new Map());
      scrollTo(box, 350);
      act(() => fake.emit({ type: 'messages.removed', conversationId: talkWithBo, messageIds: [idOf('many 1')] }));
      await settle();
      expect(articles()).toHaveLength(9);
      expect(box.scrollTop).toBe(250);
    });

    it('and where letters take more room', async () => {
      const heights = new Map<string, number>();
      const { box } = await laidOut(heights);
      scrollTo(box, 350);
      for (let n = 0; n < 10; n += 1) heights.set(idOf(`many ${n}`), 150);
      document.documentElement.style.fontSize = '150%';
      await frames();
      expect(box.scrollTop).toBe(550);
    });

    it('a long message that was opened across the upper edge is not pulled away by what comes later', async () => {
      const heights = new Map<string, number>();
      const { box } = await laidOut(heights, 3);
      scrollTo(box, 350);
      fireEvent.click(screen.getByRole('button', { name: 'Show more' }));
      heights.set(idOf('many 3'), 900);
      await frames();
      box.querySelector('article p')?.dispatchEvent(new Event('load'));
      expect(box.scrollTop).toBe(350);
    });

    it('the newest message is unread until its end was in sight, however near that is', async () => {
      const { box, fake } = await laidOut(new Map());
      const left = (): number | undefined => fake.world.conversations.find((one) => one.conversationId === talkWithBo)?.unread;
      scrollTo(box, 560);
      act(() => void fake.receive(talkWithBo, 'below'));
      await frames();
      expect(left()).toBe(1);
      scrollTo(box, 750);
      await frames();
      expect(left()).toBe(1);
      scrollTo(box, 800);
      await waitFor(() => expect(left()).toBe(0));
    });

    it('a long message that was opened at the end is read from where it begins: the next scroll goes as far as it goes', async () => {
      const heights = new Map<string, number>();
      const { box } = await laidOut(heights, 9);
      scrollTo(box, 700);
      fireEvent.click(screen.getByRole('button', { name: 'Show more' }));
      heights.set(idOf('many 9'), 900);
      await frames();
      expect(screen.getByRole('button', { name: 'To the newest' })).toBeTruthy();
      box.scrollTop = 780;
      fireEvent.scroll(box);
      expect(box.scrollTop).toBe(780);
    });
  });

  it('draws those down from the first unread message at once, however many', async () => {
    const world = busyWorld(now);
    world.messages.set(talkWithBo, many(40));
    world.conversations = world.conversations.map((one) => (one.conversationId === talkWithBo ? { ...one, unread: 18 } : one));
    await openBo(world);
    expect(articles()).toHaveLength(36);
    expect(document.querySelector('[data-divider]')?.textContent).toContain('18');
  });

  it('leaves nothing out, not for a moment, for screen readers that read on their own', async () => {
    const world = busyWorld(now);
    world.messages.set(talkWithBo, many(40));
    world.settings = { ...world.settings, wholeList: true };
    await openBo(world);
    expect(articles()).toHaveLength(40);
  });
});

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
    const { fake } = await openBo(busyWorld(now, { settings: { ...busyWorld(now).settings, enterSends: false } }));
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
