import type { ContextMenuParams, MenuItemConstructorOptions } from 'electron';
import type { MenuWords } from './menu-words';

/** The part of a right click that decides what is offered. */
export type Click = Pick<ContextMenuParams, 'isEditable' | 'selectionText' | 'editFlags'>;

/** What is offered for a misspelled word. */
export interface Misspelling {
  /** The likeliest first. */
  readonly suggestions: readonly string[];
  readonly none: string;
  readonly replace: (word: string) => void;
  /** The word is right from now on. Absent while the vault is closed: there is no dictionary of one's own. */
  readonly add?: (() => void) | undefined;
}

/** Undo, cut, copy and paste where there is text to work on, with better spellings above them; nothing anywhere else. */
export function contextMenuTemplate({ isEditable, selectionText, editFlags }: Click, words: MenuWords, misspelling?: Misspelling): MenuItemConstructorOptions[] {
  const copy: MenuItemConstructorOptions = { role: 'copy', label: words.copy, enabled: editFlags.canCopy };
  if (isEditable) {
    return [
      ...(misspelling === undefined ? [] : better(misspelling, words)),
      { role: 'undo', label: words.undo, enabled: editFlags.canUndo },
      { role: 'redo', label: words.redo, enabled: editFlags.canRedo },
      { type: 'separator' },
      { role: 'cut', label: words.cut, enabled: editFlags.canCut },
      copy,
      { role: 'paste', label: words.paste, enabled: editFlags.canPaste },
      { type: 'separator' },
      { role: 'selectAll', label: words.selectAll, enabled: editFlags.canSelectAll },
    ];
  }
  return selectionText.trim() === '' ? [] : [copy];
}

function better({ suggestions, none, replace, add }: Misspelling, words: MenuWords): MenuItemConstructorOptions[] {
  const found: MenuItemConstructorOptions[] = suggestions.map((word) => ({ label: shownAsItIs(word), click: () => replace(word) }));
  return [
    ...(found.length === 0 ? [{ label: none, enabled: false }] : found),
    ...(add === undefined ? [] : [{ label: words.addWord, click: () => add() }]),
    { type: 'separator' },
  ];
}

/** An ampersand in a label underlines the letter behind it. */
function shownAsItIs(label: string): string {
  return label.replaceAll('&', '&&');
}
