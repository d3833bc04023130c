// @vitest-environment jsdom
import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { idOf } from '../../../preview/fake-world';
import { busyWorld, talkWithBo } from '../../../preview/scenes';
import { settle, type Running } from '../render-app';
import { articles, key, many, noon, openBo } from '../message-feed';

describe('what is read in a conversation, where the reader is not at the end', () => {
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
    const world = busyWorld(noon);
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

  it('also where something went, the browser moved it, and a picture had its size before the next frame, as the bar of a file that has come goes and its picture comes', async () => {
    const heights = new Map<string, number>();
    const { box } = await laidOut(heights);
    scrollTo(box, 700);
    const [first] = articles();
    const bar = first?.appendChild(document.createElement('span'));
    await frames();
    bar?.remove();
    heights.set(idOf('many 0'), 50);
    box.scrollTop = 650;
    await act(() => Promise.resolve());
    heights.set(idOf('many 9'), 400);
    grows(screen.getByRole('feed'));
    expect(box.scrollTop).toBe(1_250);
    fireEvent.scroll(box);
    expect(screen.queryByRole('button', { name: 'To the newest' })).toBeNull();
  });

  it('a line that comes below the newest message is in sight at the end, and moves nobody who reads further up', async () => {
    const { box, fake } = await laidOut(new Map());
    // Each takes 50 pixels.
    Object.defineProperty(box, 'scrollHeight', { configurable: true, get: () => 1_000 + 50 * box.querySelectorAll('.shift-line, .problem').length });
    const comes = async (kind: 'key' | 'problem'): Promise<void> => {
      const status = fake.world.keys.get(talkWithBo) ?? expect.unreachable('no keys');
      const problems = [...status.problems, { kind: 'key-destroyed', count: 1, since: noon - status.problems.length } as const];
      const history = [...status.history, { at: noon + status.history.length, who: 'you', from: 7, to: 8, reason: 'compromise' } as const];
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

  it('also where the picture has its size before the scroll to that place is told', async () => {
    const heights = new Map<string, number>();
    const { box } = await laidOut(heights);
    scrollTo(box, 350);
    heights.set(idOf('many 1'), 700);
    fireEvent.scroll(box);
    expect(box.scrollTop).toBe(950);
    box.querySelector('article p')?.dispatchEvent(new Event('load'));
    expect(box.scrollTop).toBe(950);
    scrollTo(box, 1_000);
    heights.set(idOf('many 1'), 600);
    fireEvent.scroll(box);
    expect(box.scrollTop).toBe(900);
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
