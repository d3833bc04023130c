import { describe, expect, it, vi } from 'vitest';
import { desktopWords } from '../../../electron/window/desktop-words';
import { TrayIcon } from '../../../electron/window/tray';

const system = vi.hoisted(() => ({ hasTray: false, trays: 0 }));
const picture = { resize: () => picture, toBitmap: () => new Uint8Array(44 * 44 * 4), toPNG: () => new Uint8Array(), addRepresentation: () => undefined };

vi.mock('electron', () => ({
  Menu: { buildFromTemplate: () => ({}) },
  nativeImage: { createEmpty: () => picture, createFromBitmap: () => picture },
  Tray: class {
    constructor() {
      if (!system.hasTray) throw new Error('Failed to load image');
      system.trays += 1;
    }
    on(): void {}
    setToolTip(): void {}
    setContextMenu(): void {}
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
});
