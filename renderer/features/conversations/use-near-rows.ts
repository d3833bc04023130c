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
export function useNearRows(box: HTMLElement | null, list: RefObject<HTMLElement | null>, count: number, allLines: number, off: boolean): NearRows {
  const [near, setNear] = useState<NearRows>({ span: firstSpan, height: usualHeight });
  useLayoutEffect(() => {
    const lines = list.current;
    if (off || box === null || lines === null) return undefined;
    const look = (): void => {
      // Not on screen in a narrow window: what is drawn stays.
      if (box.clientHeight === 0) return;
      const height = lines.querySelector('li')?.offsetHeight ?? usualHeight;
      const top = box.getBoundingClientRect().top - lines.getBoundingClientRect().top;
      const span = nearSpan(top, top + box.clientHeight, height, count);
      // Before this frame is painted: nobody sees a place where nothing is drawn yet.
      flushSync(() => setNear((known) => (known.height === height && known.span.first === span.first && known.span.end === span.end ? known : { span, height })));
    };
    box.addEventListener('scroll', look, { passive: true });
    const observer = typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(look);
    observer?.observe(box);
    return () => {
      box.removeEventListener('scroll', look);
      observer?.disconnect();
    };
    // A list above that grows or shrinks moves this one.
  }, [box, list, count, allLines, off]);
  return near;
}
