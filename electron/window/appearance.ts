import type { Settings } from '../../shared/model/settings';

/** What Electron is told, so that menus, scroll bars and the page's `prefers-color-scheme` agree before the first paint. */
export function themeSourceOf(theme: Settings['theme']): 'system' | 'light' | 'dark' {
  // High contrast is the page's own drawing; it follows the system's brightness.
  return theme === 'contrast' ? 'system' : theme;
}

/** The page's own ground colours, so that the window does not flash before it has drawn. */
export function groundColour(dark: boolean): string {
  return dark ? '#14171c' : '#fbfaf8';
}

/** The trial runtime is outdated and says so where everybody looks. */
export function windowTitle(trial: boolean): string {
  return trial ? 'Keyshift (trial runtime)' : 'Keyshift';
}
