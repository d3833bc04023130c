import { useEffect, useState, type ReactNode } from 'react';
import { X } from 'lucide-react';
import { useUi } from '../app/model-context';
import type { Toast } from '../app/ui-store';
import { useText } from '../i18n/use-text';
import { IconButton } from './icon-button';

/** How long a toast stays; it waits while the pointer or the focus is on it. */
const stay = 6_000;

export function Toasts(): ReactNode {
  const text = useText();
  const toasts = useUi((state) => state.toasts);
  const announcement = useUi((state) => state.announcement);
  return (
    <>
      <div className="toasts" role="status" aria-live="polite" aria-label={text('app.notices')}>
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} />
        ))}
      </div>
      {/* The one region that speaks arriving messages; the list itself is not live. */}
      <div className="only-heard" role="status" aria-live="polite" aria-atomic="true">
        <span key={announcement.n}>{announcement.text}</span>
      </div>
    </>
  );
}

function ToastCard({ toast }: { readonly toast: Toast }): ReactNode {
  const text = useText();
  const dismiss = useUi((state) => state.dismiss);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => dismiss(toast.id), stay);
    return () => clearTimeout(timer);
  }, [held, dismiss, toast.id]);
  return (
    <div
      className={`toast ${toast.tone}`}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className="toast-text">{toast.text}</span>
      <IconButton label={text('app.dismiss')} onPress={() => dismiss(toast.id)}>
        <X aria-hidden="true" />
      </IconButton>
    </div>
  );
}
