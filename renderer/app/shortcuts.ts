import { commandNames, commandOf, meet, type CommandName, type Scope } from '../../shared/model/shortcuts';
import type { TextId } from '../i18n/messages';

export const isMac = typeof navigator !== 'undefined' && navigator.platform.startsWith('Mac');

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'> & { readonly code?: string; readonly getModifierState?: (key: string) => boolean };

const bareModifiers = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'NumLock', 'Fn', 'OS']);

/** What is pressed, as the registry writes it; undefined while only Ctrl and the like are, or what writes a sign with AltGr. */
export function combinationOf(event: Pressed, mac: boolean = isMac): string | undefined {
  const mod = mac ? event.metaKey : event.ctrlKey;
  const foreign = mac ? event.ctrlKey : event.metaKey;
  if (foreign || bareModifiers.has(event.key) || event.getModifierState?.('AltGraph') === true) return undefined;
  const key = keyOf(event, mac);
  // A sign tells by itself whether it needed Shift, which keyboards disagree about.
  const shift = event.shiftKey && (key.length > 1 ? key !== 'Plus' : /[A-Z0-9]/u.test(key));
  return [mod ? 'Mod' : '', event.altKey ? 'Alt' : '', shift ? 'Shift' : '', key].filter((part) => part !== '').join('+');
}

function keyOf({ key, code = '', altKey }: Pressed, mac: boolean): string {
  if (key === ' ') return 'Space';
  if (key === '+') return 'Plus';
  // On Greek or Cyrillic keyboards, and with Option on macOS, the place of the key counts.
  const letter = /^Key([A-Z])$/u.exec(code)?.[1];
  if (letter !== undefined && ((key.length === 1 && /\P{ASCII}/u.test(key) && !/\p{Script=Latin}/u.test(key)) || (mac && altKey))) return letter;
  return key.length === 1 ? key.toUpperCase() : key;
}

/** Ctrl+1 … Ctrl+9 as 0 … 8. */
export function nthOf(event: Pressed, mac: boolean = isMac): number | undefined {
  const digit = /^Mod\+(?:Shift\+)?([1-9])$/u.exec(combinationOf(event, mac) ?? '')?.[1];
  return digit === undefined ? undefined : Number(digit) - 1;
}

export type Keys = Readonly<Record<CommandName, string>>;

/** The command of a scope that a key press calls. Keys that write are left to whoever writes. */
export function calledBy(event: KeyboardEvent, keys: Keys, scope: Scope, mac: boolean = isMac): CommandName | undefined {
  if (event.isComposing) return undefined;
  const combination = combinationOf(event, mac);
  const name = combination === undefined ? undefined : commandNames.find((one) => keys[one] === combination && commandOf(one).scope === scope);
  return name !== undefined && commandOf(name).bare === true && isWriting(event.target) ? undefined : name;
}

/** Whether what has the focus takes letters: a field, or a list that goes to what begins with them. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !/^(?:button|checkbox|radio|range|submit|reset|file|color)$/u.test(target.type);
  return target instanceof HTMLTextAreaElement || target.isContentEditable || target.closest('[role=menu], [role=listbox], [role=textbox]') !== null;
}

/** The other command that these keys call already. */
export function takenBy(combination: string, name: CommandName, keys: Keys): CommandName | undefined {
  return commandNames.find((other) => other !== name && keys[other] === combination && meet(name, other));
}

const named: Readonly<Record<string, TextId>> = {
  Mod: 'key.mod', Shift: 'key.shift', Alt: 'key.alt', Enter: 'key.enter', Space: 'key.space', Delete: 'key.delete', Insert: 'key.insert',
  Home: 'key.home', End: 'key.end', PageUp: 'key.pageUp', PageDown: 'key.pageDown', Escape: 'key.escape', Tab: 'key.tab', Backspace: 'key.backspace',
};
const signs: Readonly<Record<string, string>> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→', Plus: '+' };
const macSigns: Readonly<Record<string, string>> = { Mod: '⌘', Shift: '⇧', Alt: '⌥' };

/** `Ctrl+Shift+K`, `Strg+Umschalt+K`, or `⇧⌘K` on macOS. */
export function keysLabel(combination: string, text: (id: TextId) => string, mac: boolean = isMac): string {
  const word = (part: string): string => (mac ? macSigns[part] : undefined) ?? signs[part] ?? (named[part] === undefined ? part : text(named[part]));
  const parts = combination.split('+');
  if (!mac) return parts.map(word).join('+');
  return [...['Alt', 'Shift', 'Mod'].filter((held) => parts.slice(0, -1).includes(held)), parts.at(-1) ?? ''].map(word).join('');
}
