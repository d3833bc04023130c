import { useLayoutEffect, type RefObject } from 'react';
import { articlesOf } from './articles';

/**
 * Says at each article which of how many it is (`aria-posinset`, `aria-setsize`; -1 while the number is not known), `before` of which are not drawn yet. Set on the
 * elements themselves: with every message the number changes at all of them, and none needs drawing again for it.
 */
export function usePlaces(box: RefObject<HTMLElement | null>, before: number, setSize: number): void {
  useLayoutEffect(() => {
    for (const [index, article] of (box.current === null ? [] : articlesOf(box.current)).entries()) {
      put(article, 'aria-posinset', before + index + 1);
      put(article, 'aria-setsize', setSize);
    }
  });
}

function put(element: Element, name: string, value: number): void {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, String(value));
}
