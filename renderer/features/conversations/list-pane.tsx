import { useEffect, useRef, useState, type ReactNode } from 'react';
import { heard } from '../../i18n/heard';

/** The way to the conversations. A narrow window shows one pane at a time: the list, while it is that one, is also the main part of the page, which whoever has it read asks for. */
export function ListPane({ label, children }: { readonly label: string; readonly children: ReactNode }): ReactNode {
  const pane = useRef<HTMLDivElement>(null);
  const [isAlone, setAlone] = useState(false);
  useEffect(() => {
    const element = pane.current;
    if (element === null || typeof ResizeObserver === 'undefined') return undefined;
    const look = (): void => setAlone(element.offsetWidth > 0 && element.offsetWidth >= (element.parentElement?.clientWidth ?? Infinity));
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div ref={pane} className="pane list-pane" role={isAlone ? 'main' : undefined} data-pane="list">
      <nav aria-label={heard(label)}>{children}</nav>
    </div>
  );
}
