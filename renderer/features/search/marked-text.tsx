import type { ReactNode } from 'react';
import { searchMarks } from '../../../shared/search-marks';

/** A text with the words of a search marked in it. */
export function MarkedText({ text, query }: { readonly text: string; readonly query: string }): ReactNode {
  const marks = query === '' ? [] : searchMarks(text, query);
  if (marks.length === 0) return text;
  const parts: ReactNode[] = [];
  let from = 0;
  for (const [start, end] of marks) {
    parts.push(text.slice(from, start), <mark key={start}>{text.slice(start, end)}</mark>);
    from = end;
  }
  return [...parts, text.slice(from)];
}
