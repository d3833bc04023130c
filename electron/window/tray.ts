import { Menu, type NativeImage, nativeImage, Tray } from 'electron';
import { drawCount } from './counted-icon';
import type { DesktopWords } from './desktop-words';

export interface TrayParts {
  readonly icon: () => NativeImage;
  readonly platform: NodeJS.Platform;
  readonly words: () => DesktopWords;
  readonly show: () => void;
  readonly lock: () => void;
  readonly quit: () => void;
  /** There can be none, for instance without an icon to draw: everything else goes on. */
  readonly failed: (error: unknown) => void;
}

/** Pixels a side: what most desktops show, and twice of it. */
const sizes = [22, 44] as const;

/** The icon beside the clock, with the number of unread messages on it and nothing else about them; and whether it is locked. */
export class TrayIcon {
  readonly #parts: TrayParts;
  #tray: Tray | undefined;
  #count = 0;
  #open = false;

  constructor(parts: TrayParts) {
    this.#parts = parts;
  }

  /** Whether the window may go and the app stay. */
  get isThere(): boolean {
    return this.#tray !== undefined;
  }

  set(on: boolean): void {
    if (!on) {
      this.#tray?.destroy();
      this.#tray = undefined;
      return;
    }
    try {
      this.#tray ??= this.#made();
      this.#say();
    } catch (error) {
      this.#parts.failed(error);
    }
  }

  #made(): Tray {
    const tray = new Tray(this.#image());
    // Where the desktop tells of clicks at all.
    tray.on('click', () => this.#parts.show());
    return tray;
  }

  setCount(count: number): void {
    if (count === this.#count) return;
    this.#count = count;
    this.#tray?.setImage(this.#image());
    this.#say();
  }

  /** Whether there is a vault that can be locked. Without a window nothing else would say that nothing comes in: a start at login waits for the passphrase. */
  setOpen(open: boolean): void {
    if (open === this.#open) return;
    this.#open = open;
    this.#say();
  }

  #say(): void {
    const { words, show, lock, quit } = this.#parts;
    const said = words();
    this.#tray?.setToolTip(!this.#open ? said.locked : this.#count === 0 ? 'Keyshift' : said.unread(this.#count));
    this.#tray?.setContextMenu(
      Menu.buildFromTemplate([
        { id: 'show', label: said.show, click: () => show() },
        { id: 'lock', label: said.lock, enabled: this.#open, click: () => lock() },
        { type: 'separator' },
        { id: 'quit', label: said.quit, click: () => quit() },
      ]),
    );
  }

  #image(): NativeImage {
    const image = nativeImage.createEmpty();
    for (const size of sizes) {
      const scaled = this.#parts.icon().resize({ width: size, height: size, quality: 'best' });
      const buffer = drawCount(Buffer.from(scaled.toBitmap()), size, this.#count);
      image.addRepresentation({ scaleFactor: size / sizes[0], width: size, height: size, buffer: nativeImage.createFromBitmap(buffer, { width: size, height: size }).toPNG() });
    }
    return image;
  }
}
