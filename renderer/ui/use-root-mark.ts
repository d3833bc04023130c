import { useLayoutEffect } from 'react';

const counts = new Map<string, number>();

/**
 * Says on the page's root, for styles, that something is there somewhere. `:has()` on the body would say the same, and be looked up anew, through the whole
 * page, with every message that comes.
 */
export function useRootMark(name: 'has-veil' | 'has-archive-entry' | 'has-pictures', isThere = true): void {
  useLayoutEffect(() => {
    if (!isThere) return undefined;
    const { classList } = document.documentElement;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    classList.add(name);
    return () => {
      const left = (counts.get(name) ?? 1) - 1;
      counts.set(name, left);
      if (left === 0) classList.remove(name);
    };
  }, [name, isThere]);
}
