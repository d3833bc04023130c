// @vitest-environment jsdom
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { drawnRows, mostWhole, nearSpan } from '../../../../renderer/features/conversations/near-rows';
import { emptyWorld, idOf, makeContact, type World } from '../../../preview/fake-world';
import { ordinary } from '../../../preview/ordinary';
import { renderApp, settle } from '../render-app';

const now = Date.UTC(2026, 4, 6, 12);
/** Pixels that a browser would give them. */
const lineHeight = 60;
const boxHeight = 600;

function manyTalks(count: number, change: Partial<World> = {}): World {
  const contacts = Array.from({ length: count }, (_, at) => makeContact(`Person ${at + 1}.`));
  const conversations = contacts.map(({ contactId }, at) => ({ conversationId: idOf(`talk ${at}`), contactId, title: '', state: 'open' as const, unread: 0, ...ordinary, lastMessageAt: now - at * 60_000, preview: `word ${at}` }));
  return emptyWorld({ now: () => now, contacts, conversations, ...change });
}

const list = (): HTMLElement => within(screen.getByRole('navigation')).getByRole('list');
const lines = (): HTMLElement[] => [...list().querySelectorAll<HTMLElement>('.list-item')];
const nameOf = (line: Element | null | undefined): string => /^Person \d+/.exec(line?.querySelector('.list-name')?.textContent ?? '')?.[0] ?? '';
const placeOf = (line: Element | null | undefined): string => `${line?.closest('li')?.getAttribute('aria-posinset')}/${line?.closest('li')?.getAttribute('aria-setsize')}`;
const press = (key: string, more: object = {}): boolean => fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
/** As the layout would have it: room for those that are not drawn counts. */
const pixels = (element: HTMLElement, edge: 'marginBlockStart' | 'paddingBlockEnd'): number => Number.parseFloat(element.style[edge] || '0');
const roomInAll = (): number => lines().length * lineHeight + pixels(list(), 'paddingBlockEnd') + [...list().querySelectorAll('li')].reduce((sum, line) => sum + pixels(line, 'marginBlockStart'), 0);

/** jsdom lays nothing out: a box of ten lines, scrolled by so many pixels. */
function scrollTo(top: number): void {
  const box = list().closest('.list-items');
  if (box === null) throw new Error('no list');
  Object.defineProperty(box, 'clientHeight', { configurable: true, value: boxHeight });
  Object.defineProperty(HTMLLIElement.prototype, 'offsetHeight', { configurable: true, value: lineHeight });
  box.getBoundingClientRect = () => new DOMRect(0, 0, 300, boxHeight);
  list().getBoundingClientRect = () => new DOMRect(0, -top, 300, 0);
  act(() => void box.dispatchEvent(new Event('scroll')));
}
afterEach(() => void Reflect.deleteProperty(HTMLLIElement.prototype, 'offsetHeight'));

describe('which lines are near', () => {
  it('are those that are seen and some beyond either edge, the same ones while little is scrolled', () => {
    expect(nearSpan(0, 600, 60, 1000)).toEqual({ first: 0, end: 24 });
    expect(nearSpan(30_000, 30_600, 60, 1000)).toEqual({ first: 488, end: 528 });
    expect(nearSpan(30_120, 30_720, 60, 1000)).toEqual({ first: 488, end: 528 });
    expect(nearSpan(59_400, 60_000, 60, 1000)).toEqual({ first: 976, end: 1000 });
    // A list above fills the box, or this one was scrolled past.
    expect(nearSpan(-3_000, -2_400, 60, 1000)).toEqual({ first: 0, end: 0 });
    expect(nearSpan(70_000, 70_600, 60, 1000)).toEqual({ first: 1000, end: 1000 });
  });

  it('are drawn with those that are kept, and every other line has its room', () => {
    expect(drawnRows(10, { first: 3, end: 5 }, [8, -1, 4, 8])).toEqual({ drawn: [{ at: 3, gap: 3 }, { at: 4, gap: 0 }, { at: 8, gap: 3 }], after: 1 });
    expect(drawnRows(3, { first: 0, end: 40 }, [12])).toEqual({ drawn: [{ at: 0, gap: 0 }, { at: 1, gap: 0 }, { at: 2, gap: 0 }], after: 0 });
    expect(drawnRows(5, { first: 9, end: 12 }, [])).toEqual({ drawn: [], after: 5 });
  });
});

