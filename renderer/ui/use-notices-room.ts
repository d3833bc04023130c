import { useLayoutEffect, useState } from 'react';

/** How high the notices are that lie above a dialog, in pixels: at the foot of a narrow window they lie on it, and what is beneath them has to come out from there by scrolling. */
export function useNoticesRoom(): number {
  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const notices = document.querySelector('.toasts');
    if (notices === null || typeof ResizeObserver === 'undefined') return undefined;
    const look = (): void => setRoom(Math.round(notices.getBoundingClientRect().height));
    look();
    const observer = new ResizeObserver(look);
    observer.observe(notices);
    return () => observer.disconnect();
  }, []);
  return room;
}
