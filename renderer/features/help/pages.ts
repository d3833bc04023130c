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

export function pagesIn(language: string): Pages {
  return language === 'de' ? german : english;
}
