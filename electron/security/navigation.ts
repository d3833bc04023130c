import type { App, WebContents } from 'electron';
import { isOwnPage } from './origin';

/** The part of a navigation event that decides. */
interface Navigation {
  readonly url: string;
  preventDefault(): void;
}

/** Hardening row 10: a window shows our document and never anything else. */
export function stayHome(details: Navigation): void {
  if (!isOwnPage(details.url)) details.preventDefault();
}

/** What every `webContents` gets the moment it exists, whoever made it. */
export function guardContents(contents: WebContents): void {
  contents.on('will-navigate', (details) => stayHome(details));
  contents.on('will-frame-navigate', (details) => stayHome(details));
  contents.on('will-redirect', (details) => stayHome(details));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  // Closing, and beginning anew with another profile, are not the page's to forbid.
  contents.on('will-prevent-unload', (event) => event.preventDefault());
  contents.on('select-bluetooth-device', (event, _devices, choose) => {
    event.preventDefault();
    choose('');
  });
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  // WebRTC passes neither the page's policy nor the request filter.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
}

export function guardNavigation(app: Pick<App, 'on'>): void {
  app.on('web-contents-created', (_event, contents) => guardContents(contents));
}
