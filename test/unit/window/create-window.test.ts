import { EventEmitter } from 'node:events';
import type { Session } from 'electron';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { webPreferences } from '../../../electron/security/web-preferences';
import { rememberPlace } from '../../../electron/window/remember-place';
import { drawingTime, whenDrawn } from '../../../electron/window/when-drawn';

const made: FakeWindow[] = [];

/** What Electron is told of a window, in its order. */
class FakeWindow extends EventEmitter {
  readonly told: string[] = [];
  readonly webContents = new EventEmitter();

  constructor(readonly options: Record<string, unknown>) {
    super();
    made.push(this);
  }

  setContentProtection(on: boolean): void {
    this.told.push(`protected ${on}`);
  }

  loadURL(url: string): Promise<void> {
    this.told.push(`loads ${url}`);
    return Promise.resolve();
  }

  maximize(): void {
    this.told.push('maximized');
  }

  show(): void {
    this.told.push('shown');
  }

  isDestroyed(): boolean {
    return false;
  }
}

vi.mock('electron', () => ({ BrowserWindow: FakeWindow }));
const { createPrintWindow, createWindow } = await import('../../../electron/window/create-window');

const options = { place: { x: 1, y: 2, width: 900, height: 700, maximized: false }, title: 'Keyshift', ground: '#ffffff', preload: '/app/preload.cjs', developerTools: false, contentProtection: true, hidden: () => false };

describe('the windows there are', () => {
  beforeEach(() => void (made.length = 0));

  test('rows 2–4: each is made with the frozen preferences and what is named here, and with nothing more', () => {
    createWindow(options);
    createPrintWindow({} as Session); // handed on, and not looked at
    expect(made.map((window) => window.options['webPreferences'])).toEqual([
      { ...webPreferences, devTools: false, partition: 'keyshift-page', preload: '/app/preload.cjs' },
      { ...webPreferences, javascript: false, devTools: false, session: {} },
    ]);
    expect(made.map((window) => window.options['show'])).toEqual([false, false]);
  });

  test('row 18: kept out of pictures of the screen from before anything is drawn, where that is set; what is printed from always is', () => {
    for (const contentProtection of [true, false]) createWindow({ ...options, contentProtection });
    createPrintWindow({} as Session);
    expect(made.map((window) => window.told)).toEqual([['protected true', 'loads app-keyshift://ui/index.html'], ['protected false', 'loads app-keyshift://ui/index.html'], ['protected true']]);
  });

  test('one that begins hidden fills the screen as it did once it is seen, and shows itself where it was asked for before it had drawn', () => {
    let isHidden = true;
    const place = { ...options.place, maximized: true };
    for (const at of [0, 1]) {
      createWindow({ ...options, place, hidden: () => isHidden });
      made[at]?.emit('ready-to-show');
      isHidden = false;
    }
    const [hidden, asked] = made.map((window) => window.told.slice(2));
    expect([hidden, asked]).toEqual([[], ['maximized', 'shown']]);
    made[0]?.emit('show');
    made[0]?.emit('show');
    expect(made[0]?.told.slice(2)).toEqual(['maximized']);
  });

  test('one whose page has everything and is given no frame to draw, as below Wayland, shows itself all the same, once; one that begins hidden can be asked for', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    for (const hidden of [false, true]) createWindow({ ...options, hidden: () => hidden });
    for (const window of made) window.webContents.emit('did-finish-load');
    expect(made.map((window) => window.told.slice(2))).toEqual([[], []]);
    vi.advanceTimersByTime(drawingTime);
    expect(made.map((window) => window.told.slice(2))).toEqual([['shown'], []]);
    // Then it draws.
    for (const window of made) window.emit('ready-to-show');
    expect(made.map((window) => window.told.slice(2))).toEqual([['shown'], []]);
  });

  test.each<readonly [NodeJS.Platform, readonly string[]]>([
    ['linux', ['drawn']],
    ['win32', []],
    ['darwin', []],
  ])('on %s a page that has everything counts as drawn: %j', (platform, expected) => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const told: string[] = [];
    const [here, gone, late] = [new FakeWindow({}), new FakeWindow({}), new FakeWindow({})];
    whenDrawn(here, platform, () => told.push('drawn'));
    whenDrawn(gone, platform, () => told.push('gone'));
    for (const window of [here, gone]) window.webContents.emit('did-finish-load');
    gone.isDestroyed = () => true;
    vi.advanceTimersByTime(drawingTime);
    expect(told).toEqual(expected);
    // Whoever draws in time is told once, and of the picture.
    whenDrawn(late, platform, () => told.push('late'));
    late.emit('ready-to-show');
    late.webContents.emit('did-finish-load');
    vi.advanceTimersByTime(drawingTime);
    expect(told).toEqual([...expected, 'late']);
  });

  test('the place of one that nobody has seen is not written down in the place of the one it was to have', () => {
    const saved: unknown[] = [];
    const bounds = { x: 1, y: 2, width: 900, height: 700 };
    const place = { getNormalBounds: () => bounds, isMaximized: () => false, isMinimized: () => false, isFullScreen: () => false };
    const window = createWindow(options);
    rememberPlace(Object.assign(window, place), (each) => saved.push(each));
    window.emit('close');
    expect(saved).toEqual([]);
    window.emit('show');
    window.emit('close');
    expect(saved).toEqual([{ ...bounds, maximized: false }]);
  });

  test('row 10: from another document it comes home', () => {
    createWindow(options);
    const [window] = made;
    window?.webContents.emit('did-navigate', {}, 'app-keyshift://ui/index.html');
    window?.webContents.emit('did-navigate', {}, 'about:blank');
    expect(window?.told.filter((one) => one.startsWith('loads'))).toHaveLength(2);
  });
});
