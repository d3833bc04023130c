import { lookOf } from '../../shared/model/look';
import type { Settings } from '../../shared/model/settings';

type Chosen = Pick<Settings, 'theme' | 'contrast'>;

/** What the system asks of every window. */
export interface SystemLook {
  readonly dark: boolean;
  readonly highContrast: boolean;
}

/** What Electron is told, so that menus, scroll bars and the page's `prefers-color-scheme` agree before the first paint. */
export function themeSourceOf(chosen: Chosen): 'system' | 'light' | 'dark' {
  return lookOf(chosen).theme;
}

/** The page's own ground (`surface.1` of renderer/ui/tokens/tokens.json), so that the window does not flash before it has drawn. */
export function groundColour(chosen: Chosen, { dark, highContrast }: SystemLook): string {
  if (highContrast || lookOf(chosen).contrast === 'high') return dark ? '#000000' : '#ffffff';
  return dark ? '#151821' : '#fbf9f4';
}

/** The trial runtime is outdated and says so where everybody looks. */
export function windowTitle(trial: boolean): string {
  return trial ? 'Keyshift (trial runtime)' : 'Keyshift';
}
