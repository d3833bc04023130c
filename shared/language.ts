import type { Settings } from './model/settings';

/** The language of words that are not the page's own, on a system that speaks `system`: files for others, notifications, menus. */
export function plainLanguage(setting: Settings['language'], system: string): 'en' | 'de' {
  if (setting === 'system') return /^de(?:[-_]|$)/iu.test(system) ? 'de' : 'en';
  return setting === 'de' ? 'de' : 'en';
}
