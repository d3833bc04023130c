import type { BrowserWindow } from 'electron';
import type { WindowPlace } from './window-place';

/** Milliseconds of rest after which a moved or resized window is written down. */
const rest = 800;

/** Keeps the window's place. A place that cannot be saved is not worth a word. */
export function rememberPlace(window: BrowserWindow, save: (place: WindowPlace) => void): void {
  let timer: NodeJS.Timeout | undefined;
  // Before that it is not where it was yet: it may fill the screen only then.
  let wasSeen = false;
  window.once('show', () => (wasSeen = true));
  const saveNow = (): void => {
    clearTimeout(timer);
    if (!wasSeen || window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
    try {
      save({ ...window.getNormalBounds(), maximized: window.isMaximized() });
    } catch {
      // The next change tries again.
    }
  };
  const saveSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(saveNow, rest);
  };
  window.on('resize', saveSoon);
  window.on('move', saveSoon);
  window.on('maximize', saveSoon);
  window.on('unmaximize', saveSoon);
  window.on('close', saveNow);
}
