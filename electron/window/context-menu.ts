import type { ContextMenuParams, MenuItemConstructorOptions } from 'electron';

/** The part of a right click that decides what is offered. */
export type Click = Pick<ContextMenuParams, 'isEditable' | 'selectionText' | 'editFlags'>;

/** What is offered for a misspelled word. */
export interface Misspelling {
  /** The likeliest first. */
  readonly suggestions: readonly string[];
  readonly none: string;
  readonly replace: (word: string) => void;
}

/** Cut, copy and paste where there is text to work on, with better spellings above them; nothing anywhere else. */
export function contextMenuTemplate({ isEditable, selectionText, editFlags }: Click, misspelling?: Misspelling): MenuItemConstructorOptions[] {
  if (isEditable) {
    return [
      ...(misspelling === undefined ? [] : better(misspelling)),
      { role: 'cut', enabled: editFlags.canCut },
      { role: 'copy', enabled: editFlags.canCopy },
      { role: 'paste', enabled: editFlags.canPaste },
      { type: 'separator' },
      { role: 'selectAll', enabled: editFlags.canSelectAll },
    ];
  }
  return selectionText.trim() === '' ? [] : [{ role: 'copy', enabled: editFlags.canCopy }];
}

function better({ suggestions, none, replace }: Misspelling): MenuItemConstructorOptions[] {
  const words: MenuItemConstructorOptions[] = suggestions.map((word) => ({ label: word, click: () => replace(word) }));
  return [...(words.length === 0 ? [{ label: none, enabled: false }] : words), { type: 'separator' }];
}
