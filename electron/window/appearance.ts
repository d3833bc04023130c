import type { Settings } from '../../shared/model/settings';

/** What Electron is told, so that menus, scroll bars and the page's `prefers-color-scheme` agree before the first paint. */
export function themeSourceOf(theme: Settings['theme']): 'system' | 'light' | 'dark' {
  // High contrast is the page's own drawing, on black.
  return theme === 'contrast' ? 'dark' : theme;
}

/** The page's own ground (`surface.1` of renderer/ui/tokens/tokens.json), so that the window does not flash before it has drawn. */
export function groundColour(theme: Settings['theme'], dark: boolean): string {
  if (theme === 'contrast') return '#000000';
  return dark ? '#151821' : '#fbf9f4';
}

/** The trial runtime is outdated and says so where everybody looks. */
export function windowTitle(trial: boolean): string {
  return trial ? 'Keyshift (trial runtime)' : 'Keyshift';
}
