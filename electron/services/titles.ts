import type { ConversationRow } from './ports';

type Titled = NonNullable<ConversationRow['titled']>;

/** How far above the known number another title's may be: nobody makes a title that none can take the place of. */
const farthest = 65_535;
export const lastRevision = 0xffff_ffff;

/** Whether another title takes the place of the one here: the higher number, and of two the greater device. The same on every device of both people. */
export function isLaterTitle(known: Titled | undefined, told: Titled): boolean {
  const before = known?.revision ?? 0;
  if (told.revision > before + farthest) return false;
  return told.revision > before || (told.revision === before && told.by > (known?.by ?? ''));
}
