import { useEffect, useRef, type RefObject } from 'react';

/**
 * What had the focus may go with what was done: the button of what is not there any more, a form that is sent. Then, once `what` is
 * another, the focus comes to the part of the page it was in, instead of to nowhere or to the head of the dialog. Who is elsewhere stays there.
 */
export function useFocusIfLost<T extends HTMLElement>(what: unknown): RefObject<T | null> {
  const place = useRef<T>(null);
  const before = useRef(what);
  const inside = useRef(false);
  const owed = useRef(false);
  useEffect(() => {
    const follow = ({ target }: FocusEvent): void => {
      inside.current = target instanceof Node && place.current?.contains(target) === true;
    };
    document.addEventListener('focusin', follow);
    return () => document.removeEventListener('focusin', follow);
  }, []);
  useEffect(() => {
    if (before.current === what) return undefined;
    before.current = what;
    // Told by the last focus there was: what is taken out of the page takes the focus along without a word.
    owed.current ||= inside.current;
    // A dialog that closes gives the focus back in the next frame, where there is anything to give it to.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => {
        const { activeElement } = document;
        const lost = activeElement === null || activeElement === document.body;
        if (lost || (owed.current && place.current?.contains(activeElement) === false)) place.current?.focus();
        owed.current = false;
      });
    });
    return () => cancelAnimationFrame(frame);
  }, [what]);
  return place;
}
