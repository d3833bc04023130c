import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';

/**
 * Whether a tooltip is shown. Escape puts it away and goes on to what it is meant for. An open tooltip of React Aria keeps the key to itself (it listens at the
 * document, ahead of everything), and a dialog whose cross has the focus would need Escape twice; so it is closed before the key arrives there.
 */
export function useTooltip(): { readonly isOpen: boolean; readonly onOpenChange: (open: boolean) => void } {
  const [isOpen, onOpenChange] = useState(false);
  useEffect(() => {
    if (!isOpen) return undefined;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') flushSync(() => onOpenChange(false));
    };
    window.addEventListener('keydown', onKeyDown, true);
    return () => window.removeEventListener('keydown', onKeyDown, true);
  }, [isOpen]);
  return { isOpen, onOpenChange };
}
