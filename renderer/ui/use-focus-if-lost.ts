import { useEffect, useRef, type RefObject } from 'react';

/**
 * What had the focus may go with what was done: the button of what is not there any more, a form that is sent. Then, once `what` is
 * another, the focus comes to the part of the page it was in; nobody is thrown out of a dialog, and Escape still closes it.
 */
export function useFocusIfLost<T extends HTMLElement>(what: unknown): RefObject<T | null> {
  const place = useRef<T>(null);
  const before = useRef(what);
  useEffect(() => {
    if (before.current === what) return undefined;
    before.current = what;
    // A dialog that closes gives the focus back in the next frame, where there is anything to give it to.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        if (document.activeElement === null || document.activeElement === document.body) place.current?.focus();
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [what]);
  return place;
}
