import { plainLanguage } from '../../shared/language';
import type { Settings } from '../../shared/model/settings';
import { english, type TextId } from './messages';
import { pseudoMessages, rightToLeft } from './pseudo';

export type Language = Exclude<Settings['language'], 'system'>;
export type Messages = Readonly<Record<TextId, string>>;

/** The language a setting means on a system that speaks this one. */
export function languageOf(setting: Settings['language'], system: string): Language {
  return setting === 'system' ? plainLanguage(setting, system) : setting;
}

/** Dates and numbers follow the system's own kind of the language. */
export function localeOf(language: Language, system: string): string {
  const wanted = language === 'de' ? 'de' : 'en';
  return system === wanted || system.startsWith(`${wanted}-`) ? system : wanted;
}

/** For the page's `lang`, and for whatever asks a locale for its direction. */
export function tagOf(language: Language, system: string): string {
  if (language === 'pseudo') return 'en-XA';
  // A language that runs so, as every arrow key in tabs and menus goes by it: Chromium's own name, 'ar-XB', is one that its ICU knows no more, and English in
  // Arabic letters, 'en-Arab', runs from left to right for an older one.
  if (language === 'pseudo-rtl') return 'ar';
  return localeOf(language, system);
}

export function directionOf(language: Language): 'ltr' | 'rtl' {
  return language === 'pseudo-rtl' ? 'rtl' : 'ltr';
}

const languages: Readonly<Record<Exclude<Language, 'en'>, (littleRoom: boolean) => Promise<Messages>>> = {
  de: async (littleRoom) => {
    const [{ german }, { withHyphens }] = await Promise.all([import('./german'), import('./hyphens')]);
    return { ...english, ...(littleRoom ? Object.fromEntries(Object.entries(german).map(([id, words]) => [id, withHyphens(words)])) : german) };
  },
  pseudo: () => Promise.resolve(pseudoMessages(english)),
  'pseudo-rtl': () => Promise.resolve(rightToLeft(pseudoMessages(english))),
};

/**
 * English is always there; the others are fetched or made when they are wanted. Only with little room long words say where they may be divided: of what nobody sees,
 * screen readers make parts of words that are said one by one.
 */
export function messagesOf(language: Language, littleRoom: boolean): Messages | Promise<Messages> {
  return language === 'en' ? english : languages[language](littleRoom);
}
