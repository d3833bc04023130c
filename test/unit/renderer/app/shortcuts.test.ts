import { describe, expect, it } from 'vitest';
import { englishMenus, germanMenus } from '../../../../electron/window/menu-words';
import { calledBy, combinationOf, keysLabel, nthOf } from '../../../../renderer/app/shortcuts';
import { fixedKeys } from '../../../../renderer/app/fixed-keys';
import { german } from '../../../../renderer/i18n/german';
import { english, type TextId } from '../../../../renderer/i18n/messages';
import { neighbour } from '../../../../renderer/app/use-shortcuts';
import { listRows } from '../../../../renderer/features/conversations/rows';
import { commandNames, commandOf, keyTable, meet, refusalOf, withKeys, type CommandName } from '../../../../shared/model/shortcuts';
import { settings } from '../../../../shared/model/settings';
import { busyWorld } from '../../../preview/scenes';

type Held = Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> & { readonly code?: string };
const pressed = (key: string, held: Held = {}): KeyboardEvent => new KeyboardEvent('keydown', { key, ...held });
const usual = keyTable([], false);
const called = (key: string, held: Held = {}, mac = false): CommandName | undefined => calledBy(pressed(key, held), keyTable([], mac), 'anywhere', mac);

describe('shortcuts', () => {
  it.each([false, true])('on macOS %s: each usual combination calls one command, may call it, and fits the settings', (mac) => {
    for (const name of commandNames) {
      const { keys } = commandOf(name);
      expect(refusalOf(keys, commandOf(name), mac), name).toBeUndefined();
      expect(commandNames.filter((other) => meet(name, other) && commandOf(other).keys === keys), name).toEqual([name]);
      expect(settings.shape.shortcuts.safeParse([{ action: name, keys }]).success, name).toBe(true);
    }
    expect(Object.values(keyTable([], mac))).not.toContain('');
  });

  it('Ctrl elsewhere, Command on macOS', () => {
    expect(called('k', { ctrlKey: true })).toBe('switcher');
    expect(called('k', { metaKey: true }, true)).toBe('switcher');
    expect(called('k', { metaKey: true })).toBeUndefined();
    expect(called('k', { ctrlKey: true }, true)).toBeUndefined();
    expect(called('K', { ctrlKey: true, shiftKey: true })).toBe('keys');
    expect(called('F6')).toBe('nextPane');
    expect(called('F6', { shiftKey: true })).toBe('previousPane');
  });

  it('keyboards of other countries: a sign counts however it is made, a letter of another script by its place, AltGr writes', () => {
    expect(called('/', { ctrlKey: true, shiftKey: true })).toBe('sheet'); // German
    expect(called('л', { ctrlKey: true, code: 'KeyK' })).toBe('switcher'); // Russian
    expect(combinationOf(pressed('ö', { ctrlKey: true, code: 'Semicolon' }), false)).toBe('Mod+Ö');
    expect(combinationOf(pressed('y', { ctrlKey: true, code: 'KeyZ' }), false)).toBe('Mod+Y'); // German
    const altGraph = pressed('q', { ctrlKey: true, altKey: true });
    Object.defineProperty(altGraph, 'getModifierState', { value: (key: string) => key === 'AltGraph' });
    expect(combinationOf(altGraph, false)).toBeUndefined();
    expect(combinationOf(pressed('Control', { ctrlKey: true }), false)).toBeUndefined();
    expect(nthOf(pressed('1', { ctrlKey: true, shiftKey: true }), false)).toBe(0); // French
  });

  it('no field loses a letter: what writes is heard outside of them only, and calls nothing that is not made for it', () => {
    for (const writing of ['input', 'textarea'] as const) {
      const field = document.body.appendChild(document.createElement(writing));
      for (const letter of 'abcdefghijklmnopqrstuvwxyzäß0123456789,/?+ ') {
        for (const shiftKey of [false, true]) {
          const event = new KeyboardEvent('keydown', { key: letter, shiftKey, bubbles: true });
          field.dispatchEvent(event);
          for (const scope of ['anywhere', 'messages', 'settings'] as const) expect(calledBy(event, usual, scope, false), letter).toBeUndefined();
          expect(nthOf(event, false)).toBeUndefined();
        }
      }
      field.remove();
    }
    for (const name of commandNames.filter((one) => commandOf(one).bare !== true)) {
      expect([refusalOf('K', commandOf(name), false), refusalOf('Shift+K', commandOf(name), false), refusalOf('Plus', commandOf(name), false)], name).toEqual(['writes', 'writes', 'writes']);
      // Option writes signs on macOS.
      expect(refusalOf('Alt+K', commandOf(name), true), name).toBe('writes');
    }
  });

  it('what belongs to somebody else is refused with the reason', () => {
    const refused = (keys: string, mac = false) => refusalOf(keys, commandOf('lock'), mac);
    const reasons = { 'Mod+C': 'edits', 'Mod+Shift+Z': 'edits', 'Mod+ArrowLeft': 'edits', Tab: 'moves', Enter: 'moves', Escape: 'moves', 'Shift+F10': 'moves', 'Alt+F4': 'system', 'Mod+Tab': 'system', 'Alt+F': 'system', 'Alt+H': 'system', 'Mod+Alt+K': 'system', Dead: 'system', 'Mod+Q': 'menu', 'Mod+0': 'menu', 'Mod+Plus': 'menu', F11: 'menu', 'Mod+7': 'nth', nonsense: 'system', 'Mod+': 'system', k: 'system' };
    expect(Object.fromEntries(Object.keys(reasons).map((keys) => [keys, refused(keys)]))).toEqual(reasons);
    expect(['Mod+J', 'F2', 'Alt+J', 'Mod+Shift+F5', 'Mod+.'].map((keys) => refused(keys))).toEqual(Array.from({ length: 5 }));
    expect(refused('Mod+Alt+K', true)).toBeUndefined();
    // Nothing that is fixed can be chosen.
    for (const { keys, scope } of fixedKeys(true)) for (const each of keys) if (scope !== 'composer') expect(refusalOf(each, commandOf('reply'), false), each).toBeDefined();
  });

  it('no letter that opens a menu of the window can be chosen with Alt, whatever language the window has', () => {
    const letters = [englishMenus, germanMenus].flatMap((menus) => Object.values(menus).flatMap((words) => /&(\w)/.exec(words)?.[1]?.toUpperCase() ?? []));
    expect(letters).toHaveLength(10);
    for (const letter of letters) expect(refusalOf(`Alt+${letter}`, commandOf('lock'), false), letter).toBe('system');
  });

  it('what was chosen holds, takes its keys from what is usual, and counts for nothing where it cannot be', () => {
    const table = (shortcuts: Parameters<typeof keyTable>[0]) => keyTable(shortcuts, false);
    expect(table([{ action: 'lock', keys: 'Mod+K' }])).toMatchObject({ lock: 'Mod+K', switcher: '' });
    expect(table([{ action: 'lock', keys: '' }])).toMatchObject({ lock: '', switcher: 'Mod+K' });
    expect(table([{ action: 'lock', keys: 'L' }, { action: 'no-such', keys: 'Mod+J' }, { action: 'find', keys: 'Mod+C' }])).toEqual(usual);
    // Not both: the first command of the registry has it.
    expect(table([{ action: 'lock', keys: 'Mod+J' }, { action: 'switcher', keys: 'Mod+J' }])).toMatchObject({ switcher: 'Mod+J', lock: 'Mod+L' });
    // The settings have keys of their own, but for what locks.
    expect(usual).toMatchObject({ find: 'Mod+F', settingsFind: 'Mod+F' });
    expect(table([{ action: 'lock', keys: 'Mod+F' }])).toMatchObject({ lock: 'Mod+F', settingsFind: '', find: '' });
    expect(withKeys(withKeys([], 'lock', 'Mod+J'), 'lock', 'Mod+L')).toEqual([]);
    expect(withKeys([{ action: 'later', keys: 'F2' }], 'lock', '')).toEqual([{ action: 'later', keys: 'F2' }, { action: 'lock', keys: '' }]);
  });

  it('is said in the words of the keyboard', () => {
    const [inEnglish, inGerman] = [(id: TextId) => english[id], (id: TextId) => german[id] ?? ''];
    expect([keysLabel('Mod+Shift+K', inEnglish, false), keysLabel('Mod+Shift+K', inGerman, false), keysLabel('Mod+Alt+Shift+ArrowUp', inEnglish, true), keysLabel('Plus', inGerman, false)]).toEqual(['Ctrl+Shift+K', 'Strg+Umschalt+K', '⌥⇧⌘↑', '+']);
  });

  it('Ctrl+1 to Ctrl+9', () => {
    expect(nthOf(pressed('1', { ctrlKey: true }), false)).toBe(0);
    expect(nthOf(pressed('9', { ctrlKey: true }), false)).toBe(8);
    expect(nthOf(pressed('0', { ctrlKey: true }), false)).toBeUndefined();
    expect(nthOf(pressed('1'), false)).toBeUndefined();
  });

  it('the neighbour goes round, the unread one skips what is read', () => {
    const world = busyWorld(1_800_000_000_000);
    const rows = listRows(world.contacts, world.conversations);
    expect(rows.map((row) => row.contact.name)).toEqual(['Bo Lindqvist', 'نور الهدى', 'Carla Reyes', 'Dr. Ines Oyelaran', 'Tomasz']);
    expect(neighbour('next', rows, rows[0]?.key)).toBe(rows[1]);
    expect(neighbour('previous', rows, rows[0]?.key)).toBe(rows[4]);
    expect(neighbour('next', rows, undefined)).toBe(rows[0]);
    expect(neighbour('previous', rows, undefined)).toBe(rows[4]);
    expect(neighbour('nextUnread', rows, rows[2]?.key)).toBe(rows[1]);
    expect(neighbour('nextUnread', [], undefined)).toBeUndefined();
  });
});
