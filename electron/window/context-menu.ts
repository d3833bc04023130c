import type { ContextMenuParams, MenuItemConstructorOptions } from 'electron';

/** The part of a right click that decides what is offered. */
export type Click = Pick<ContextMenuParams, 'isEditable' | 'selectionText' | 'editFlags'>;

/** Cut, copy and paste where there is text to work on; nothing anywhere else. */
export function contextMenuTemplate({ isEditable, selectionText, editFlags }: Click): MenuItemConstructorOptions[] {
  if (isEditable) {
    return [
      { role: 'cut', enabled: editFlags.canCut },
      { role: 'copy', enabled: editFlags.canCopy },
      { role: 'paste', enabled: editFlags.canPaste },
      { type: 'separator' },
      { role: 'selectAll', enabled: editFlags.canSelectAll },
    ];
  }
  return selectionText.trim() === '' ? [] : [{ role: 'copy', enabled: editFlags.canCopy }];
}
