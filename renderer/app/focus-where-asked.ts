import { isNowhere } from './keep-focus';

/**
 * Called as something is asked for. What it gives is called with the answer, and brings the focus to `place`, where that is told, unless the person has gone somewhere
 * else meanwhile: an answer that came late took the keys from whoever typed in another field by then.
 */
export function focusWhereAsked(): (place: HTMLElement | null) => void {
  const asked = document.activeElement;
  return (place) => {
    const now = document.activeElement;
    // On what lies around it: a dialog that took the focus in, as what had it went.
    if (now === asked || isNowhere() || now?.contains(place) === true) place?.focus();
  };
}
