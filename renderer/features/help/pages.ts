import guide from '../../../docs/guide.md';
import guideGerman from '../../../docs/guide.de.md';
import keys from '../../../docs/keys.md';
import keysGerman from '../../../docs/keys.de.md';
import devices from '../../../docs/devices.md';
import devicesGerman from '../../../docs/devices.de.md';
import reach from '../../../docs/reach.md';
import reachGerman from '../../../docs/reach.de.md';
import exported from '../../../docs/export.md';
import exportedGerman from '../../../docs/export.de.md';
import mailbox from '../../../docs/mailbox.md';
import security from '../../../docs/security.md';
import type { Page } from './page';

/** By the names that links in them use, which are the same in every language. */
export type Pages = ReadonlyMap<string, Page>;

/** The guide first; each of the others says more about one thing. */
const english: Pages = new Map<string, Page>([
  ['guide.md', guide],
  ['keys.md', keys],
  ['devices.md', devices],
  ['reach.md', reach],
  ['export.md', exported],
]);
const german: Pages = new Map<string, Page>([
  ['guide.md', guideGerman],
  ['keys.md', keysGerman],
  ['devices.md', devicesGerman],
  ['reach.md', reachGerman],
  ['export.md', exportedGerman],
]);

/** For who hosts a mailbox or judges what is promised, and in English only. */
const onlyEnglish: Pages = new Map<string, Page>([
  ['mailbox.md', mailbox],
  ['security.md', security],
]);

const all = { en: new Map([...english, ...onlyEnglish]), de: new Map([...german, ...onlyEnglish]) };

/** Those of the language first, then what there is in English only. */
export function pagesIn(language: 'en' | 'de'): Pages {
  return all[language];
}

/** The language that a page of it is written in. */
export function languageOf(page: string, language: 'en' | 'de'): 'en' | 'de' {
  return onlyEnglish.has(page) ? 'en' : language;
}