describe('a thousand conversations', () => {
  it('have elements for those near what is seen only, each with its place among all, and room for the others', async () => {
    await renderApp(manyTalks(1000));
    expect(lines().length).toBeLessThan(60);
    expect(list().querySelectorAll('*').length).toBeLessThan(1_000);
    expect(placeOf(lines()[0])).toBe('1/1000');
    expect(roomInAll()).toBe(60_000);
    scrollTo(30_000);
    expect(lines().map(nameOf)).toContain('Person 505');
    expect(lines().length).toBeLessThan(60);
    expect(roomInAll()).toBe(60_000);
    // Where Tab comes to is there all the same.
    expect(lines().filter((line) => line.tabIndex === 0).map(nameOf)).toEqual(['Person 1']);
    expect(lines().every((line) => placeOf(line) === `${nameOf(line).slice(7)}/1000`)).toBe(true);
  });

  it('are gone through by the keyboard, whether they are drawn or not, and what has the focus stays', async () => {
    await renderApp(manyTalks(1000));
    act(() => lines()[0]?.focus());
    press('End');
    expect([nameOf(document.activeElement), placeOf(document.activeElement)]).toEqual(['Person 1000', '1000/1000']);
    press('ArrowUp');
    expect(nameOf(document.activeElement)).toBe('Person 999');
    const focused = document.activeElement;
    scrollTo(12_000);
    expect(document.activeElement).toBe(focused);
    expect(roomInAll()).toBe(60_000);
    press('ArrowUp');
    expect(nameOf(document.activeElement)).toBe('Person 998');
    press('Home');
    expect(nameOf(document.activeElement)).toBe('Person 1');
    press('ArrowUp');
    expect(nameOf(document.activeElement)).toBe('Person 1');
  });

  it('open by Ctrl and a number, and by Alt and an arrow over the end, and the open one is there to come back to', async () => {
    const { model } = await renderApp(manyTalks(1000));
    press('9', { ctrlKey: true });
    await settle();
    expect(model.ui.getState().selection?.conversationId).toBe(idOf('talk 8'));
    press('1', { ctrlKey: true });
    await settle();
    press('ArrowUp', { altKey: true });
    await settle();
    expect(model.ui.getState().selection?.conversationId).toBe(idOf('talk 999'));
    const [open] = list().querySelectorAll<HTMLElement>('[aria-current="page"]');
    expect([nameOf(open), placeOf(open), open?.tabIndex]).toEqual(['Person 1000', '1000/1000', 0]);
  });

  it('keep the focus on a line that moves to the beginning with a message', async () => {
    const { model, fake } = await renderApp(manyTalks(1000));
    act(() => lines()[0]?.focus());
    press('End');
    const focused = document.activeElement;
    fake.world.conversations = fake.world.conversations.map((one) => (one.conversationId === idOf('talk 999') ? { ...one, lastMessageAt: now + 1 } : one));
    await act(() => model.conversations.getState().changed(idOf('talk 999')));
    expect(document.activeElement).toBe(focused);
    expect([nameOf(focused), placeOf(focused)]).toEqual(['Person 1000', '1/1000']);
  });

  it('are all there for screen readers that read on their own, with nothing left out', async () => {
    const world = manyTalks(300);
    world.settings = { ...world.settings, wholeList: true };
    await renderApp(world);
    expect(lines()).toHaveLength(300);
    expect(list().querySelector('[aria-setsize], [style]')).toBeNull();
  });
});

describe('going to one of a thousand conversations', () => {
  const field = (): HTMLInputElement => screen.getByRole<HTMLInputElement>('combobox', { name: 'Find a person' });
  const options = (): HTMLElement[] => within(screen.getByRole('dialog')).getAllByRole('option');
  const marked = (): string => {
    const [one, ...others] = options().filter((option) => option.getAttribute('aria-selected') === 'true');
    expect(others).toEqual([]);
    expect(field().getAttribute('aria-activedescendant')).toBe(one?.id);
    return `${nameOf(one)} ${one?.getAttribute('aria-posinset')}/${one?.getAttribute('aria-setsize')}`;
  };
  const openSwitcher = async () => {
    const made = await renderApp(manyTalks(1000));
    act(() => made.model.ui.getState().openDialog('switcher'));
    await settle();
    return made;
  };

  it('draws those near what is seen only, and the marked one wherever it is, which screen readers are told of', async () => {
    await openSwitcher();
    expect(document.activeElement).toBe(field());
    expect(options().length).toBeLessThan(60);
    expect(marked()).toBe('Person 1 1/1000');
    press('ArrowUp');
    expect(marked()).toBe('Person 1 1/1000');
    for (let times = 0; times < 12; times += 1) press('PageDown');
    press('ArrowDown');
    expect(marked()).toBe('Person 98 98/1000');
    expect(options().length).toBeLessThan(60);
  });

  it('narrows by what is typed, begins at the first again, and Enter opens the marked one', async () => {
    const { model } = await openSwitcher();
    press('PageDown');
    fireEvent.change(field(), { target: { value: 'person 99' } });
    expect(options().map((option) => nameOf(option))).toEqual(['Person 99', ...Array.from({ length: 10 }, (_, at) => `Person ${990 + at}`)]);
    expect(options().map((option) => option.getAttribute('aria-selected'))).toEqual(['true', ...Array.from({ length: 10 }, () => 'false')]);
    press('ArrowDown');
    press('Enter');
    await settle();
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(model.ui.getState().selection?.conversationId).toBe(idOf('talk 989'));
  });

  it('says that nobody is called so, with no list left', async () => {
    await openSwitcher();
    fireEvent.change(field(), { target: { value: 'nobody at all' } });
    expect(screen.getByText(/nobody at all/).getAttribute('role')).toBe('status');
    expect([field().getAttribute('aria-expanded'), field().getAttribute('aria-controls'), field().getAttribute('aria-activedescendant')]).toEqual(['false', null, null]);
    press('Enter');
    expect(screen.getByRole('dialog')).toBeTruthy();
  });
});

describe('a list of usual length', () => {
  it('is drawn whole, and the browser counts', async () => {
    await renderApp(manyTalks(mostWhole));
    expect(lines()).toHaveLength(mostWhole);
    expect(list().querySelector('[aria-setsize], [style]')).toBeNull();
  });
});
