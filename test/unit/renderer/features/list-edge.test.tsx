// @vitest-environment jsdom
import { act, fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { nameOfListWidth, nearestListWidth, steppedListWidth } from '../../../../shared/model/list-width';
import { busyWorld, scenes } from '../../../preview/scenes';
import { renderApp, settle, type Running } from '../render-app';

const now = 1_800_000_000_000;
const edge = (): HTMLElement => screen.getByRole('separator', { name: 'Width of the list' });
const panes = (): HTMLElement | null => document.querySelector<HTMLElement>('.panes');
const shown = (): unknown => ({ width: panes()?.style.getPropertyValue('--list-width'), list: panes()?.dataset['list'], told: edge().getAttribute('aria-valuenow'), words: edge().getAttribute('aria-valuetext') });

async function press(...keys: readonly string[]): Promise<void> {
  for (const key of keys) fireEvent.keyDown(edge(), { key });
  fireEvent.keyUp(edge(), { key: keys.at(-1) });
  await settle();
}

const calmApp = (): Promise<Running> => renderApp(busyWorld(now));

describe('how wide the list can be', () => {
  it('from 240 to 400 px, or pictures alone, with nothing in between', () => {
    expect([-5, 90, 159, 160, 240, 313.4, 400, 900].map(nearestListWidth)).toEqual([0, 0, 0, 240, 240, 313, 400, 400]);
    expect([0, 240, 250, 390].map((width) => steppedListWidth(width, 20))).toEqual([240, 260, 270, 400]);
    expect([0, 240, 250, 400].map((width) => steppedListWidth(width, -20))).toEqual([0, 0, 240, 380]);
    expect([0, 240, 259, 260, 319, 320, 400].map(nameOfListWidth)).toEqual(['pictures', 'narrow', 'narrow', 'usual', 'usual', 'wide', 'wide']);
  });
});

describe('the edge of the list', () => {
  it('is moved with the arrow keys, Home, End and Enter, seen at once and kept when the key is let go', async () => {
    const { fake } = await calmApp();
    expect(shown()).toEqual({ width: '17.5rem', list: undefined, told: '280', words: null });
    act(() => edge().focus());
    fireEvent.keyDown(edge(), { key: 'ArrowRight' });
    fireEvent.keyDown(edge(), { key: 'ArrowRight' });
    expect(shown()).toMatchObject({ width: '20rem', told: '320' });
    await settle();
    expect(fake.world.settings.listWidth).toBe(280);
    fireEvent.keyUp(edge(), { key: 'ArrowRight' });
    await settle();
    expect(fake.world.settings.listWidth).toBe(320);
    await press('End');
    expect(fake.world.settings.listWidth).toBe(400);
    await press('Home');
    expect(fake.world.settings.listWidth).toBe(0);
    expect(shown()).toEqual({ width: '17.5rem', list: 'pictures', told: '0', words: 'Pictures only' });
    await press('Enter');
    expect(fake.world.settings.listWidth).toBe(280);
    await press('ArrowLeft', 'ArrowLeft', 'ArrowLeft');
    expect(fake.world.settings.listWidth).toBe(0);
    fireEvent.doubleClick(edge());
    await settle();
    expect(shown()).toMatchObject({ width: '17.5rem', list: undefined, told: '280' });
  });

  it('takes each press of several as a step, also those that come before the last one is kept', async () => {
    const { fake } = await calmApp();
    for (let times = 0; times < 3; times += 1) {
      fireEvent.keyDown(edge(), { key: 'ArrowRight' });
      fireEvent.keyUp(edge(), { key: 'ArrowRight' });
    }
    await settle();
    expect(fake.world.settings.listWidth).toBe(340);
    expect(shown()).toMatchObject({ width: '21.25rem', told: '340' });
  });

  it('from right to left the arrow keys point the other way', async () => {
    const { fake } = await calmApp();
    document.documentElement.dir = 'rtl';
    await press('ArrowLeft');
    document.documentElement.dir = 'ltr';
    expect(fake.world.settings.listWidth).toBe(300);
  });

  it('pictures alone keep every name to be heard and shown, and give way to words while somebody asks or the list is narrowed to some', async () => {
    const { fake, model } = await calmApp();
    await press('Home');
    expect(panes()?.dataset['list']).toBe('pictures');
    expect(screen.getByRole('button', { name: /^Bo Lind/ }).title).toMatch(/^Bo Lind/);
    act(() => model.ui.getState().changeListView({ unreadOnly: true }));
    expect(panes()?.dataset['list']).toBeUndefined();
    act(() => model.ui.getState().changeListView({ unreadOnly: false }));
    expect(panes()?.dataset['list']).toBe('pictures');
    const asking = scenes['requests']?.(now).requests ?? [];
    expect(asking).not.toHaveLength(0);
    act(() => model.contacts.setState({ requests: asking }));
    expect(panes()?.dataset['list']).toBeUndefined();
    expect(fake.world.settings.listWidth).toBe(0);
  });

  /** The panes begin at the left; jsdom lays out nothing. */
  const seenAt = (width: number): void => {
    const rect = (right: number): DOMRect => ({ x: 0, y: 0, left: 0, top: 0, right, bottom: 700, width: right, height: 700, toJSON: () => undefined });
    Object.assign(edge(), { setPointerCapture: () => undefined });
    Object.assign(panes() ?? expect.unreachable(), { getBoundingClientRect: () => rect(800) });
    Object.assign(edge().closest('.list-pane') ?? expect.unreachable(), { getBoundingClientRect: () => rect(width) });
    document.documentElement.style.fontSize = '16px';
  };
  const drag = async (from: number, ...to: readonly number[]): Promise<void> => {
    fireEvent.pointerDown(edge(), { button: 0, clientX: from });
    for (const clientX of to) fireEvent.pointerMove(edge(), { clientX });
    fireEvent.pointerUp(edge());
    await settle();
  };

  it('goes on from what is seen, where the window is too narrow for what was chosen; a press that trembles chooses nothing', async () => {
    const world = busyWorld(now);
    world.settings = { ...world.settings, listWidth: 400 };
    const { fake } = await renderApp(world);
    seenAt(300);
    await drag(301, 302);
    expect(fake.world.settings.listWidth).toBe(400);
    await drag(301, 281, 271);
    expect(fake.world.settings.listWidth).toBe(270);
    await press('End');
    await press('ArrowLeft');
    expect(fake.world.settings.listWidth).toBe(280);
  });

  it('goes back where it was when Escape is pressed while it is dragged', async () => {
    const { fake } = await calmApp();
    seenAt(280);
    fireEvent.pointerDown(edge(), { button: 0, pointerId: 1, clientX: 280 });
    fireEvent.pointerMove(edge(), { pointerId: 1, clientX: 330 });
    expect(shown()).toMatchObject({ told: '330' });
    await press('Escape');
    fireEvent.pointerMove(edge(), { pointerId: 1, clientX: 350 });
    fireEvent.pointerUp(edge(), { pointerId: 1, clientX: 350 });
    await settle();
    expect([shown(), fake.world.settings.listWidth]).toMatchObject([{ told: '280' }, 280]);
  });

  it('goes on from words where words are shown in the place of pictures', async () => {
    const world = busyWorld(now);
    world.settings = { ...world.settings, listWidth: 0 };
    const { fake, model } = await renderApp(world);
    act(() => model.ui.getState().changeListView({ unreadOnly: true }));
    seenAt(280);
    await press('ArrowRight');
    expect(fake.world.settings.listWidth).toBe(300);
    await press('Home');
    await drag(281, 291, 301);
    expect(fake.world.settings.listWidth).toBe(300);
  });
});

describe('the list that has a narrow window for itself', () => {
  it('is the main part of the page, and beside a conversation the way to it', async () => {
    let resized = (): void => undefined;
    onTestFinished(() => void vi.unstubAllGlobals());
    vi.stubGlobal('ResizeObserver', class {
      constructor(private readonly told: () => void) {}
      observe(element: Element): void {
        if (element.matches('.list-pane')) resized = this.told;
      }
      disconnect(): void {}
    });
    await calmApp();
    const list = document.querySelector<HTMLElement>('.list-pane') ?? document.body;
    const wide = vi.spyOn(list, 'offsetWidth', 'get').mockReturnValue(320);
    vi.spyOn(list.parentElement ?? list, 'clientWidth', 'get').mockReturnValue(320);
    act(() => resized());
    expect(list.getAttribute('role')).toBe('main');
    expect(within(list).getByRole('navigation', { name: 'Conversations' })).toBeTruthy();
    wide.mockReturnValue(280);
    act(() => resized());
    expect(list.getAttribute('role')).toBeNull();
    // Behind the conversation: neither.
    wide.mockReturnValue(0);
    act(() => resized());
    expect(list.getAttribute('role')).toBeNull();
  });
});
