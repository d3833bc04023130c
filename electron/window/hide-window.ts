/** The part of a window that is used. */
export interface HideSide {
  isFullScreen(): boolean;
  setFullScreen(flag: boolean): void;
  hide(): void;
  once(event: 'leave-full-screen', listener: () => void): unknown;
}

/** Hides a window. On macOS one that fills a screen of its own would leave that screen black: it comes back from there first, which takes a moment. */
export function hideWindow(window: HideSide, platform: NodeJS.Platform): void {
  if (platform !== 'darwin' || !window.isFullScreen()) return window.hide();
  window.once('leave-full-screen', () => window.hide());
  window.setFullScreen(false);
}
