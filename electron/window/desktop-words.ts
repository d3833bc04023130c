import { plainLanguage } from '../../shared/language';
import type { Settings } from '../../shared/model/settings';
import { englishMenus, germanMenus } from './menu-words';

const en = {
  message: 'New message',
  messages: (count: number) => `${count} new messages`,
  request: 'Somebody asks to talk to you',
  requestFrom: (name: string) => `${name} asks to talk to you`,
  file: (name: string) => `File: ${name}`,
  unread: (count: number) => `Keyshift: ${count} unread`,
  locked: 'Keyshift: locked',
  show: 'Open Keyshift',
  lock: 'Lock',
  quit: 'Quit',
  noSuggestion: 'No suggestions',
  /** What the first profile is called until somebody names it. */
  firstProfile: 'Main',
  menus: englishMenus,
  /** In the dialogs in which files are chosen. */
  files: {
    envelopes: 'Keyshift envelopes',
    invitation: 'Keyshift invitation',
    'key-backup': 'Keyshift identity key',
    'key-file': 'Identity keys',
    'recovery-kit': 'Recovery kit',
    backup: 'Keyshift backup',
    'any-file': 'Files',
    'export-html': 'Web page',
    archive: 'Keyshift archive',
    'qr-picture': 'Picture',
    update: 'Keyshift update',
  },
  forPerson: (name: string) => `For ${name}`,
};

export type DesktopWords = typeof en;

const de: DesktopWords = {
  message: 'Neue Nachricht',
  messages: (count) => `${count} neue Nachrichten`,
  request: 'Jemand möchte mit dir schreiben',
  requestFrom: (name) => `${name} möchte mit dir schreiben`,
  file: (name) => `Datei: ${name}`,
  unread: (count) => `Keyshift: ${count} ungelesen`,
  locked: 'Keyshift: gesperrt',
  show: 'Keyshift öffnen',
  lock: 'Sperren',
  quit: 'Beenden',
  noSuggestion: 'Keine Vorschläge',
  firstProfile: 'Hauptprofil',
  menus: germanMenus,
  files: {
    envelopes: 'Keyshift-Umschläge',
    invitation: 'Keyshift-Einladung',
    'key-backup': 'Keyshift-Identitätsschlüssel',
    'key-file': 'Identitätsschlüssel',
    'recovery-kit': 'Wiederherstellungsblatt',
    backup: 'Keyshift-Sicherung',
    'any-file': 'Dateien',
    'export-html': 'Webseite',
    archive: 'Keyshift-Archiv',
    'qr-picture': 'Bild',
    update: 'Keyshift-Update',
  },
  forPerson: (name) => `Für ${name}`,
};

/** The few words that the main process says itself: notifications, the icon beside the clock, the menu of a right click. */
export function desktopWords(language: Settings['language'], systemLocale: string): DesktopWords {
  return plainLanguage(language, systemLocale) === 'de' ? de : en;
}
