import { useEffect, useRef, type RefCallback } from 'react';

/**
 * For a part of a dialog in which what has the focus may go away: the focus then falls back to this part and not out of the
 * dialog, where Escape and Tab would find nothing.
 */
export function useFocusKept(): RefCallback<HTMLElement> {
  const part = useRef<HTMLElement | null>(null);
  useEffect(() => {
    if (document.activeElement === null || document.activeElement === document.body) part.current?.focus({ preventScroll: true });
  });
  return (element) => {
    part.current = element;
  };
}
