import { fireEvent, screen } from '@testing-library/react';
import type { World } from '../../preview/fake-world';
import { scenes } from '../../preview/scenes';
import { pressKey, shortcut } from './open-talk';
import { renderApp, settle, type Running } from './render-app';

/** The window with one page of its settings. */
export async function openSettings(world: World, tab: string): Promise<Running> {
  const running = await renderApp(world);
  await shortcut(',', { ctrlKey: true });
  const found = [...document.querySelectorAll<HTMLElement>('[role=tab]')].find((one) => one.textContent === tab);
  if (found === undefined) throw new Error(`no tab ${tab}`);
  fireEvent.click(found);
  await settle();
  return running;
}

/**
 * The newest button of this name: dialogs come after what they lie upon. By its own words and not by its role: working out the
 * name of every button of a page takes jsdom a second, and axe looks after names.
 */
export function buttonNamed(name: string): HTMLElement {
  const found = [...document.querySelectorAll<HTMLElement>('button')].filter((button) => (button.getAttribute('aria-label') ?? button.textContent) === name && button.closest('[inert], [aria-hidden=true]') === null).at(-1);
  if (found === undefined) throw new Error(`no button ${name}`);
  return found;
}

export const pressNamed = (name: string): Promise<void> => pressKey(buttonNamed(name));

/** A button that sends its form: what the browser makes of a key is a click. */
export async function submitNamed(name: string): Promise<void> {
  fireEvent.click(buttonNamed(name));
  await settle();
}

export const fieldNamed = (name: string): HTMLInputElement => screen.getByLabelText<HTMLInputElement>(name, { selector: 'input:not([type=radio]), textarea' });

/** As typed or pasted, for plain fields and for passphrases alike. */
export function write(name: string, value: string): void {
  const field = fieldNamed(name);
  fireEvent.input(field, { target: { value } });
}

/** Everything a person can read now. */
export const page = (): string => document.body.textContent ?? '';

export const scene = (name: string): World => {
  const made = scenes[name]?.(Date.now());
  if (made === undefined) throw new Error(`no scene ${name}`);
  return made;
};

/** The newest dialog: it lies over the others. */
export const dialog = (): HTMLElement => [...document.querySelectorAll<HTMLElement>('[role=dialog]')].at(-1) ?? document.body;
export const alertIn = (place: HTMLElement): string | undefined => place.querySelector('[role=alert]')?.textContent ?? undefined;

export async function choose(words: string | RegExp): Promise<void> {
  screen.getByLabelText(words, { selector: 'input[type=radio]' }).click();
  await settle();
}
