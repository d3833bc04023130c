import { describe, expect, it } from 'vitest';
import { nthOf, shortcutLabel, shortcutOf, shortcuts, type ShortcutName } from '../../../../renderer/app/shortcuts';
import { neighbour } from '../../../../renderer/app/use-shortcuts';
import { listRows } from '../../../../renderer/features/conversations/rows';
import { busyWorld } from '../../../preview/scenes';

const pressed = (key: string, held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe('shortcuts', () => {
  it('each combination means one thing', () => {
    const labels = Object.keys(shortcuts).map((name) => shortcutLabel(name as ShortcutName, false));
    expect(new Set(labels).size).toBe(labels.length);
  });

  it('Ctrl elsewhere, Command on macOS', () => {
    expect(shortcutOf(pressed('k', { ctrlKey: true }), false)).toBe('switcher');
    expect(shortcutOf(pressed('k', { metaKey: true }), true)).toBe('switcher');
    expect(shortcutOf(pressed('k', { metaKey: true }), false)).toBeUndefined();
    expect(shortcutOf(pressed('k', { ctrlKey: true }), true)).toBeUndefined();
    expect(shortcutOf(pressed('K', { ctrlKey: true, shiftKey: true }), false)).toBe('keys');
    expect(shortcutOf(pressed('F6'), false)).toBe('nextPane');
    expect(shortcutOf(pressed('F6', { shiftKey: true }), false)).toBe('previousPane');
  });

  it('a bare letter is never a shortcut', () => {
    for (const letter of 'abcdefghijklmnopqrstuvwxyz,/') {
      expect(shortcutOf(pressed(letter), false)).toBeUndefined();
      expect(shortcutOf(pressed(letter.toUpperCase(), { shiftKey: true }), false)).toBeUndefined();
    }
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
