import { useEffect, useRef, type RefObject } from 'react';

/** How many frames a menu may take to have its lines. */
const frames = 20;

/**
 * For a menu that is opened by a button of the browser's own. Pressed by a key such a button looks to the library as if a screen reader had pressed it, and the
 * focus stays on the menu: its first line looks chosen, and Enter does nothing. It goes to that line here; whoever is elsewhere by then stays there.
 */
export function useFirstLine(): RefObject<HTMLDivElement | null> {
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let left = frames;
    let frame = requestAnimationFrame(function look() {
      const line = document.activeElement === menu.current ? menu.current?.querySelector<HTMLElement>('[role^="menuitem"]:not([aria-disabled="true"])') : undefined;
      if (line) line.focus();
      left -= 1;
      if (left > 0 && !line) frame = requestAnimationFrame(look);
    });
    return () => cancelAnimationFrame(frame);
  }, []);
  return menu;
}
