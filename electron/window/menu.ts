import type { MenuItemConstructorOptions } from 'electron';
import type { DesktopWords } from './desktop-words';

export interface MenuActions {
  readonly lock: () => void;
  /** What locks by keyboard, in Electron's words; undefined: nothing. */
  readonly lockKeys: string | undefined;
  readonly help: () => void;
  readonly helpKeys: string | undefined;
}

/**
 * The application menu: what a text window needs, a way to lock and the help. No reloading, and developer tools only while the app is not packaged.
 */
export function menuTemplate(actions: MenuActions, words: DesktopWords, platform: NodeJS.Platform, developerTools: boolean): MenuItemConstructorOptions[] {
  const { menus } = words;
  const mac = platform === 'darwin';
  const lock: MenuItemConstructorOptions = { id: 'lock', label: words.lock, ...(actions.lockKeys !== undefined && { accelerator: actions.lockKeys }), click: () => actions.lock() };
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const item = (role: 'about' | 'hide' | 'hideOthers' | 'undo' | 'redo' | 'cut' | 'copy' | 'paste' | 'selectAll' | 'resetZoom' | 'zoomIn' | 'zoomOut' | 'togglefullscreen' | 'toggleDevTools' | 'minimize' | 'close'): MenuItemConstructorOptions => ({
    role,
    label: menus[role],
  });
  const quit: MenuItemConstructorOptions = { role: 'quit', label: words.quit };
  return [
    mac
      ? { label: 'Keyshift', submenu: [item('about'), separator, lock, separator, item('hide'), item('hideOthers'), separator, quit] }
      : { label: menus.file, submenu: [lock, separator, quit] },
    { label: menus.edit, submenu: [item('undo'), item('redo'), separator, item('cut'), item('copy'), item('paste'), item('selectAll')] },
    {
      label: menus.view,
      // On many keyboards the plus needs Shift, and nobody presses that: the key without it does the same, and is not shown twice.
      submenu: [item('resetZoom'), item('zoomIn'), { ...item('zoomIn'), accelerator: 'CommandOrControl+=', visible: false }, item('zoomOut'), separator, item('togglefullscreen'), ...(developerTools ? [separator, item('toggleDevTools')] : [])],
    },
    { label: menus.window, submenu: [item('minimize'), item('close')] },
    { label: menus.help, submenu: [{ id: 'help', label: menus.guide, ...(actions.helpKeys !== undefined && { accelerator: actions.helpKeys }), click: () => actions.help() }] },
  ];
}
