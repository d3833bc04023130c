/** Widths of the list of conversations, in CSS pixels at a text size of 16 pixels. */
export const listWidths = { pictures: 76, least: 240, usual: 280, wide: 360, most: 400 } as const;

/** Narrower than this by hand, the list shows only pictures: half way from these to the least width with words. */
const wordsFrom = 160;

/** The nearest width that the list can have; 0: only its pictures. */
export function nearestListWidth(wanted: number): number {
  if (wanted < wordsFrom) return 0;
  return Math.round(Math.min(Math.max(wanted, listWidths.least), listWidths.most));
}

/** One step wider or narrower. Past the least width there are only the pictures, and nothing in between. */
export function steppedListWidth(width: number, step: number): number {
  if (width === 0) return step > 0 ? listWidths.least : 0;
  return width === listWidths.least && step < 0 ? 0 : nearestListWidth(width + step);
}

type ListWidthName = 'pictures' | 'narrow' | 'usual' | 'wide';

/** The named width that is nearest to one that was drawn by hand. */
export function nameOfListWidth(width: number): ListWidthName {
  if (width === 0) return 'pictures';
  if (width < (listWidths.least + listWidths.usual) / 2) return 'narrow';
  return width < (listWidths.usual + listWidths.wide) / 2 ? 'usual' : 'wide';
}

export const namedListWidths: Readonly<Record<ListWidthName, number>> = { pictures: 0, narrow: listWidths.least, usual: listWidths.usual, wide: listWidths.wide };
