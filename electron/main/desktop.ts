import { homedir } from 'node:os';
import { app, type BrowserWindow, type NativeImage, nativeImage, Notification, shell } from 'electron';
import type { AppEvent, Handlers } from '../../shared/contract/contract';
import { KeyshiftError } from '../../shared/errors';
import type { Settings } from '../../shared/model/settings';
import { systemClock } from '../platform/clock';
import { toDiskError } from '../platform/disk-error';
import type { Spelling } from '../platform/spelling';
import type { LinkInbox } from '../security/app-links';
import { parseWebLink } from '../security/external-links';
import { drawCount } from '../window/counted-icon';
import { type DesktopWords, desktopWords } from '../window/desktop-words';
import { type LoginStart, loginStart } from '../window/login-start';
import { Notices } from '../window/notices';
import { TrayIcon } from '../window/tray';
import { whenDrawn } from '../window/when-drawn';
import { OwnWords } from './own-words';

export interface DesktopParts {
  readonly handlers: Handlers;
  readonly settings: () => Settings;
  /** The file of settings that could not be read. */
  readonly putAside: () => string | undefined;
  readonly spelling: Spelling;
  readonly links: LinkInbox;
  /** Read when it is asked for. */
  readonly icon: () => NativeImage;
  /** The window, while there is one. */
  readonly window: () => BrowserWindow | undefined;
  readonly present: () => void;
  readonly lock: () => void;
  readonly quit: () => void;
  /** Says something to the page. */
  readonly tell: (event: AppEvent) => void;
  readonly failed: (event: string, error: unknown) => void;
  readonly title: string;
}

/** Milliseconds between two links that are opened in the browser: a page gone wild opens one. */
const linkPause = 1000;

/** Milliseconds from the first picture until it is looked whether starting at login still finds the program. */
const mendAfter = 10_000;

/** What a desktop expects of an app that runs all day: notifications, the unread count, the icon beside the clock, starting at login, spelling. */
export class Desktop {
  readonly handlers: Handlers;
  readonly ownWords: OwnWords;
  readonly #parts: DesktopParts;
  readonly #notices: Notices;
  readonly #tray: TrayIcon;
  readonly #login: LoginStart;
  #looking: string | undefined;
  #unread = 0;
  #mended = false;
  #linkAt = Number.NEGATIVE_INFINITY;

