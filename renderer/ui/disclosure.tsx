import { useId, useState, type ReactNode } from 'react';
import { ChevronRight } from 'lucide-react';

/** A line that opens what belongs to it. What is closed is not drawn. */
export function Disclosure({ label, children }: { readonly label: string; readonly children: () => ReactNode }): ReactNode {
  const id = useId();
  const [open, setOpen] = useState(false);
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
