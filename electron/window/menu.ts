import type { MenuItemConstructorOptions } from 'electron';

export interface MenuActions {
  readonly lock: () => void;
}

/**
 * The application menu: what a text window needs and a way to lock. No reloading, and developer tools only while the app is not packaged.
 */
export function menuTemplate(actions: MenuActions, platform: NodeJS.Platform, developerTools: boolean): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  const lock: MenuItemConstructorOptions = { id: 'lock', label: 'Lock', accelerator: 'CmdOrCtrl+L', click: () => actions.lock() };
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  return [
    mac
      ? { label: 'Keyshift', submenu: [{ role: 'about' }, separator, lock, separator, { role: 'hide' }, { role: 'hideOthers' }, separator, { role: 'quit' }] }
      : { label: '&File', submenu: [lock, separator, { role: 'quit' }] },
    {
      label: '&Edit',
      submenu: [{ role: 'undo' }, { role: 'redo' }, separator, { role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }],
    },
    {
      label: '&View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        separator,
        { role: 'togglefullscreen' },
        ...(developerTools ? [separator, { role: 'toggleDevTools' } as const] : []),
      ],
    },
    { label: '&Window', submenu: [{ role: 'minimize' }, { role: 'close' }] },
  ];
}
