/**
 * Up to so many lines of a section all are drawn. A line is 14 elements and 26 KiB of the page's memory (measured with a thousand of them): a hundred
 * are less than 3 MiB, which is not worth the room that is left for what is not there.
 */
export const mostWhole = 100;
/** Lines that are drawn beyond either edge of what is seen, so that scrolling meets none that is missing. */
const beyond = 12;
/** A span begins and ends at multiples of this: scrolling by less draws nothing anew. */
const step = 8;

/** Lines from `first` up to the one before `end`. */
export interface Span {
  readonly first: number;
  readonly end: number;
}

/** What is drawn before anybody knows how high the list is: more than a screen. */
export const firstSpan: Span = { first: 0, end: 40 };

/** The lines near what is seen. `top`, `bottom`: the edges of what is seen, in pixels below the list's beginning; `height`: of a line. */
export function nearSpan(top: number, bottom: number, height: number, count: number): Span {
  const first = Math.floor((top / height - beyond) / step) * step;
  const end = Math.ceil((bottom / height + beyond) / step) * step;
  return { first: within(first, count), end: within(end, count) };
}

/** A line that is drawn, and how many in front of it are not. */
export interface DrawnRow {
  readonly at: number;
  readonly gap: number;
}

/** The lines of the span and those that are kept wherever they are, in their order; `after`: how many behind the last one are not drawn. */
export function drawnRows(count: number, { first, end }: Span, kept: readonly number[]): { readonly drawn: readonly DrawnRow[]; readonly after: number } {
  const places = new Set(kept.filter((at) => at >= 0 && at < count));
  for (let at = first; at < Math.min(end, count); at += 1) places.add(at);
  let next = 0;
  const drawn = [...places].sort((one, other) => one - other).map((at) => {
    const gap = at - next;
    next = at + 1;
    return { at, gap };
  });
  return { drawn, after: count - next };
}

function within(value: number, count: number): number {
  return Math.min(Math.max(value, 0), count);
}