  constructor(parts: DesktopParts) {
    this.#parts = parts;
    const { handlers } = parts;
    this.ownWords = new OwnWords(handlers.dictionary, (error) => parts.failed('dictionary.failed', error));
    this.#tray = new TrayIcon({ icon: parts.icon, platform: process.platform, words: () => this.words(), show: parts.present, lock: parts.lock, quit: parts.quit, failed: (error) => parts.failed('tray.failed', error) });
    this.#login = loginStart({ app, platform: process.platform, env: process.env, home: homedir(), command: ownCommand() });
    this.#notices = new Notices({
      conversations: async () => handlers.conversations.list(undefined),
      contacts: async () => handlers.contacts.list(undefined),
      settings: parts.settings,
      words: () => this.words(),
      now: () => systemClock.now(),
      setTimer: (milliseconds, run) => systemClock.setTimer(milliseconds, run),
      isLookedAt: (conversationId) => this.#looking === conversationId && parts.window()?.isFocused() === true,
      show: showNotice,
      clicked: ({ conversationId, messageId }) => {
        parts.present();
        if (conversationId !== undefined) parts.tell({ type: 'desktop.show', conversationId, ...(messageId !== undefined && { messageId }) });
      },
      unread: (count) => this.#count(count),
      failed: (error) => parts.failed('notices.failed', error),
    });
    this.handlers = {
      ...handlers,
      desktop: {
        ...handlers.desktop,
        openLink: async ({ url }) => {
          await this.#openLink(url);
          return null;
        },
        takeLink: (input) => parts.links.take(input?.only),
        keepLink: (taken) => {
          parts.links.giveBack(taken);
          // A page that is locked by now says that one waits.
          parts.tell({ type: 'desktop.link' });
          return null;
        },
        linkWaits: () => parts.links.waits,
        looking: ({ conversationId }) => {
          this.#looking = conversationId;
          if (conversationId !== undefined) this.#notices.lookedAt();
          return null;
        },
        putAside: () => {
          const path = parts.putAside();
          return path === undefined ? {} : { path };
        },
        misspelled: async ({ words }) => {
          const { spelling } = parts.settings();
          return spelling === 'off' ? [] : (await parts.spelling.misspelled(spelling, words)).filter((word) => !this.ownWords.knows(word));
        },
      },
      settings: {
        get: async (input) => this.#asSystem(await handlers.settings.get(input)),
        set: async (change) => {
          if (change.startAtLogin !== undefined && change.startAtLogin !== this.#login.isOn()) this.#setLogin(change.startAtLogin);
          return this.#asSystem(await handlers.settings.set(change));
        },
      },
    };
  }

  words(): DesktopWords {
    return desktopWords(this.#parts.settings().language, app.getLocale());
  }

  hear(event: AppEvent): void {
    if (event.type === 'vault.changed') this.#tray.setOpen(event.state === 'open');
    this.#notices.hear(event);
    this.ownWords.hear(event);
  }

  /** Whether closing the window leaves the app running. */
  get stays(): boolean {
    return this.#tray.isThere;
  }

  /** After a start or a change of settings. */
  apply(settings: Settings): void {
    this.#tray.set(settings.tray);
    this.#notices.settingsChanged();
    if (settings.spelling === 'off') this.#parts.spelling.close();
  }

  /** Another profile: nothing of the former one stays. */
  forget(): void {
    this.#looking = undefined;
    this.#tray.setOpen(false);
    this.#notices.forget();
    this.ownWords.forget();
  }

  /** A new window, or the person came to it. */
  windowShown(window: BrowserWindow): void {
    this.#mark(window);
    // When everything a start has to do is long done.
    if (!this.#mended) whenDrawn(window, process.platform, () => systemClock.setTimer(mendAfter, () => this.#mendLogin()));
    window.on('focus', () => this.#notices.lookedAt());
  }

  close(): void {
    this.forget();
    this.#tray.set(false);
    this.#parts.spelling.close();
  }

  #count(count: number): void {
    if (count === this.#unread) return;
    this.#unread = count;
    this.#tray.setCount(count);
    // The dock of macOS, launchers on Linux.
    app.setBadgeCount(count);
    const window = this.#parts.window();
    if (window !== undefined) this.#mark(window);
  }

  #mark(window: BrowserWindow): void {
    const count = this.#unread;
    window.setTitle(count === 0 ? this.#parts.title : `(${count}) ${this.#parts.title}`);
    if (process.platform !== 'win32') return;
    const overlay = count === 0 ? null : nativeImage.createFromBitmap(drawCount(Buffer.alloc(16 * 16 * 4), 16, count), { width: 16, height: 16 });
    window.setOverlayIcon(overlay, count === 0 ? '' : this.words().unread(count));
  }

  async #openLink(url: string): Promise<void> {
    const link = parseWebLink(url);
    const now = systemClock.monotonic();
    // The page has asked; a page that asks nobody gets no further than a window that is looked at, and not often.
    if (link === undefined || this.#parts.window()?.isFocused() !== true || now - this.#linkAt < linkPause) throw new KeyshiftError('link.unusable', 'Only web links are opened, one at a time, from the window in front.');
    this.#linkAt = now;
    await shell.openExternal(link);
  }

  #asSystem(settings: Settings): Settings {
    return { ...settings, startAtLogin: this.#login.isOn() };
  }

  #mendLogin(): void {
    if (this.#mended) return;
    this.#mended = true;
    try {
      this.#login.mend();
    } catch (error) {
      this.#parts.failed('login-start.not-mended', error);
    }
  }

  #setLogin(on: boolean): void {
    try {
      this.#login.set(on);
    } catch (error) {
      throw toDiskError(error);
    }
  }
}

function showNotice(content: { readonly title: string; readonly body: string }, clicked: () => void, gone: () => void): { close(): void } {
  if (!Notification.isSupported()) return { close: () => undefined };
  // The sound of a new message is the app's own, and a setting.
  const notice = new Notification({ ...content, silent: true });
  notice.on('click', clicked);
  notice.on('close', gone);
  notice.on('failed', gone);
  notice.show();
  return { close: () => notice.close() };
}

/** How this program was started, for the next login: the profile folder as well, where another than the usual one was named. */
function ownCommand(): string[] {
  const program = process.env['APPIMAGE'] ?? process.execPath;
  const folder = app.commandLine.getSwitchValue('user-data-dir');
  return [program, ...(app.isPackaged ? [] : [app.getAppPath()]), ...(folder === '' ? [] : [`--user-data-dir=${folder}`])];
}
