import { useLayoutEffect, useState } from 'react';
import { useSession } from '../app/model-context';

/** How high the notices are that lie above a dialog, in pixels: at the foot of a narrow window they lie on it, and what is beneath them has to come out from there by scrolling. */
export function useNoticesRoom(): number {
  const [room, setRoom] = useState(0);
  // They are others with each life of the vault, in which the help stays.
  const isOpen = useSession(({ phase }) => phase === 'open');
  useLayoutEffect(() => {
    const notices = document.querySelector('.toasts');
    if (notices === null || typeof ResizeObserver === 'undefined') return undefined;
    const look = (): void => setRoom(Math.round(notices.getBoundingClientRect().height));
    look();
    const observer = new ResizeObserver(look);
    observer.observe(notices);
    return () => observer.disconnect();
  }, [isOpen]);
  return room;
}
