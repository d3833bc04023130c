import { useEffect, useLayoutEffect, useRef, type RefObject } from 'react';

/** How many frames a dialog that closes may take to give back the focus. */
const frames = 8;

/**
 * What had the focus may go with what was done: the button of what is not there any more, a form that is sent. Then, once `what` is
 * another, the focus comes to the part of the page it was in, instead of to nowhere or to the head of the dialog. Who is elsewhere stays there,
 * also on the message around it, and so does whoever goes there meanwhile.
 */
export function useFocusIfLost<T extends HTMLElement>(what: unknown): RefObject<T | null> {
  const place = useRef<T>(null);
  const before = useRef(what);
  const inside = useRef(false);
  const above = useRef(false);
  const owed = useRef(false);
  useEffect(() => {
    const follow = ({ target }: FocusEvent): void => {
      inside.current = target instanceof Node && place.current?.contains(target) === true;
      above.current = target instanceof Element && target.closest('[role="dialog"], [role="alertdialog"]')?.contains(place.current) === false;
    };
    // A dialog moves the focus without either: this is a person who goes somewhere.
    const forgive = (): void => {
      owed.current = false;
    };
    document.addEventListener('focusin', follow);
    document.addEventListener('pointerdown', forgive, true);
    document.addEventListener('keydown', forgive, true);
    return () => {
      document.removeEventListener('focusin', follow);
      document.removeEventListener('pointerdown', forgive, true);
      document.removeEventListener('keydown', forgive, true);
    };
  }, []);
  // Before the next frame, in which the dialog around gives a lost focus to its head: seen after that, it looks like somebody's own way there.
  useLayoutEffect(() => {
    if (before.current === what) return undefined;
    before.current = what;
    // Told by the last focus there was: what is taken out of the page takes the focus along without a word.
    owed.current ||= inside.current;
    // A dialog that closes gives the focus back a frame or some later, where there is anything to give it to, else to the dialog around.
    let left = frames;
    let frame = requestAnimationFrame(function look() {
      left -= 1;
      const { activeElement } = document;
      // Where the button that opened it is gone, the dialog around gives the focus to what opened that one: to the page behind it.
      const lost = activeElement === null || (activeElement.contains(place.current) && !activeElement.matches('article')) || activeElement.closest('[aria-hidden="true"], [inert]') !== null;
      // What was in a dialog has all the time there is to come back to what opened it: the page leapt from there to here.
      const waited = owed.current || !above.current ? left < frames - 1 : left === 0;
      if (waited && activeElement !== place.current && (lost || (owed.current && place.current?.contains(activeElement) === false))) {
        place.current?.focus();
        owed.current = false;
      }
      if (left > 0) frame = requestAnimationFrame(look);
      // Nothing was lost by this change. Kept, the debt would take the focus from whoever writes elsewhere when the next one comes.
      else owed.current = false;
    });
    return () => cancelAnimationFrame(frame);
  }, [what]);
  return place;
}
