import { act, fireEvent, screen, within } from '@testing-library/react';
import type { World } from '../../preview/fake-world';
import { renderApp, settle, type Running } from './render-app';

/** The window with the conversation of the person whose name begins so. */
export async function openTalk(world: World, name: RegExp = /^Bo Lindqvist/): Promise<Running> {
  const running = await renderApp(world);
  fireEvent.click(within(screen.getByRole('navigation')).getByRole('button', { name }));
  await settle();
  return running;
}

/** … and the Keys tab beside it, by its shortcut. */
export async function openKeys(world: World, name?: RegExp): Promise<Running> {
  const running = await openTalk(world, name);
  await shortcut('k', { ctrlKey: true, shiftKey: true });
  return running;
}

export async function shortcut(key: string, more: object = {}): Promise<void> {
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
  await settle();
}

/** Presses a button as the keyboard does: focus, Enter down, Enter up. */
export async function pressKey(target: HTMLElement, key = 'Enter'): Promise<void> {
  act(() => target.focus());
  if (document.activeElement !== target) throw new Error('it does not take the focus');
  fireEvent.keyDown(target, { key, code: key });
  fireEvent.keyUp(target, { key, code: key });
  // What a browser does with a native control by itself.
  if (target.tagName === 'BUTTON' && !target.hasAttribute('data-react-aria-pressable')) fireEvent.click(target);
  await settle();
}
