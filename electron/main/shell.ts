import { join } from 'node:path';
import { app, type BrowserWindow, Menu, nativeImage, nativeTheme, powerMonitor, screen, systemPreferences } from 'electron';
import type { Handlers } from '../../shared/contract/contract';
import type { Settings } from '../../shared/model/settings';
import type { Logger } from '../engine/ports';
import { openWindowDoor } from '../ipc/window-door';
import { systemClock } from '../platform/clock';
import { describeError } from '../platform/describe-error';
import type { ElectronPreferences } from '../platform/electron-preferences';
import type { CameraUse } from '../security/camera-use';
import type { App } from '../services/app';
import { groundColour, themeSourceOf, windowTitle } from '../window/appearance';
import { withCamera } from '../window/camera-effects';
import { contextMenuTemplate } from '../window/context-menu';
import { createWindow } from '../window/create-window';
import { watchLockTriggers } from '../window/lock-triggers';
import { menuTemplate } from '../window/menu';
import { rememberPlace } from '../window/remember-place';
import { withSettingsEffects } from '../window/settings-effects';
import { placeWindow } from '../window/window-place';

export interface ShellParts {
  readonly running: App;
  readonly camera: CameraUse;
  readonly preferences: ElectronPreferences;
  /** False while the profile is not this process's to write to. */
  readonly ownsProfile: () => boolean;
  readonly logger: Logger;
  readonly trial: boolean;
  readonly developerTools: boolean;
  /** Folder of the bundles: main.cjs, preload.cjs. */
  readonly bundles: string;
}

export interface Shell {
  /** Shows the window, making it if there is none. */
  present(): void;
  close(): void;
}

/** Milliseconds between two attempts to bring a crashed page back. */
const revival = 10_000;

/** The desktop around the services: one window, the call door, menus, and what locks by itself. */
export function openShell({ running, camera, preferences, ownsProfile, logger, trial, developerTools, bundles }: ShellParts): Shell {
  const report = (call: string, error: unknown): void => logger.error('call.failed', { call, ...describeError(error) });
  let window: BrowserWindow | undefined;

  const ground = (): string => groundColour(preferences.get().settings.theme, nativeTheme.shouldUseDarkColors);
  const apply = (settings: Settings): void => {
    nativeTheme.themeSource = themeSourceOf(settings.theme);
    window?.setContentProtection(settings.contentProtection);
    window?.setBackgroundColor(ground());
  };
  const lock = (): void => void lockNow(running.handlers).catch((error: unknown) => report('vault.lock', error));

  const door = openWindowDoor({
    handlers: withCamera(withSettingsEffects(running.handlers, apply), camera, mayUseCamera),
    monotonic: () => systemClock.monotonic(),
    report,
    refused: (reason) => logger.warn('call.refused', { reason }),
  });
  const silence = running.onEvent((event) => {
    // However it was locked, the dialog is gone.
    if (event.type === 'vault.changed') camera.end();
    door.tell(event);
  });
  const unwatch = watchLockTriggers({
    power: powerMonitor,
    lockAfterMinutes: () => preferences.get().settings.lockAfterMinutes,
    lock,
    setTimer: (milliseconds, run) => systemClock.setTimer(milliseconds, run),
  });
  // Sooner than the watch on the clocks notices it.
  const woke = (): void => running.networkChanged('wake');
  powerMonitor.on('resume', woke);
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate({ lock }, process.platform, developerTools)));
  apply(preferences.get().settings);
  nativeTheme.on('updated', () => window?.setBackgroundColor(ground()));

  const open = (): BrowserWindow => {
    const icon = nativeImage.createFromPath(join(app.getAppPath(), 'assets', 'icon.png'));
    const made = createWindow({
      place: placeWindow(preferences.windowPlace(), [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(({ workArea }) => workArea)),
      title: windowTitle(trial),
      ground: ground(),
      preload: join(bundles, 'preload.cjs'),
      ...(icon.isEmpty() ? {} : { icon }),
      developerTools,
      contentProtection: preferences.get().settings.contentProtection,
    });
    const { webContents } = made;
    const pageId = webContents.id;
    door.admit(webContents);
    rememberPlace(made, (place) => {
      if (ownsProfile()) preferences.setWindowPlace(place);
    });
    // A page that begins anew has no dialog open.
    webContents.on('did-start-navigation', () => camera.end());
    webContents.on('context-menu', (_event, click) => {
      const items = contextMenuTemplate(click);
      if (items.length > 0) Menu.buildFromTemplate(items).popup({ window: made });
    });
    let revivedAt = Number.NEGATIVE_INFINITY;
    webContents.on('render-process-gone', (_event, { reason }) => {
      camera.end();
      if (reason === 'clean-exit') return;
      logger.error('page.gone', { reason });
      if (systemClock.monotonic() - revivedAt < revival) return;
      revivedAt = systemClock.monotonic();
      // Not within the event: the dead process is still being cleared away.
      systemClock.setTimer(200, () => {
        if (!made.isDestroyed()) webContents.reload();
      });
    });
    made.on('closed', () => {
      camera.end();
      door.dismiss(pageId);
      window = undefined;
    });
    return made;
  };

  return {
    present() {
      window ??= open();
      if (window.isMinimized()) window.restore();
      // A window that has not drawn yet shows itself when it has.
      if (window.isVisible()) window.focus();
    },
    close() {
      unwatch();
      powerMonitor.off('resume', woke);
      silence();
      door.close();
    },
  };
}

/** macOS asks its user once, and remembers. */
async function mayUseCamera(): Promise<boolean> {
  return process.platform !== 'darwin' || systemPreferences.askForMediaAccess('camera');
}

async function lockNow(handlers: Handlers): Promise<void> {
  await handlers.vault.lock(undefined);
}
