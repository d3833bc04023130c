import type { Settings } from './settings';

/** Where a command hears: everywhere in the open app, while the message list has the focus, or in the settings. */
export type Scope = 'anywhere' | 'messages' | 'settings';

export interface Command {
  readonly scope: Scope;
  /** The usual combination: `Mod` (Ctrl, or Cmd on macOS), `Alt`, `Shift` and a key, joined by `+`. */
  readonly keys: string;
  /** May be a key that writes: it is not heard while somebody writes. */
  readonly bare?: true;
}

/** Every command that a key calls, once: the sheet, the page where keys are changed, the listeners and the menu are made from it. */
export const commands = {
  switcher: { scope: 'anywhere', keys: 'Mod+K' },
  new: { scope: 'anywhere', keys: 'Mod+N' },
  invite: { scope: 'anywhere', keys: 'Mod+Shift+N' },
  nearby: { scope: 'anywhere', keys: 'Mod+Shift+P' },
  previous: { scope: 'anywhere', keys: 'Alt+ArrowUp' },
  next: { scope: 'anywhere', keys: 'Alt+ArrowDown' },
  previousUnread: { scope: 'anywhere', keys: 'Alt+Shift+ArrowUp' },
  nextUnread: { scope: 'anywhere', keys: 'Alt+Shift+ArrowDown' },
  // Not Signal's with Shift, under which Linux lets people write signs by their numbers.
  markUnread: { scope: 'anywhere', keys: 'Mod+U' },
  find: { scope: 'anywhere', keys: 'Mod+F' },
  findAll: { scope: 'anywhere', keys: 'Mod+Shift+F' },
  details: { scope: 'anywhere', keys: 'Mod+I' },
  verify: { scope: 'anywhere', keys: 'Mod+Shift+V' },
  keys: { scope: 'anywhere', keys: 'Mod+Shift+K' },
  renew: { scope: 'anywhere', keys: 'Mod+Shift+R' },
  nextPane: { scope: 'anywhere', keys: 'F6' },
  previousPane: { scope: 'anywhere', keys: 'Shift+F6' },
  settings: { scope: 'anywhere', keys: 'Mod+,' },
  help: { scope: 'anywhere', keys: 'F1' },
  sheet: { scope: 'anywhere', keys: 'Mod+/' },
  sheetHere: { scope: 'anywhere', keys: '?', bare: true },
  dismiss: { scope: 'anywhere', keys: 'Mod+D' },
  lock: { scope: 'anywhere', keys: 'Mod+L' },
  reply: { scope: 'messages', keys: 'R', bare: true },
  forward: { scope: 'messages', keys: 'F', bare: true },
  select: { scope: 'messages', keys: 'S', bare: true },
  edit: { scope: 'messages', keys: 'E', bare: true },
  react: { scope: 'messages', keys: 'Plus', bare: true },
  delete: { scope: 'messages', keys: 'Delete', bare: true },
  settingsFind: { scope: 'settings', keys: 'Mod+F' },
  settingsFindHere: { scope: 'settings', keys: '/', bare: true },
} as const satisfies Readonly<Record<string, Command>>;

export type CommandName = keyof typeof commands;
export const commandNames = Object.keys(commands) as CommandName[]; // of the record above
export type Shortcuts = Settings['shortcuts'];

export const commandOf = (name: CommandName): Command => commands[name];

/** Called whatever dialog is open. */
export const overDialogs: ReadonlySet<CommandName> = new Set(['lock', 'help', 'dismiss']);

/** Whether both can hear one key press. Of the others only those over dialogs work while the settings are open. */
export function meet(one: CommandName, other: CommandName): boolean {
  const [a, b] = [commandOf(one).scope, commandOf(other).scope];
  return (a === 'settings') === (b === 'settings') || overDialogs.has(one) || overDialogs.has(other);
}

export type Refusal = 'writes' | 'moves' | 'edits' | 'menu' | 'system' | 'nth';

/** As `combinationOf` of the window writes them. */
const wellFormed = /^(?:Mod\+)?(?:Alt\+)?(?:Shift\+)?(?:[^\s+a-z]|(?!Mod$|Alt$|Shift$)[A-Z][A-Za-z0-9]+)$/u;
const moving = /^(?:Arrow(?:Up|Down|Left|Right)|Home|End|PageUp|PageDown|Tab|Enter|Escape|Space|Backspace|ContextMenu|F10)$/u;
const system = /^(?:Mod\+)?Alt\+(?:Shift\+)?(?:F4|Tab|Space|Escape)$|^Mod\+(?:Shift\+)?(?:Tab|Escape|Space)$|^PrintScreen$/u;
/** What Alt opens in the menu bar, in every language the window has: keys that were chosen go on working when another one is. */
const menuLetters = /^[ABDEFHVW]$/u;
const inMenu = /^(?:Mod\+(?:[QWM0=-]|Plus)|F11|Mod\+Shift\+I)$/u;

/** Why a combination cannot call this command. */
export function refusalOf(keys: string, command: Command, mac: boolean): Refusal | undefined {
  const held = keys.split('+');
  const key = held.pop() ?? '';
  const [mod, alt] = [held.includes('Mod'), held.includes('Alt')];
  if (!wellFormed.test(keys) || system.test(keys) || key === 'Dead' || key === 'Unidentified') return 'system';
  // Elsewhere Ctrl and Alt together are AltGr, which writes; Alt and a letter open the menus of the window.
  if (!mac && alt && (mod || menuLetters.test(key))) return 'system';
  if (inMenu.test(keys) || (mac && /^Mod\+(?:Alt\+)?H$/u.test(keys))) return 'menu';
  if (/^Mod\+[1-9]$/u.test(keys)) return 'nth';
  if (/^Mod\+(?:[ACVXYZ]|Shift\+Z)$/u.test(keys)) return 'edits';
  if (mod && /^(?:Arrow.*|Home|End|Backspace|Delete|Enter|Insert)$/u.test(key)) return 'edits';
  if (moving.test(key) && !(alt && /^Arrow(?:Up|Down)$/u.test(key))) return 'moves';
  const writes = !mod && (!alt || mac) && (key.length === 1 || key === 'Plus');
  if (writes && command.bare !== true) return 'writes';
  if (!mod && !alt && key === 'Delete' && command.scope !== 'messages') return 'edits';
  return undefined;
}

/**
 * The combination of each command; empty: none. What somebody chose comes before what is usual, and a chosen one that cannot be
 * (another version's, or written by hand) counts as not chosen.
 */
export function keyTable(changed: Shortcuts, mac: boolean): Readonly<Record<CommandName, string>> {
  const table: Partial<Record<CommandName, string>> = {};
  const isTaken = (name: CommandName, keys: string): boolean => commandNames.some((other) => other !== name && table[other] === keys && meet(name, other));
  for (const name of commandNames) {
    const choice = changed.find(({ action }) => action === name);
    if (choice === undefined || isTaken(name, choice.keys)) continue;
    if (choice.keys === '' || refusalOf(choice.keys, commandOf(name), mac) === undefined) table[name] = choice.keys;
  }
  for (const name of commandNames) table[name] ??= isTaken(name, commandOf(name).keys) ? '' : commandOf(name).keys;
  return table as Record<CommandName, string>; // every name was visited
}

/** The settings with one command called otherwise; undefined: as usual. */
export function withKeys(changed: Shortcuts, name: CommandName, keys: string | undefined): Shortcuts {
  const others = changed.filter(({ action }) => action !== name);
  return keys === undefined || keys === commandOf(name).keys ? others : [...others, { action: name, keys }];
}
