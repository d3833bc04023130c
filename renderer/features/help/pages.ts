import guide from '../../../docs/guide.md';
import guideGerman from '../../../docs/guide.de.md';
import keys from '../../../docs/keys.md';
import devices from '../../../docs/devices.md';
import reach from '../../../docs/reach.md';
import exported from '../../../docs/export.md';
import type { Page } from './page';

/** By the names that links in them use. */
export type Pages = ReadonlyMap<string, Page>;

/** Not translated: each says more about one thing, and the guide says what most people need. */
const others = [
  ['keys.md', keys],
  ['devices.md', devices],
  ['reach.md', reach],
  ['export.md', exported],
] as const;

const english: Pages = new Map<string, Page>([['guide.md', guide], ...others]);
const german: Pages = new Map<string, Page>([['guide.md', guideGerman], ...others]);

/** The guide first. */
export function pagesIn(language: string): Pages {
  return language === 'de' ? german : english;
}
