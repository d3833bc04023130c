/** The dialog that lies over everything else; one that is just closing does not count. */
export const uppermostDialog = (): Element | undefined => [...document.querySelectorAll('.veil:not([data-exiting])')].at(-1);

/**
 * Whether a dialog lies over this place, or over the window itself where none is given. What comes to the document as a whole (keys, pastes, drops) is for
 * the uppermost dialog alone: whoever hears it there asks this first. One that is just closing covers nothing any more.
 */
export function isCovered(place?: Element | null): boolean {
  const uppermost = uppermostDialog();
  return uppermost !== undefined && !(place instanceof Element && uppermost.contains(place));
}
