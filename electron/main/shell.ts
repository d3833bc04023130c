import { join } from 'node:path';
import { app, type BrowserWindow, type ContextMenuParams, Menu, type NativeImage, nativeImage, nativeTheme, powerMonitor, screen, shell, systemPreferences } from 'electron';
import type { Handlers } from '../../shared/contract/contract';
import type { Settings } from '../../shared/model/settings';
import type { Logger } from '../engine/ports';
import { openWindowDoor } from '../ipc/window-door';
import { systemClock } from '../platform/clock';
import { describeError } from '../platform/describe-error';
import { Spelling } from '../platform/spelling';
import { LinkInbox } from '../security/app-links';
import type { CameraUse } from '../security/camera-use';
import type { PathChooser } from '../services/ports';
import { acceleratorOf } from '../window/accelerator';
import { groundColour, themeSourceOf, windowTitle } from '../window/appearance';
import { withCamera } from '../window/camera-effects';
import { contextMenuTemplate } from '../window/context-menu';
import { createWindow } from '../window/create-window';
import type { DesktopWords } from '../window/desktop-words';
import { hideWindow } from '../window/hide-window';
import { watchLockTriggers } from '../window/lock-triggers';
import { menuTemplate } from '../window/menu';
import { rememberPlace } from '../window/remember-place';
import { withSettingsEffects } from '../window/settings-effects';
import { whenDrawn } from '../window/when-drawn';
import { placeWindow } from '../window/window-place';
import { Desktop } from './desktop';
import { type DesktopFiles, forgetFiles, takeFiles, withFiles } from './desktop-files';
import type { ProfileHost } from './profile-host';
import { WindowUpdates } from './window-updates';

export interface ShellParts {
  readonly running: ProfileHost;
  readonly files: DesktopFiles;
  readonly camera: CameraUse;
  readonly chooser: PathChooser;
  readonly logger: Logger;
  readonly trial: boolean;
  readonly developerTools: boolean;
  /** What stood behind the program's name at the start. */
  readonly words: readonly string[];
  /** Folder of the bundles: main.cjs, preload.cjs. */
  readonly bundles: string;
}

export interface Shell {
  /** At the start: the window, hidden where that was chosen and the icon beside the clock can bring it. `args`: of the start. */
  begin(args: readonly string[]): void;
  /** Shows the window, making it if there is none. */
  present(): void;
  /** Started once more, with these arguments, or asked by the system to open a link. */
  called(args: readonly string[]): void;
  close(): void;
}

/** Milliseconds from a window until it has its icon, in which its page begins. */
const iconAfter = 1_000;
/** Milliseconds between two attempts to bring a crashed page back. */
const revival = 10_000;

