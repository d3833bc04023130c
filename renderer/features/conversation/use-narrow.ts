import { useEffect, useState, type RefObject } from 'react';

/** Letters beside the name in what the empty field says, and how wide one is at most, in parts of the letters' size. */
const letters = 14;
const perLetter = 0.62;

/** Whether a name of so many letters has no room in the empty field: a word that is cut off says less than a short one. */
export function useNarrow(field: RefObject<HTMLElement | null>, nameLength: number): boolean {
  const [isNarrow, setNarrow] = useState(false);
  useEffect(() => {
    const element = field.current;
    if (element === null || typeof ResizeObserver === 'undefined') return undefined;
    const look = (): void => setNarrow(element.clientWidth > 0 && element.clientWidth < (nameLength + letters) * perLetter * Number.parseFloat(getComputedStyle(element).fontSize));
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, [field, nameLength]);
  return isNarrow;
}
