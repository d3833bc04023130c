import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, test } from 'vitest';
import { acceleratorOf } from '../../../electron/window/accelerator';
import { groundColour, themeSourceOf, windowTitle } from '../../../electron/window/appearance';
import { contextMenuTemplate, type Click } from '../../../electron/window/context-menu';
import { desktopWords } from '../../../electron/window/desktop-words';
import { hideWindow } from '../../../electron/window/hide-window';
import { menuTemplate } from '../../../electron/window/menu';
import { endingSignals, quitOnSignals, quitOrderly } from '../../../electron/window/orderly-quit';
import { withSettingsEffects } from '../../../electron/window/settings-effects';
import { failToStart, startFailureSentence } from '../../../electron/window/start-failure';
import { placeWindow, smallestWindow, type WindowPlace } from '../../../electron/window/window-place';
import { KeyshiftError } from '../../../shared/errors';
import { defaultSettings, type Settings } from '../../../shared/model/settings';
import { recordingHandlers } from '../../support/fake-handlers';

describe('where the window opens', () => {
  const screen = { x: 0, y: 25, width: 1920, height: 1055 };
  const second = { x: 1920, y: 0, width: 1280, height: 1024 };
  const saved: WindowPlace = { x: 100, y: 100, width: 900, height: 700, maximized: true };

  test('where it was, while that is still on a display', () => {
    expect(placeWindow(saved, [screen])).toEqual(saved);
    expect(placeWindow({ ...saved, x: 2000 }, [screen, second])).toEqual({ ...saved, x: 2000 });
  });

  test('in the middle of the first display without a place, or when that display is gone', () => {
    const middle = { x: 370, y: 163, width: 1180, height: 780, maximized: false };
    expect(placeWindow(undefined, [screen])).toEqual(middle);
    expect(placeWindow({ ...saved, x: 2000, maximized: false }, [screen])).toMatchObject({ x: 510, y: 203, width: 900, height: 700 });
  });

  test.each<readonly [string, Partial<WindowPlace>]>([
    ['left', { x: -5000 }],
    ['right', { x: 1900 }],
    ['above', { y: -200 }],
    ['below', { y: 1070 }],
  ])('out of reach (%s) comes back into the middle', (_where, off) => {
    expect(placeWindow({ ...saved, ...off }, [screen])).toMatchObject({ x: 510, y: 203 });
  });

  test('never larger than the display, never smaller than every screen needs', () => {
    expect(placeWindow({ ...saved, width: 9000, height: 9000 }, [screen])).toMatchObject({ width: 1920, height: 1055 });
    expect(placeWindow({ ...saved, width: 1, height: 1, x: 0 }, [{ x: 0, y: 0, width: 300, height: 200 }])).toMatchObject(smallestWindow);
    expect(placeWindow(undefined, [])).toMatchObject({ width: 1180, height: 780 });
  });
});

describe('a window that goes beside the clock', () => {
  const hiding = (platform: NodeJS.Platform, full: boolean): string[] => {
    const steps: string[] = [];
    const window = Object.assign(new EventEmitter(), { isFullScreen: () => full, setFullScreen: (on: boolean) => void steps.push(`full screen ${on ? 'on' : 'off'}`), hide: () => void steps.push('hidden') });
    hideWindow(window, platform);
    steps.push('…');
    window.emit('leave-full-screen');
    return steps;
  };

  test('comes back from a screen of its own on macOS before it is hidden, and leaves none that is black', () => {
    expect(hiding('darwin', true)).toEqual(['full screen off', '…', 'hidden']);
    for (const [platform, full] of [['darwin', false], ['win32', true], ['linux', true]] as const) expect(hiding(platform, full)).toEqual(['hidden', '…']);
    expect(readFileSync('electron/main/shell.ts', 'utf8')).not.toMatch(/\.hide\(\)/);
  });
});

describe('how it looks before the page has drawn', () => {
  test('theme, ground and title', () => {
    expect((['system', 'light', 'dark', 'contrast'] as const).map((theme) => themeSourceOf({ theme, contrast: 'system' }))).toEqual(['system', 'light', 'dark', 'dark']);
    const tokens = JSON.parse(readFileSync('renderer/ui/tokens/tokens.json', 'utf8')) as { color: Record<string, { surface: Record<string, { $value: string }> }> };
    const surface = (theme: string): string | undefined => tokens.color[theme]?.surface['1']?.$value;
    const ground = (dark: boolean, contrast: 'system' | 'high', highContrast = false): string => groundColour({ theme: 'system', contrast }, { dark, highContrast });
    expect([ground(false, 'system'), ground(true, 'system'), ground(false, 'high'), ground(true, 'high')]).toEqual(['light', 'dark', 'contrast-light', 'contrast'].map(surface));
    expect([ground(false, 'system', true), groundColour({ theme: 'contrast', contrast: 'system' }, { dark: true, highContrast: false })]).toEqual([surface('contrast-light'), surface('contrast')]);
    expect(windowTitle(false)).toBe('Keyshift');
    expect(windowTitle(true)).toBe('Keyshift (trial runtime)');
  });
});

