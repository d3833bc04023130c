import { describe, expect, it, vi } from 'vitest';
import { desktopWords } from '../../../electron/window/desktop-words';
import { TrayIcon } from '../../../electron/window/tray';

const system = vi.hoisted(() => ({ hasTray: false, trays: 0, tip: '', menu: [] as { readonly id?: string; readonly enabled?: boolean }[] }));
const picture = { resize: () => picture, toBitmap: () => new Uint8Array(44 * 44 * 4), toPNG: () => new Uint8Array(), addRepresentation: () => undefined };

vi.mock('electron', () => ({
  Menu: { buildFromTemplate: (menu: typeof system.menu) => (system.menu = menu) },
  nativeImage: { createEmpty: () => picture, createFromBitmap: () => picture },
  Tray: class {
    constructor() {
      if (!system.hasTray) throw new Error('Failed to load image');
      system.trays += 1;
    }
    on(): void {}
    setToolTip(tip: string): void {
      system.tip = tip;
    }
    setContextMenu(): void {}
    setImage(): void {}
    destroy(): void {
      system.trays -= 1;
    }
  },
}));

describe('the icon beside the clock', () => {
  it('that cannot be made ends neither a start nor a change of settings, keeps no window from ending the app, and comes once it can be', () => {
    const failures: unknown[] = [];
    const tray = new TrayIcon({ icon: () => picture as never, platform: 'linux', words: () => desktopWords('en', 'en'), show: () => undefined, lock: () => undefined, quit: () => undefined, failed: (error) => failures.push(error) });
    tray.set(true);
    expect(failures).toEqual([new Error('Failed to load image')]);
    expect(tray.isThere).toBe(false);
    tray.setCount(3);
    tray.set(false);
    system.hasTray = true;
    tray.set(true);
    tray.set(true);
    expect([tray.isThere, system.trays, failures.length]).toEqual([true, 1, 1]);
    tray.set(false);
    expect([tray.isThere, system.trays]).toEqual([false, 0]);
  });

  it('says that it is locked, which without a window nobody would know, and offers to lock only what is open', () => {
    system.hasTray = true;
    const tray = new TrayIcon({ icon: () => picture as never, platform: 'linux', words: () => desktopWords('de', 'de'), show: () => undefined, lock: () => undefined, quit: () => undefined, failed: () => undefined });
    const said = () => [system.tip, system.menu.find(({ id }) => id === 'lock')?.enabled];
    tray.set(true);
    expect(said()).toEqual(['Keyshift: gesperrt', false]);
    tray.setOpen(true);
    expect(said()).toEqual(['Keyshift', true]);
    tray.setCount(2);
    expect(said()).toEqual(['Keyshift: 2 ungelesen', true]);
    tray.setOpen(false);
    expect(said()).toEqual(['Keyshift: gesperrt', false]);
    tray.set(false);
  });
});
