import { useId, useState, type ReactNode } from 'react';
import { ChevronRight } from 'lucide-react';

/** A line that opens what belongs to it. What is closed is not drawn. `asked`: it opens by itself when this comes, and stays as it is when it goes. */
export function Disclosure({ label, asked = false, children }: { readonly label: string; readonly asked?: boolean; readonly children: () => ReactNode }): ReactNode {
  const id = useId();
  const [open, setOpen] = useState(asked);
  const [wasAsked, setWasAsked] = useState(asked);
  if (asked !== wasAsked) {
    setWasAsked(asked);
    if (asked) setOpen(true);
  }
  return (
    <div className="disclosure">
      <button type="button" className="disclosure-button" aria-expanded={open} aria-controls={open ? id : undefined} onClick={() => setOpen(!open)}>
        <ChevronRight aria-hidden="true" />
        {label}
      </button>
      {open ? <div id={id}>{children()}</div> : null}
    </div>
  );
}
