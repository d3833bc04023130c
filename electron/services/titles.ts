import type { ConversationRow } from './ports';

interface Title extends NonNullable<ConversationRow['titled']> {
  readonly title: string;
}
type Known = Pick<ConversationRow, 'title' | 'titled'>;

/** How far above the known number another title's may be: nobody makes a title that none can take the place of. */
const farthest = 65_535;
export const lastRevision = 0xffff_ffff;

/**
 * Whether another title takes the place of the one here: the higher number, of two the greater device, and of two by one device under one number, which no
 * honest one gives, the greater text. The same on every device of both people.
 */
export function isLaterTitle({ title, titled }: Known, told: Title): boolean {
  const before = titled?.revision ?? 0;
  if (told.revision !== before || titled === undefined) return told.revision > before;
  return told.by === titled.by ? told.title > title : told.by > titled.by;
}

/** The same for what the other person says: own devices may have heard of more titles than this one. */
export function isTitleToTake(known: Known, told: Title): boolean {
  return told.revision <= (known.titled?.revision ?? 0) + farthest && isLaterTitle(known, told);
}
