import { useEffect, useRef, type RefObject } from 'react';

/**
 * What had the focus went with the page before: it goes to what is to be read, where no key does anything by chance. `page`
 * undefined: the first page, whose own field or button takes it.
 */
export function usePageFocus(body: RefObject<HTMLElement | null>, page: string | undefined): void {
  const shown = useRef<{ readonly page: string | undefined } | undefined>(undefined);
  useEffect(() => {
    const before = shown.current;
    shown.current = { page };
    if (before === undefined ? page !== undefined : before.page !== page) body.current?.querySelector<HTMLElement>('section[tabindex="-1"]')?.focus();
  }, [body, page]);
}
