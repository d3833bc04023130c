import { useLayoutEffect, useState, type RefObject } from 'react';
import { flushSync } from 'react-dom';
import { firstSpan, nearSpan, type Span } from './near-rows';

/** Pixels of a line until one was measured: styles/list.css. */
const usualHeight = 60;

export interface NearRows {
  readonly span: Span;
  /** Pixels of one line. */
  readonly height: number;
}

/**
 * Which of `count` lines of `list` are near what `box` shows. Looked at when somebody scrolls, and when the box or the number of lines changes: always
 * behind a layout, so that looking causes none. `off`: all are drawn anyway.
 */
export function useNearRows(box: RefObject<HTMLElement | null>, list: RefObject<HTMLElement | null>, count: number, allLines: number, off: boolean): NearRows {
  const [near, setNear] = useState<NearRows>({ span: firstSpan, height: usualHeight });
  useLayoutEffect(() => {
    const scroller = box.current;
    const lines = list.current;
    if (off || scroller === null || lines === null) return undefined;
    const look = (): void => {
      // Not on screen in a narrow window: what is drawn stays.
      if (scroller.clientHeight === 0) return;
      const height = lines.querySelector('li')?.offsetHeight ?? usualHeight;
      const top = scroller.getBoundingClientRect().top - lines.getBoundingClientRect().top;
      const span = nearSpan(top, top + scroller.clientHeight, height, count);
      // Before this frame is painted: nobody sees a place where nothing is drawn yet.
      flushSync(() => setNear((known) => (known.height === height && known.span.first === span.first && known.span.end === span.end ? known : { span, height })));
    };
    scroller.addEventListener('scroll', look, { passive: true });
    const observer = typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(look);
    observer?.observe(scroller);
    return () => {
      scroller.removeEventListener('scroll', look);
      observer?.disconnect();
    };
    // A list above that grows or shrinks moves this one.
  }, [box, list, count, allLines, off]);
  return near;
}