/** The desktop around the services: one window, the call door, menus, and what locks by itself. */
export function openShell({ running, files, camera, chooser, logger, trial, developerTools, words, bundles }: ShellParts): Shell {
  const report = (call: string, error: unknown): void => logger.error('call.failed', { call, ...describeError(error) });
  const settings = (): Settings => running.preferences.get().settings;
  let readIcon: NativeImage | undefined;
  const icon = (): NativeImage => (readIcon ??= nativeImage.createFromPath(join(app.getAppPath(), 'assets', 'icon.png')));
  const links = new LinkInbox(() => running.profileId);
  const spelling = new Spelling(join(bundles, 'spelling.worker.cjs'), () => logger.error('spelling.failed'));
  let window: BrowserWindow | undefined;
  let drawn = false;
  /** Somebody asked for the window since it was made. */
  let wanted = false;
  /** Something was seen: there is a menu from then on. */
  let seen = false;
  let quitting = false;
  /** When something was typed, pressed or moved in the window. */
  let touchedAt = systemClock.monotonic();

  const ground = (): string => groundColour(settings(), { dark: nativeTheme.shouldUseDarkColors, highContrast: nativeTheme.shouldUseHighContrastColors });
  const apply = (now: Settings): void => {
    nativeTheme.themeSource = themeSourceOf(now);
    window?.setContentProtection(now.contentProtection);
    window?.setBackgroundColor(ground());
    desktop.apply(now);
    if (seen) drawMenu(now);
  };
  let drawnMenu: readonly (DesktopWords | string | undefined)[] = [];
  /** In the language of the window and with the keys for what it calls; made anew where either has changed: entries cannot be. */
  const drawMenu = ({ shortcuts }: Settings): void => {
    const words = desktop.words();
    const lockKeys = acceleratorOf('lock', shortcuts, process.platform);
    const helpKeys = acceleratorOf('help', shortcuts, process.platform);
    const now = [words, lockKeys, helpKeys];
    if (now.every((each, at) => each === drawnMenu[at])) return;
    drawnMenu = now;
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate({ lock, lockKeys, help, helpKeys }, words, process.platform, developerTools)));
  };
  const help = (): void => {
    present();
    door.tell({ type: 'desktop.help' });
  };
  const lock = (): void => void lockNow(running.handlers).catch((error: unknown) => report('vault.lock', error));

  const present = (): void => {
    window ??= open(false);
    wanted = true;
    if (window.isMinimized()) window.restore();
    // A window that has not drawn yet shows itself when it has.
    if (drawn && !window.isVisible()) window.show();
    if (window.isVisible()) window.focus();
  };
  const desktop = new Desktop({
    handlers: running.handlers,
    settings,
    putAside: () => running.preferences.putAside,
    spelling,
    links,
    icon,
    window: () => window,
    present,
    lock,
    quit: () => app.quit(),
    tell: (event) => door.tell(event),
    failed: (event, error) => logger.error(event, describeError(error)),
    title: windowTitle(trial),
  });
  const changed = (now: Settings): void => {
    apply(now);
    door.tell({ type: 'settings.changed' });
  };
  const updates = new WindowUpdates(
    { folder: app.getPath('userData'), trial, words, settings, chooser, show: (path) => shell.showItemInFolder(path), changed: () => door.tell({ type: 'updates.changed' }), failed: (error) => logger.error('updates.failed', describeError(error)) },
    systemClock,
  );
  const door = openWindowDoor({
    handlers: { ...withFiles(withCamera(withSettingsEffects(desktop.handlers, changed), camera, mayUseCamera), files, (path) => shell.showItemInFolder(path)), updates: updates.handlers },
    takeFiles: (items) => takeFiles(files, items, (error) => report('files.take', error)),
    monotonic: () => systemClock.monotonic(),
    report,
    refused: (reason) => logger.warn('call.refused', { reason }),
  });
  const silence = running.onEvent((event) => {
    // However it was locked, the dialog is gone.
    if (event.type === 'vault.changed') {
      camera.end();
      void forgetFiles(files);
    }
    if (event.type === 'profiles.changed') links.keepOnly(running.profileIds);
    door.tell(event);
    desktop.hear(event);
  });
  // Not when the next one is there: it may be open by then.
  running.onLeft(() => {
    desktop.forget();
    void forgetFiles(files);
  });
  running.onRemoval((profileId) => links.forget(profileId));
  running.onSwitched(() => {
    void forgetFiles(files);
    apply(settings());
    // After the answer to whoever asked for it: then the page begins anew, with nothing of the former profile in it.
    systemClock.setTimer(0, () => window?.webContents.reload());
  });
  const unwatch = watchLockTriggers({
    platform: process.platform,
    power: powerMonitor,
    // Only there the system may not know; what it knows goes before this.
    untouched: () => (process.platform === 'linux' ? systemClock.monotonic() - touchedAt : 0),
    lockOnSleep: () => settings().lockOnSleep,
    lockAfterMinutes: () => settings().lockAfterMinutes,
    lock,
    now: () => systemClock.now(),
    setTimer: (milliseconds, run) => systemClock.setTimer(milliseconds, run),
  });
  // Sooner than the watch on the clocks notices it.
  const woke = (): void => running.networkChanged('wake');
  powerMonitor.on('resume', woke);
  app.on('before-quit', () => (quitting = true));
  apply(settings());
  nativeTheme.on('updated', () => window?.setBackgroundColor(ground()));

  const showMenu = async (made: BrowserWindow, click: ContextMenuParams): Promise<void> => {
    const { misspelledWord: word } = click;
    const { spelling: language } = settings();
    const misspelling =
      word === '' || language === 'off'
        ? undefined
        : {
            suggestions: await spelling.suggestions(language, word),
            none: desktop.words().noSuggestion,
            replace: (better: string) => made.webContents.replaceMisspelling(better),
            add: added(desktop.ownWords.adding(word), () => made.webContents.replaceMisspelling(word)),
          };
    const items = contextMenuTemplate(click, desktop.words().menus, misspelling);
    if (items.length > 0 && !made.isDestroyed()) Menu.buildFromTemplate(items).popup({ window: made });
  };

  const open = (hidden: boolean): BrowserWindow => {
    const made = createWindow({
      place: placeWindow(running.preferences.windowPlace(), [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map(({ workArea }) => workArea)),
      title: windowTitle(trial),
      ground: ground(),
      preload: join(bundles, 'preload.cjs'),
      developerTools,
      contentProtection: settings().contentProtection,
      hidden: () => hidden && !wanted,
    });
    const { webContents } = made;
    const pageId = webContents.id;
    drawn = false;
    wanted = false;
    whenDrawn(made, process.platform, () => {
      drawn = true;
      if (seen) return;
      // Electron sorts its entries for some 10 ms, for which the first page would wait.
      seen = true;
      drawMenu(settings());
    });
    // To read it and hand it over takes 9 ms, for which the page would wait. macOS takes the bundle's and knows no such call.
    if (process.platform !== 'darwin') systemClock.setTimer(iconAfter, () => !made.isDestroyed() && !icon().isEmpty() && made.setIcon(icon()));
    door.admit(webContents);
    desktop.windowShown(made);
    rememberPlace(made, (place) => {
      // False while the profile is not this process's to write to.
      if (running.started) running.preferences.setWindowPlace(place);
    });
    // A page that begins anew has no dialog open.
    webContents.on('did-start-navigation', () => camera.end());
    webContents.on('input-event', () => (touchedAt = systemClock.monotonic()));
    webContents.on('context-menu', (_event, click) => void showMenu(made, click));
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
    made.on('close', (event) => {
      if (quitting || !desktop.stays) return;
      // Beside the clock it goes on.
      event.preventDefault();
      hideWindow(made, process.platform);
    });
    made.on('closed', () => {
      camera.end();
      door.dismiss(pageId);
      window = undefined;
    });
    return made;
  };

  const take = (args: readonly string[]): boolean => {
    const came = links.put(args);
    if (came) door.tell({ type: 'desktop.link' });
    return came;
  };
  return {
    begin(args) {
      const came = take(args);
      // Whoever opens a link wants to see what becomes of it.
      if (settings().startHidden && desktop.stays && !came) window = open(true);
      else present();
    },
    present,
    called(args) {
      take(args);
      present();
    },
    close() {
      unwatch();
      powerMonitor.off('resume', woke);
      silence();
      void updates.close();
      desktop.close();
      door.close();
    },
  };
}

/** Afterwards the word is put in its own place: so it is looked at once more. */
function added(add: (() => Promise<void>) | undefined, lookAgain: () => void): (() => void) | undefined {
  return add && (() => void add().then(lookAgain));
}

/** macOS asks its user once, and remembers. */
async function mayUseCamera(): Promise<boolean> {
  return process.platform !== 'darwin' || systemPreferences.askForMediaAccess('camera');
}

async function lockNow(handlers: Handlers): Promise<void> {
  await handlers.vault.lock(undefined);
}
