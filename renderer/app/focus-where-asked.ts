import { isNowhere } from './keep-focus';

/**
 * Called as something is asked for. What it gives is called with the answer, and brings the focus to `place`, where that is told, unless the person has gone somewhere
 * else meanwhile: an answer that came late took the keys from whoever typed in another field by then.
 */
export function focusWhereAsked(): (place: HTMLElement | null) => void {
  const asked = document.activeElement;
  const answered = (place: HTMLElement | null): void => {
    const now = document.activeElement;
    // On what lies around it: a dialog that took the focus in, as what had it went.
    if (now === asked || isNowhere() || now?.contains(place) === true) place?.focus();
  };
  return (place) => {
    // A field that was closed until the answer came is open once that is drawn.
    if (place?.matches(':disabled') === true) requestAnimationFrame(() => answered(place));
    else answered(place);
  };
}
