import { useEffect, useRef } from 'react';
import { keepFocus } from './keep-focus';
import { focusBack } from './panes';

/** Behind a dialog that was open: where it was opened from may be gone, an item of a menu, a message, a conversation. */
export function useFocusBack(isOpen: boolean): void {
  const wasOpen = useRef(false);
  useEffect(() => {
    if (isOpen) wasOpen.current = true;
    else if (wasOpen.current) return keepFocus(focusBack);
    return undefined;
  }, [isOpen]);
}
