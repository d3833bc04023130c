import type { ReactNode } from 'react';
import { endOfName, isLikeName } from './strangers';

/**
 * One line that loses its middle where there is no room for all of it, and not its end: what kind of file a name says it is stands there. Other
 * words lose their end, as the style around says.
 */
export function CutLine({ line }: { readonly line: string }): ReactNode {
  const end = isLikeName(line) ? endOfName(line) : '';
  const start = line.slice(0, line.length - end.length);
  if (end === '' || start === '') return line;
  return (
    <span className="cut-line">
      <span className="cut-start">{start}</span>
      <span className="cut-end">{end}</span>
    </span>
  );
}
