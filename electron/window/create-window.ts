import { BrowserWindow, type NativeImage } from 'electron';
import { appPage } from '../security/origin';
import { pagePartition } from '../security/network-silence';
import { webPreferences } from '../security/web-preferences';
import { smallestWindow, type WindowPlace } from './window-place';

export interface WindowOptions {
  readonly place: WindowPlace;
  readonly title: string;
  readonly ground: string;
  /** Absolute path of the bundled preload. */
  readonly preload: string;
  readonly icon?: NativeImage;
  readonly developerTools: boolean;
  readonly contentProtection: boolean;
}

/** The only place that makes a window. It is shown when the page has drawn, and keeps its title whatever the page says. */
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
    ...(options.icon === undefined ? {} : { icon: options.icon }),
    webPreferences: { ...webPreferences, devTools: options.developerTools, partition: pagePartition, preload: options.preload },
  });
  window.setContentProtection(options.contentProtection);
  window.on('page-title-updated', (event) => event.preventDefault());
  window.once('ready-to-show', () => {
    if (place.maximized) window.maximize();
    window.show();
  });
  void window.loadURL(appPage);
  return window;
}
