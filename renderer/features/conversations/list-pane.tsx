import { useRef, type ReactNode } from 'react';
import { heard } from '../../i18n/heard';
import { useIsAlone } from '../../ui/use-is-alone';

/** The way to the conversations; in a narrow window that shows it the main part of the page as well. */
export function ListPane({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  const pane = useRef<HTMLDivElement>(null);
  const isAlone = useIsAlone(pane);
  return (
    <div ref={pane} className="pane list-pane" role={isAlone ? 'main' : undefined} data-pane="list">
      <nav aria-label={heard(label)}>{children}</nav>
    </div>
  );
}
