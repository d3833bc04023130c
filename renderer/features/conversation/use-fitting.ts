import { useEffect, useLayoutEffect, type RefObject } from 'react';

/** Pixels the field grows to before it scrolls. */
const tallest = 220;

function fit(element: HTMLElement): void {
  element.style.height = 'auto';
  element.style.height = `${Math.min(element.scrollHeight, tallest)}px`;
}

/** The field is as high as what is written in it takes, also where lines break elsewhere or letters are larger than when it was written. */
export function useFitting(field: RefObject<HTMLElement | null>, written: string): void {
  useLayoutEffect(() => {
    if (field.current !== null) fit(field.current);
  }, [field, written]);
  useEffect(() => {
    const element = field.current;
    if (element === null) return undefined;
    let frame = 0;
    let width = element.clientWidth;
    // Once all is laid out; never within the notice of a size that this changes.
    const later = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => fit(element));
    };
    const widths = typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(() => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      later();
    });
    widths?.observe(element);
    // What says how large letters are stands on the page's root.
    const looks = new MutationObserver(later);
    looks.observe(document.documentElement, { attributeFilter: ['style', 'lang', 'data-density'] });
    return () => {
      cancelAnimationFrame(frame);
      widths?.disconnect();
      looks.disconnect();
    };
  }, [field]);
}