describe('menus', () => {
  const [en, de] = [desktopWords('en', ''), desktopWords('system', 'de-AT')];
  const labels = (items: MenuItemConstructorOptions[]): string[] => items.flatMap(({ label, type, submenu }) => [...(type === 'separator' ? [] : [label ?? 'none']), ...(Array.isArray(submenu) ? labels(submenu) : [])]);

  test('every entry has its words in both languages: the runtime itself speaks English only', () => {
    for (const platform of ['linux', 'darwin'] as const) {
      const [english, german] = [en, de].map((words) => labels(menuTemplate({ lock: () => undefined, lockKeys: 'CmdOrCtrl+L', help: () => undefined, helpKeys: 'F1' }, words, platform, true)));
      expect(english).not.toContain('none');
      const same = german?.filter((label, at) => label === english?.[at]);
      expect(same).toEqual(platform === 'darwin' ? ['Keyshift'] : []);
    }
    const menu = contextMenuTemplate({ isEditable: true, selectionText: 'x', editFlags: flags }, de.menus, { suggestions: ['a & b'], none: '', replace: () => undefined, add: () => undefined });
    expect(labels(menu)).toEqual(['a && b', 'Zum Wörterbuch hinzufügen', 'Rückgängig', 'Wiederholen', 'Ausschneiden', 'Kopieren', 'Einfügen', 'Alles auswählen']);
  });

  const roles = (developerTools: boolean, platform: NodeJS.Platform): string => JSON.stringify(menuTemplate({ lock: () => undefined, lockKeys: 'CmdOrCtrl+L', help: () => undefined, helpKeys: 'F1' }, en, platform, developerTools));

  test.each(['linux', 'win32', 'darwin'] as const)('%s: no reload anywhere, developer tools only unpackaged', (platform) => {
    expect(roles(false, platform)).not.toMatch(/reload|toggleDevTools/i);
    expect(roles(true, platform)).toContain('toggleDevTools');
    expect(roles(true, platform)).not.toMatch(/reload/i);
  });

  test.each(['linux', 'darwin'] as const)('%s: Ctrl or Cmd and L locks, or whatever was chosen, or no key at all', (platform) => {
    const lockItem = (shortcuts: Settings['shortcuts']): { readonly accelerator?: unknown; readonly press: () => void } => {
      const lockKeys = acceleratorOf('lock', shortcuts, platform);
      const items = menuTemplate({ lock: () => (locked += 1), lockKeys, help: () => undefined, helpKeys: undefined }, en, platform, false).flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
      const item = items.find(({ id }) => id === 'lock');
      return { accelerator: item?.accelerator, press: () => (item?.click as (() => void) | undefined)?.() };
    };
    let [locked, helped] = [0, 0];
    const helpItem = menuTemplate({ lock: () => undefined, lockKeys: undefined, help: () => (helped += 1), helpKeys: acceleratorOf('help', [], platform) }, en, platform, false)
      .flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []))
      .find(({ id }) => id === 'help');
    (helpItem?.click as (() => void) | undefined)?.();
    expect([helpItem?.accelerator, helped]).toEqual(['F1', 1]);
    const usual = lockItem([]);
    usual.press();
    expect([usual.accelerator, locked]).toEqual(['CmdOrCtrl+L', 1]);
    const keys = (chosen: string): unknown => lockItem([{ action: 'lock', keys: chosen }]).accelerator;
    expect([keys('Mod+Shift+ArrowUp'), keys('Mod+Shift+L'), keys('F9'), keys(''), keys('Mod+Plus')]).toEqual(['CmdOrCtrl+L', 'CmdOrCtrl+Shift+L', 'F9', undefined, 'CmdOrCtrl+L']);
    // Nothing that Electron could stumble over.
    expect([keys('Mod+Ж'), keys('Mod+l'), keys('L'), keys('no+such'), keys('Mod+Shift+Mod')]).toEqual([undefined, ...Array.from({ length: 4 }, () => 'CmdOrCtrl+L')]);
  });

  test.each(['linux', 'win32', 'darwin'] as const)('%s: letters grow by the key of the plus also without Shift', (platform) => {
    const items = menuTemplate({ lock: () => undefined, lockKeys: undefined, help: () => undefined, helpKeys: undefined }, en, platform, false).flatMap(({ submenu }) => (Array.isArray(submenu) ? submenu : []));
    expect(items.filter(({ role }) => role === 'zoomIn').map(({ accelerator, visible }) => [accelerator, visible])).toEqual([[undefined, undefined], ['CommandOrControl+=', false]]);
  });

  const flags = { canUndo: true, canRedo: true, canCut: true, canCopy: true, canPaste: true, canSelectAll: true } as Click['editFlags'];
  test('a text field offers undo, cut, copy, paste; a selection copy; anything else nothing', () => {
    expect(contextMenuTemplate({ isEditable: true, selectionText: '', editFlags: { ...flags, canCut: false } }, en.menus)).toContainEqual({ role: 'cut', label: 'Cut', enabled: false });
    expect(contextMenuTemplate({ isEditable: true, selectionText: '', editFlags: { ...flags, canRedo: false } }, en.menus)).toEqual(expect.arrayContaining([{ role: 'undo', label: 'Undo', enabled: true }, { role: 'redo', label: 'Redo', enabled: false }]));
    expect(contextMenuTemplate({ isEditable: false, selectionText: 'words', editFlags: flags }, en.menus)).toEqual([{ role: 'copy', label: 'Copy', enabled: true }]);
    expect(contextMenuTemplate({ isEditable: false, selectionText: ' ', editFlags: flags }, en.menus)).toEqual([]);
  });
});

