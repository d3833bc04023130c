import { useEffect, useState } from 'react';

/** Milliseconds a picture moves by itself: what moves longer beside what is read distracts (WCAG 2.2, 2.2.2). */
const byItselfMs = 5000;

export interface Playing {
  readonly playing: boolean;
  /** It is on the screen. */
  readonly begun: () => void;
  readonly play: () => void;
  readonly stop: () => void;
}

/** Whether a picture moves at this moment: for a while when it comes, unless less motion is wanted, and then as long as the person says. */
export function usePlaying(startsByItself: boolean): Playing {
  const [state, setState] = useState<'begins' | 'by-itself' | 'asked' | 'still'>(() => (startsByItself && !isReduced() ? 'begins' : 'still'));
  useEffect(() => {
    if (state !== 'by-itself') return undefined;
    const timer = setTimeout(() => setState('still'), byItselfMs);
    return () => clearTimeout(timer);
  }, [state]);
  return {
    playing: state !== 'still',
    begun: () => setState((now) => (now === 'begins' ? 'by-itself' : now)),
    play: () => setState('asked'),
    stop: () => setState('still'),
  };
}

/** By the system, or here: what the style sheets go by, too. */
function isReduced(): boolean {
  return document.documentElement.dataset['motion'] === 'reduced' || matchMedia('(prefers-reduced-motion: reduce)').matches;
}
