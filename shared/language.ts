import type { Settings } from './model/settings';

/** The language of words that are not the page's own, on a system that speaks `system`: files for others, notifications, menus. */
export function plainLanguage(setting: Settings['language'], system: string): 'en' | 'de' {
  if (setting === 'system') return /^de(?:[-_]|$)/iu.test(system) ? 'de' : 'en';
  return setting === 'de' ? 'de' : 'en';
}

/** `locale`, with hours counted to 12 or to 24 as people do where times are written after `times`; one that is empty, or not known here, leaves that to the language. */
export function withHoursOf(locale: string, times: string): string {
  if (times === '' || Intl.DateTimeFormat.supportedLocalesOf(times).length === 0) return locale;
  const cycle = hourCycle(times);
  return cycle === undefined || cycle === hourCycle(locale) ? locale : `${locale}-u-hc-${cycle}`;
}

const hourCycle = (locale: string): string | undefined => new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hourCycle;
