// @vitest-environment jsdom
import { fireEvent, screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { busyWorld, talkWithBo } from '../../../preview/scenes';
import { openTalk } from '../open-talk';
import { renderApp, settle } from '../render-app';

const now = Date.UTC(2026, 4, 6, 12);
const words = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('.message-text')];

/** From a letter of one place to a letter of another, as a mouse does. */
function select(from: Element, at: number, to: Element, upTo: number): void {
  const [start, end] = [from, to].map((place) => document.createTreeWalker(place, NodeFilter.SHOW_TEXT).nextNode());
  if (!start || !end) throw new Error('nothing is written there');
  document.getSelection()?.setBaseAndExtent(start, at, end, upTo);
}

/** What Ctrl+C leaves in the clipboard, by kind. */
function copied(target: Element): Record<string, string> {
  const kinds: Record<string, string> = {};
  fireEvent.copy(target, { clipboardData: { setData: (kind: string, data: string) => void (kinds[kind] = data) } });
  return kinds;
}

describe('copying what is selected', () => {
  it('a part of one message is that part and nothing else', async () => {
    await openTalk(busyWorld(now));
    const last = words().at(-1)!;
    select(last, 4, last, 7);
    expect(copied(last)).toEqual({ 'text/plain': 'you' });
  });

  it('brings no hyphen along that nobody sees', async () => {
    await openTalk(busyWorld(now));
    const label = document.body.appendChild(document.createElement('p'));
    label.textContent = 'Der Einladungs\u00ADlink gilt einmal.';
    select(label, 4, label, 20);
    expect(copied(label)).toEqual({ 'text/plain': 'Einladungslink ' });
    label.remove();
  });

  it('what is dragged brings none along either, on a screen before the vault is open as well', async () => {
    await renderApp(busyWorld(now, { vault: 'locked' }));
    const kinds: Record<string, string> = { 'text/plain': 'Einladungs\u00ADlink', 'text/html': '<b>Einladungs\u00ADlink</b>' };
    const dataTransfer = { getData: (kind: string) => kinds[kind] ?? '', setData: (kind: string, data: string) => void (kinds[kind] = data), clearData: (kind: string) => void delete kinds[kind] };
    fireEvent.dragStart(document.body, { dataTransfer });
    expect(kinds).toEqual({ 'text/plain': 'Einladungslink' });
  });

  it('of several messages each line says who and when, without what stands between them and without the page’s own markup', async () => {
    const { fake } = await openTalk(busyWorld(now));
    const [before, last] = words().slice(-2) as [HTMLElement, HTMLElement];
    select(before, 5, last, last.textContent.length);
    const { 'text/plain': text = '', ...others } = copied(last);
    expect(others).toEqual({});
    const [first, second, ...more] = text.split('\n');
    expect(more).toEqual([]);
    expect(first).toMatch(/^Bo Lindqvist, May 6, 2026 at .*: is a fine reason\.$/);
    expect(second).toMatch(/^You, May 6, 2026 at .*: See you at five\?$/);
    for (const { messageId } of fake.world.messages.get(talkWithBo) ?? []) expect(text).not.toContain(messageId);
  });

  it('the menu of a message offers the selection, and only while there is one', async () => {
    await openTalk(busyWorld(now));
    const last = words().at(-1)!;
    const written: string[] = [];
    Object.assign(navigator, { clipboard: { writeText: (text: string) => (written.push(text), Promise.resolve()) } });
    select(last, 0, last, 3);
    fireEvent.contextMenu(last, { clientX: 5, clientY: 5 });
    await settle();
    fireEvent.click(within(screen.getByRole('menu', { name: 'Message menu' })).getByRole('menuitem', { name: 'Copy selection' }));
    await settle();
    expect(written).toEqual(['See']);
    document.getSelection()?.removeAllRanges();
    fireEvent.contextMenu(last, { clientX: 5, clientY: 5 });
    await settle();
    expect(screen.queryByRole('menuitem', { name: 'Copy selection' })).toBeNull();
  });

  it('elsewhere it is text alone, and fields copy by themselves', async () => {
    await openTalk(busyWorld(now));
    const heading = screen.getAllByRole('heading', { name: 'Bo Lindqvist' })[0]!;
    select(heading, 0, heading, 2);
    expect(copied(heading)).toEqual({ 'text/plain': 'Bo' });
    expect(copied(screen.getByRole('textbox', { name: 'Message' }))).toEqual({});
  });
});
