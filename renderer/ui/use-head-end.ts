import { useLayoutEffect, useState } from 'react';

/**
 * Where the head of the conversation ends, in pixels from the upper edge of the window: below bars, and with as many lines as names and large letters need. Followed
 * while `asked`; undefined where none is on screen. At least 0, where the page itself was scrolled past it.
 */
export function useHeadEnd(asked: boolean): number | undefined {
  const [end, setEnd] = useState<number>();
  useLayoutEffect(() => {
    if (!asked) return undefined;
    const look = (): void => {
      const bottom = document.querySelector('.conversation-head')?.getBoundingClientRect().bottom ?? 0;
      // One that is not drawn has its end at 0 as well.
      setEnd(bottom === 0 ? undefined : Math.max(0, Math.round(bottom)));
    };
    look();
    const head = document.querySelector('.conversation-head');
    const observer = typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(look);
    // A bar above it makes its pane shorter.
    for (const element of [head, head?.parentElement]) if (element instanceof Element) observer?.observe(element);
    document.addEventListener('scroll', look, { capture: true, passive: true });
    return () => {
      observer?.disconnect();
      document.removeEventListener('scroll', look, { capture: true });
    };
  }, [asked]);
  return end;
}
