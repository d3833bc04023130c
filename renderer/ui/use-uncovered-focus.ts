import { useLayoutEffect, type RefObject } from 'react';

/** Between the two, in pixels. */
const gap = 4;
/** A dialog needs some until there is room at its foot to scroll into. */
const frames = 6;

/**
 * Notices come by themselves and lie on whatever is there. What has the focus comes out from beneath them by scrolling (WCAG 2.2, 2.4.11); where nothing can be
 * scrolled they go to the other end of the window until others are shown. What is higher than the room beside them is left: it shows itself there.
 */
export function useUncoveredFocus(notices: RefObject<HTMLElement | null>, shown: readonly unknown[]): void {
  useLayoutEffect(() => {
    const element = notices.current;
    if (element === null || shown.length === 0) return undefined;
    let frame = 0;
    const look = (): void => {
      cancelAnimationFrame(frame);
      let left = frames;
      frame = requestAnimationFrame(function again() {
        left -= 1;
        const covered = scrollOut(element);
        if (covered && left > 0) frame = requestAnimationFrame(again);
        else if (covered) element.classList.add(isAtHead(element) ? 'at-foot' : 'at-head');
      });
    };
    look();
    document.addEventListener('focusin', look);
    window.addEventListener('resize', look);
    return () => {
      cancelAnimationFrame(frame);
      document.removeEventListener('focusin', look);
      window.removeEventListener('resize', look);
      element.classList.remove('at-foot', 'at-head');
    };
  }, [notices, shown]);
}

/** Scrolls what has the focus out from beneath them, as far as that goes; whether it is still covered. */
function scrollOut(notices: Element): boolean {
  const focused = document.activeElement;
  if (focused === null || focused === document.body || notices.contains(focused)) return false;
  // Of a choice or a switch the control itself is not to be seen.
  const seen = focused.closest('label') ?? focused;
  const cover = notices.getBoundingClientRect();
  const isHead = isAtHead(notices);
  /** How far it would have to go, downwards. */
  const missing = (): number => {
    const { top, bottom, left, right, height } = seen.getBoundingClientRect();
    const isBeside = bottom <= cover.top || top >= cover.bottom || right <= cover.left || left >= cover.right;
    if (isBeside || height > (isHead ? window.innerHeight - cover.bottom : cover.top)) return 0;
    return isHead ? cover.bottom + gap - top : cover.top - gap - bottom;
  };
  for (let place = seen.parentElement; place !== null && place !== document.body && missing() !== 0; place = place.parentElement) {
    if (place.scrollHeight > place.clientHeight && isScrolledByHand(place)) place.scrollTop -= missing();
  }
  return missing() !== 0;
}

/** What hides the rest of it, as a message that is folded does, scrolls as well if it is told to, and nobody could bring its beginning back. */
function isScrolledByHand(place: Element): boolean {
  const { overflowY } = getComputedStyle(place);
  return overflowY !== 'hidden' && overflowY !== 'clip';
}

function isAtHead(notices: Element): boolean {
  const { top, bottom } = notices.getBoundingClientRect();
  return top + bottom < window.innerHeight;
}
