import { useEffect, useState, type RefObject } from 'react';

/** Whether a pane is all that a window shows: a narrow one shows one at a time. That one is the main part of the page then, which whoever has it read asks for. */
export function useIsAlone(pane: RefObject<HTMLElement | null>): boolean {
  const [isAlone, setAlone] = useState(false);
  useEffect(() => {
    const element = pane.current;
    if (element === null || typeof ResizeObserver === 'undefined') return undefined;
    const look = (): void => setAlone(element.offsetWidth > 0 && element.offsetWidth >= (element.parentElement?.clientWidth ?? Infinity));
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [pane]);
  return isAlone;
}
