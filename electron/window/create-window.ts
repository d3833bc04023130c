import { BrowserWindow, type Session } from 'electron';
import { appPage, isOwnPage } from '../security/origin';
import { pagePartition } from '../security/network-silence';
import { webPreferences } from '../security/web-preferences';
import { whenDrawn } from './when-drawn';
import { smallestWindow, type WindowPlace } from './window-place';

/** This file is the only place that makes windows. */
export interface WindowOptions {
  readonly place: WindowPlace;
  readonly title: string;
  readonly ground: string;
  /** Absolute path of the bundled preload. */
  readonly preload: string;
  readonly developerTools: boolean;
  readonly contentProtection: boolean;
  /** Whether it stays hidden until it is asked for. Asked when the page has drawn: somebody may have come for it by then. */
  readonly hidden: () => boolean;
}

/** The window of the app. It is shown when the page has drawn, and keeps its title whatever the page says. */
export function createWindow(options: WindowOptions): BrowserWindow {
  const { place } = options;
  const window = new BrowserWindow({
    x: place.x,
    y: place.y,
    width: place.width,
    height: place.height,
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    show: false,
    title: options.title,
    backgroundColor: options.ground,
    autoHideMenuBar: true,
    webPreferences: { ...webPreferences, devTools: options.developerTools, partition: pagePartition, preload: options.preload },
  });
  window.setContentProtection(options.contentProtection);
  window.on('page-title-updated', (event) => event.preventDefault());
  whenDrawn(window, process.platform, () => {
    if (options.hidden()) {
      // To maximise a hidden window shows it.
      if (place.maximized) window.once('show', () => window.maximize());
      return;
    }
    if (place.maximized) window.maximize();
    window.show();
  });
  // To an empty document Chromium lets a page go without asking: nothing answers it there, and it comes home.
  window.webContents.on('did-navigate', (_event, url) => {
    if (!isOwnPage(url) && !window.isDestroyed()) void window.loadURL(appPage);
  });
  void window.loadURL(appPage);
  return window;
}

/** A window nobody sees, to print from: no preload, no script, never in a picture of the screen. */
export function createPrintWindow(session: Session): BrowserWindow {
  const window = new BrowserWindow({ show: false, webPreferences: { ...webPreferences, javascript: false, devTools: false, session } });
  window.setContentProtection(true);
  return window;
}
