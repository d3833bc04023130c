/** What of a window is used. */
export interface DrawingSide {
  once(event: 'ready-to-show', listener: () => void): unknown;
  readonly webContents: { once(event: 'did-finish-load', listener: () => void): unknown };
  isDestroyed(): boolean;
}

/** Milliseconds a page that has everything gets to draw before it counts as drawn. */
export const drawingTime = 500;

/**
 * Calls once, when the page of a hidden window has drawn. On Linux also when it has everything and does not say so: below Wayland, where Electron runs by itself
 * since 38, many compositors give a window that is not shown no frame to draw, and whoever waited for the first one to show it waited for ever.
 */
export function whenDrawn(window: DrawingSide, platform: NodeJS.Platform, run: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const drawn = (): void => {
    clearTimeout(timer);
    if (isOver || window.isDestroyed()) return;
    isOver = true;
    run();
  };
  window.once('ready-to-show', drawn);
  if (platform !== 'linux') return;
  window.webContents.once('did-finish-load', () => {
    if (!isOver) timer = setTimeout(drawn, drawingTime);
  });
}
