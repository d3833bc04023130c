import { useEffect, useState, type RefObject } from 'react';

/** Whether the style stands the tabs of `list` below each other: for the arrow keys that move through them and for screen readers. */
export function useStandingList(list: RefObject<HTMLElement | null>): boolean {
  const [standing, setStanding] = useState(false);
  useEffect(() => {
    const element = list.current;
    if (element === null || typeof ResizeObserver === 'undefined') return undefined;
    // The style decides by the width in letters, which no query from here can ask for; what changes it also changes the size of the list.
    const observer = new ResizeObserver(() => setStanding(getComputedStyle(element).flexDirection === 'column'));
    observer.observe(element);
    return () => observer.disconnect();
  }, [list]);
  return standing;
}
