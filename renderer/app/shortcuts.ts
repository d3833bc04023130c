export type ShortcutName =
  | 'switcher' | 'new' | 'invite' | 'nearby' | 'previous' | 'next' | 'previousUnread' | 'nextUnread' | 'details' | 'keys'
  | 'find' | 'findAll' | 'verify' | 'renew' | 'lock' | 'settings' | 'sheet' | 'nextPane' | 'previousPane';

interface Combination {
  /** Ctrl, or Cmd on macOS. */
  readonly command?: true;
  readonly shift?: true;
  readonly alt?: true;
  /** `KeyboardEvent.key` in lower case. */
  readonly key: string;
}

export const shortcuts: Readonly<Record<ShortcutName, Combination>> = {
  switcher: { command: true, key: 'k' },
  new: { command: true, key: 'n' },
  invite: { command: true, shift: true, key: 'n' },
  nearby: { command: true, shift: true, key: 'p' },
  previous: { alt: true, key: 'arrowup' },
  next: { alt: true, key: 'arrowdown' },
  previousUnread: { alt: true, shift: true, key: 'arrowup' },
  nextUnread: { alt: true, shift: true, key: 'arrowdown' },
  find: { command: true, key: 'f' },
  findAll: { command: true, shift: true, key: 'f' },
  details: { command: true, key: 'i' },
  keys: { command: true, shift: true, key: 'k' },
  verify: { command: true, shift: true, key: 'v' },
  renew: { command: true, shift: true, key: 'r' },
  lock: { command: true, key: 'l' },
  settings: { command: true, key: ',' },
  sheet: { command: true, key: '/' },
  nextPane: { key: 'f6' },
  previousPane: { shift: true, key: 'f6' },
};

export const isMac = typeof navigator !== 'undefined' && navigator.platform.startsWith('Mac');

type Pressed = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** The shortcut a key press means. */
export function shortcutOf(event: Pressed, mac: boolean = isMac): ShortcutName | undefined {
  const command = mac ? event.metaKey : event.ctrlKey;
  const foreign = mac ? event.ctrlKey : event.metaKey;
  if (foreign) return undefined;
  const key = event.key.toLowerCase();
  for (const [name, combination] of Object.entries(shortcuts)) {
    if (
      combination.key === key &&
      (combination.command ?? false) === command &&
      (combination.alt ?? false) === event.altKey &&
      // `/` needs Shift on some keyboards.
      ((combination.shift ?? false) === event.shiftKey || key === '/')
    ) {
      return name as ShortcutName; // a key of the record above
    }
  }
  return undefined;
}

/** Ctrl+1 … Ctrl+9 as 0 … 8. */
export function nthOf(event: Pressed, mac: boolean = isMac): number | undefined {
  const command = mac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  if (!command || event.altKey || event.shiftKey || !/^[1-9]$/u.test(event.key)) return undefined;
  return Number(event.key) - 1;
}

const keyNames: Readonly<Record<string, string>> = { arrowup: '↑', arrowdown: '↓', f6: 'F6' };

/** `Ctrl+Shift+K`, or `⇧⌘K` on macOS. */
export function shortcutLabel(name: ShortcutName, mac: boolean = isMac): string {
  const combination = shortcuts[name];
  const key = keyNames[combination.key] ?? combination.key.toUpperCase();
  if (mac) return `${combination.alt ? '⌥' : ''}${combination.shift ? '⇧' : ''}${combination.command ? '⌘' : ''}${key}`;
  return [combination.command ? 'Ctrl' : '', combination.alt ? 'Alt' : '', combination.shift ? 'Shift' : '', key].filter((part) => part !== '').join('+');
}
