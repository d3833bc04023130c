import { useEffect, useState, type RefObject } from 'react';

/** Whether a pane has the whole window: a narrow one shows one pane at a time, and what is hidden is no main part of the page for whoever has it read. */
export function useAlone(pane: RefObject<HTMLElement | null>): boolean {
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
