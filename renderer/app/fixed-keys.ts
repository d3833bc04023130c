import type { Scope } from '../../shared/model/shortcuts';

/** Keys that mean the same in every program, or follow another setting: shown on the sheet and not to be changed. */
export interface FixedKey {
  readonly id: 'nth' | 'escape' | 'move' | 'ends' | 'page' | 'extend' | 'messageDetails' | 'unfold' | 'selectOne' | 'menu' | 'send' | 'line' | 'editLast';
  readonly scope: Scope | 'composer';
  readonly keys: readonly string[];
  /** The last of a row of keys. */
  readonly until?: string;
}

export function fixedKeys(enterSends: boolean): readonly FixedKey[] {
  return [
    { id: 'nth', scope: 'anywhere', keys: ['Mod+1'], until: '9' },
    { id: 'escape', scope: 'anywhere', keys: ['Escape'] },
    { id: 'move', scope: 'messages', keys: ['ArrowUp', 'ArrowDown'] },
    { id: 'ends', scope: 'messages', keys: ['Home', 'End'] },
    { id: 'page', scope: 'messages', keys: ['PageUp', 'PageDown'] },
    { id: 'extend', scope: 'messages', keys: ['Shift+ArrowUp', 'Shift+ArrowDown'] },
    { id: 'selectOne', scope: 'messages', keys: ['Space'] },
    { id: 'messageDetails', scope: 'messages', keys: ['Enter'] },
    { id: 'unfold', scope: 'messages', keys: ['Space'] },
    { id: 'menu', scope: 'messages', keys: ['Shift+F10'] },
    { id: 'send', scope: 'composer', keys: [enterSends ? 'Enter' : 'Mod+Enter'] },
    { id: 'line', scope: 'composer', keys: [enterSends ? 'Shift+Enter' : 'Enter'] },
    { id: 'editLast', scope: 'composer', keys: ['ArrowUp'] },
  ];
}
