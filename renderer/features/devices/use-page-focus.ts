import { useEffect, useRef, type RefObject } from 'react';
import { isNowhere } from '../../app/keep-focus';

/**
 * What had the focus went with the page before: it goes to what is to be read, where no key does anything by chance. `page`
 * undefined: the first page, whose own field or button takes it. Pages come when others do something: whoever types, or is in another dialog, stays there.
 */
export function usePageFocus(body: RefObject<HTMLElement | null>, page: string | undefined): void {
  const shown = useRef<{ readonly page: string | undefined } | undefined>(undefined);
  useEffect(() => {
    const before = shown.current;
    shown.current = { page };
    const isOther = before === undefined ? page !== undefined : before.page !== page;
    if (isOther && body.current !== null && !isElsewhere(body.current)) body.current.querySelector<HTMLElement>('section[tabindex="-1"]')?.focus();
  }, [body, page]);
}

function isElsewhere(body: HTMLElement): boolean {
  const now = document.activeElement;
  if (isNowhere() || now === null || body.contains(now)) return false;
  if (now.matches('input, textarea')) return true;
  const dialog = body.closest('[role="dialog"]');
  // What opened a dialog may have the focus until the dialog takes it, as behind a press of a screen reader.
  if (dialog === null) return body.closest('main')?.contains(now) !== true;
  const other = now.closest('[role="dialog"]');
  return other !== null && other !== dialog;
}
