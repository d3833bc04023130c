/**
 * Whether a dialog lies over this place, or over the window itself where none is given. What comes to the document as a whole (keys, pastes, drops) is for
 * the uppermost dialog alone: whoever hears it there asks this first. One that is just closing covers nothing any more.
 */
export function isCovered(place?: Element | null): boolean {
  const uppermost = [...document.querySelectorAll('.veil:not([data-exiting])')].at(-1);
  return uppermost !== undefined && !(place instanceof Element && uppermost.contains(place));
}