describe('settings reach the window', () => {
  test('after they were saved, and only then', async () => {
    const applied: unknown[] = [];
    const { handlers, seen } = recordingHandlers({ 'settings.set': (change) => ({ ...defaultSettings, ...(change as object) }) });
    const effective = withSettingsEffects(handlers, (settings) => applied.push(settings));
    await effective.settings.set({ contentProtection: true });
    expect(applied).toEqual([{ ...defaultSettings, contentProtection: true }]);
    expect(seen.map(({ name }) => name)).toEqual(['settings.set']);

    const failing = recordingHandlers({
      'settings.set': () => {
        throw new KeyshiftError('disk.full', 'full');
      },
    });
    await expect(withSettingsEffects(failing.handlers, (settings) => applied.push(settings)).settings.set({})).rejects.toThrow('full');
    expect(applied).toHaveLength(1);
  });
});

describe('the end', () => {
  function quitting(stop: () => Promise<void>) {
    let listener: ((event: { preventDefault(): void }) => void) | undefined;
    let exits = 0;
    let prevented = 0;
    const errors: unknown[] = [];
    const exited = new Promise<void>((resolve) => {
      quitOrderly(
        {
          on: (_name, given) => (listener = given),
          exit: () => {
            exits += 1;
            resolve();
          },
        },
        stop,
        (error) => errors.push(error),
      );
    });
    return { quit: () => listener?.({ preventDefault: () => (prevented += 1) }), exited, errors, count: () => ({ exits, prevented }) };
  }

  test('a signal ends it as the menu does, and is still heard when it comes again', () => {
    const process = new EventEmitter();
    let quits = 0;
    quitOnSignals(process, () => (quits += 1));
    for (const signal of endingSignals) {
      process.emit(signal);
      expect(process.emit(signal)).toBe(true);
    }
    expect(quits).toBe(2 * endingSignals.length);
  });

  test('the parts are stopped once, then the process ends', async () => {
    let stops = 0;
    const { quit, exited, count } = quitting(async () => void (stops += 1));
    quit();
    quit();
    await exited;
    expect(stops).toBe(1);
    expect(count()).toEqual({ exits: 1, prevented: 2 });
  });

  test('a failure on the way is noted and does not keep it open', async () => {
    const { quit, exited, errors } = quitting(() => Promise.reject(new Error('x')));
    quit();
    await exited;
    expect(errors).toHaveLength(1);
  });

  test('an app that cannot start says why, and nothing of what it does not know', async () => {
    expect(startFailureSentence(new KeyshiftError('profile.in-use', 'This profile is open already.'))).toBe('This profile is open already.');
    expect(startFailureSentence(new Error('secret'))).not.toContain('secret');
    const lines: string[] = [];
    const codes: number[] = [];
    const show = async (): Promise<never> => {
      throw new Error('no display');
    };
    await failToStart(new KeyshiftError('disk.full', 'Full.'), { writeLine: (line) => lines.push(line), show, exit: (code) => codes.push(code) }).catch(() => undefined);
    expect(lines).toEqual(['keyshift: Full.\n']);
    expect(codes).toEqual([1]);
  });
});
