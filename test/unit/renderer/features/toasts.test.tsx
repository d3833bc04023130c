// @vitest-environment jsdom
import { act, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { KeyshiftError } from '../../../../shared/errors';
import { busyWorld } from '../../../preview/scenes';
import { openSettings } from '../open-settings';
import { openTalk, pressKey, shortcut } from '../open-talk';
import { renderApp, settle } from '../render-app';

const now = Date.now();
const notices = (): HTMLElement => screen.getByRole('status', { name: 'Notices' });
const shown = (): readonly string[] => [...notices().querySelectorAll('.toast-text')].map(({ textContent }) => textContent ?? '');
afterEach(() => void vi.useRealTimers());

describe('notices that go by themselves', () => {
  it('are heard above a dialog too, and a press on one does not close the dialog', async () => {
    const { model } = await openSettings(busyWorld(now), 'Appearance');
    act(() => {
      model.ui.getState().toast('It is saved.');
      model.ui.getState().announce('Spoken alone.');
    });
    await settle();
    // By role: what is hidden from a screen reader is not found so.
    expect(shown()).toEqual(['It is saved.']);
    expect(screen.getAllByRole('status').some(({ textContent }) => textContent === 'Spoken alone.')).toBe(true);
    const cross = within(notices()).getByRole('button', { name: 'Dismiss' });
    fireEvent.pointerDown(cross, { button: 0 });
    fireEvent.pointerUp(cross, { button: 0 });
    fireEvent.click(cross);
    await settle();
    expect(shown()).toEqual([]);
    expect(screen.getByRole('dialog').textContent).toContain('Settings');
  });

  it('leave room at the foot of a dialog: what they lie on comes out by scrolling; and styles know of a dialog by the root alone', async () => {
    let resized = (): void => undefined;
    onTestFinished(() => void vi.unstubAllGlobals());
    vi.stubGlobal('ResizeObserver', class {
      constructor(private readonly told: () => void) {}
      observe(element: Element): void {
        if (element.matches('.toasts')) resized = this.told;
      }
      disconnect(): void {}
    });
    const { model } = await renderApp(busyWorld(now));
    const knowsOfDialog = (): boolean => document.documentElement.classList.contains('has-veil');
    expect(knowsOfDialog()).toBe(false);
    act(() => model.ui.getState().openSettings('look'));
    await settle();
    expect(knowsOfDialog()).toBe(true);
    const room = (): string => document.querySelector<HTMLElement>('.dialog-body')?.style.getPropertyValue('--notices') ?? '';
    expect(room()).toBe('0px');
    vi.spyOn(notices(), 'getBoundingClientRect').mockReturnValue({ height: 119.6 } as DOMRect);
    act(() => resized());
    expect(room()).toBe('120px');
    act(() => model.ui.getState().closeDialog());
    await settle();
    expect(knowsOfDialog()).toBe(false);
  });

  it('leave room in the help also where the vault was opened meanwhile', async () => {
    const observed: Element[] = [];
    onTestFinished(() => void vi.unstubAllGlobals());
    vi.stubGlobal('ResizeObserver', class {
      observe(element: Element): void {
        observed.push(element);
      }
      disconnect(): void {}
    });
    const { fake, model } = await renderApp(busyWorld(now, { vault: 'locked' }));
    act(() => model.ui.getState().showHelp(true));
    await settle();
    await act(() => model.session.getState().unlock(fake.world.passphrase));
    await settle();
    expect(screen.getByRole('dialog').textContent).toContain('Help');
    expect(observed.filter((each) => each.matches('.toasts')).at(-1)).toBe(notices());
  });

  it('are taken away by a key, from a dialog and from the composer, which keeps the focus', async () => {
    const { model } = await openTalk(busyWorld(now));
    const field = screen.getByLabelText('Message');
    act(() => field.focus());
    act(() => {
      model.ui.getState().toast('It is saved.');
      model.ui.getState().toast('It failed.', 'danger');
    });
    expect(shown()).toEqual(['It is saved.', 'It failed.']);
    await shortcut('d', { ctrlKey: true });
    expect(shown()).toEqual([]);
    expect(document.activeElement).toBe(field);
    await shortcut(',', { ctrlKey: true });
    act(() => model.ui.getState().toast('It failed.', 'danger'));
    await shortcut('d', { ctrlKey: true });
    expect(shown()).toEqual([]);
    expect(model.ui.getState().dialog).toBe('settings');
  });

  it('know where the head of a conversation ends, however many lines it has, to stand below it in a narrow window', async () => {
    const { model } = await openTalk(busyWorld(now));
    const end = (): string => notices().style.getPropertyValue('--head-end');
    expect(end()).toBe('');
    const head = document.querySelector('.conversation-head');
    if (head === null) throw new Error('no head');
    head.getBoundingClientRect = () => new DOMRect(0, 80, 320, 150);
    act(() => model.ui.getState().toast('It is saved.'));
    expect(end()).toBe('230px');
    // The page of the narrowest window scrolls as a whole.
    head.getBoundingClientRect = () => new DOMRect(0, -400, 320, 150);
    fireEvent.scroll(document);
    expect(end()).toBe('0px');
  });

  it('of a failure have its code to be copied, as the line of one in a dialog has; other ones have none', async () => {
    const copied: string[] = [];
    Object.assign(navigator, { clipboard: { writeText: async (text: string) => void copied.push(text) } });
    const { model } = await openSettings(busyWorld(now), 'Appearance');
    act(() => model.ui.getState().toast('Something else.', 'danger'));
    expect(within(notices()).queryByRole('button', { name: 'Copy code' })).toBeNull();
    await act(async () => model.background(Promise.reject(new KeyshiftError('disk.full', '', { limit: 3_000_000 }))));
    await pressKey(within(notices()).getByRole('button', { name: 'Copy code' }));
    expect(copied).toEqual(['disk.full']);
    expect(shown()).toContain('Code for help: disk.full');
    vi.spyOn(model.client.mailbox, 'status').mockRejectedValue(new KeyshiftError('mailbox.unreachable', ''));
    act(() => model.ui.getState().showSettings('mailbox'));
    await settle();
    await pressKey(within(screen.getByRole('dialog')).getByRole('button', { name: 'Copy code' }));
    expect(copied).toEqual(['disk.full', 'mailbox.unreachable']);
  });

  it('do not lie on what has the focus: that is scrolled out from beneath them, and where nothing can be scrolled they go to the other end', async () => {
    const { model } = await openSettings(busyWorld(now), 'Appearance');
    const body = document.querySelector<HTMLElement>('.dialog-body') ?? expect.unreachable('no dialog');
    // Its button is one that nobody sees: what is seen is around it.
    const size = within(screen.getByRole('radiogroup', { name: 'Text size' })).getAllByRole('radio')[0] ?? expect.unreachable('no size');
    const seen = size.closest('label') ?? expect.unreachable('no label');
    Object.assign(window, { innerHeight: 568 });
    // A message that is folded, for one: nobody could bring its beginning back.
    const cut = seen.parentElement ?? expect.unreachable('no parent');
    cut.style.overflowY = 'hidden';
    vi.spyOn(cut, 'scrollHeight', 'get').mockReturnValue(400);
    let canScroll = true;
    vi.spyOn(body, 'scrollHeight', 'get').mockImplementation(() => (canScroll ? 1_200 : 0));
    vi.spyOn(notices(), 'getBoundingClientRect').mockImplementation(() => (notices().classList.contains('at-head') ? new DOMRect(0, 8, 320, 150) : new DOMRect(0, 410, 320, 150)));
    seen.getBoundingClientRect = () => new DOMRect(20, 440 - body.scrollTop, 200, 32);
    const isCovered = (): boolean => seen.getBoundingClientRect().bottom > 410;
    act(() => size.focus());
    expect([document.activeElement, isCovered()]).toEqual([size, true]);
    act(() => model.ui.getState().toast('It failed.', 'danger'));
    await vi.waitFor(() => expect(isCovered()).toBe(false));
    expect([body.scrollTop, cut.scrollTop]).toEqual([66, 0]);
    // What takes the focus later.
    act(() => screen.getByRole('button', { name: 'Close' }).focus());
    body.scrollTop = 0;
    act(() => size.focus());
    await vi.waitFor(() => expect(body.scrollTop).toBe(66));
    canScroll = false;
    body.scrollTop = 0;
    act(() => model.ui.getState().toast('It failed once more.', 'danger'));
    await vi.waitFor(() => expect(notices().classList).toContain('at-head'));
    act(() => model.ui.getState().dismissAll());
    await vi.waitFor(() => expect(notices().classList).not.toContain('at-head'));
  });

  it('taken away by a key while one has the focus, they leave it in a pane of the window', async () => {
    const { model } = await openTalk(busyWorld(now));
    act(() => model.ui.getState().toast('It is saved.'));
    act(() => within(notices()).getByRole('button', { name: 'Dismiss' }).focus());
    await shortcut('d', { ctrlKey: true });
    await vi.waitFor(() => expect(document.activeElement?.closest('[data-pane]')).toBeTruthy());
  });

  it('taken away by its button one gives the focus back to where one wrote in the conversation that was just opened', async () => {
    const { model } = await openTalk(busyWorld(now));
    const field = screen.getByLabelText('Message');
    expect(document.activeElement).toBe(field);
    act(() => model.ui.getState().toast('It is saved.'));
    await pressKey(within(notices()).getByRole('button', { name: 'Dismiss' }));
    await vi.waitFor(() => expect(document.activeElement).toBe(field));
  });

  it('with the focus on one it stays also where the pointer leaves it, and taken away with what it told it leaves the focus in a pane of the window', async () => {
    const { model } = await openTalk(busyWorld(now));
    act(() => model.ui.getState().toast('Short.', 'calm', 'it'));
    const cross = within(notices()).getByRole('button', { name: 'Dismiss' });
    const card = cross.closest('.toast') ?? expect.unreachable('a notice');
    vi.useFakeTimers();
    act(() => cross.focus());
    fireEvent.pointerEnter(card);
    fireEvent.pointerLeave(card);
    act(() => void vi.advanceTimersByTime(10_000));
    expect(shown()).toEqual(['Short.']);
    vi.useRealTimers();
    act(() => model.ui.getState().retract('it'));
    await vi.waitFor(() => expect(document.activeElement?.closest('[data-pane]')).toBeTruthy());
  });

  it('stay as long as it takes to read them, bad news twice as long', async () => {
    const { model } = await renderApp(busyWorld(now));
    vi.useFakeTimers();
    const long = 'A long notice, of which one has to read every word. '.repeat(3);
    act(() => {
      model.ui.getState().toast('Short.');
      model.ui.getState().toast(long);
      model.ui.getState().toast('Bad.', 'danger');
    });
    const after = (milliseconds: number): readonly string[] => {
      act(() => void vi.advanceTimersByTime(milliseconds));
      return shown();
    };
    expect(after(3_900)).toEqual(['Short.', long, 'Bad.']);
    expect(after(200)).toEqual([long, 'Bad.']);
    expect(after(3_800)).toEqual([long, 'Bad.']);
    expect(after(200)).toEqual([long]);
    expect(after(1_000)).toEqual([]);
  });
});
