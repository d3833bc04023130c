import { useEffect, useLayoutEffect, useRef, useState, type CSSProperties, type ReactNode } from 'react';
import { X } from 'lucide-react';
import { keepFocus } from '../app/keep-focus';
import { useUi } from '../app/model-context';
import { focusBack } from '../app/panes';
import type { Toast } from '../app/ui-store';
import { heard } from '../i18n/heard';
import { useText } from '../i18n/use-text';
import { CopyCode } from './copy-code';
import { IconButton } from './icon-button';
import { useHeadEnd } from './use-head-end';
import { useUncoveredFocus } from './use-uncovered-focus';

/** How long a toast stays, in milliseconds: as long as it takes to read it after it was seen, and bad news twice that. It waits while the pointer or the focus is on it. */
function stayOf({ text, tone }: Toast): number {
  const toRead = Math.min(Math.max(4_000, 2_000 + 50 * text.length), 9_000);
  return tone === 'danger' ? 2 * toRead : toRead;
}

export function Toasts(): ReactNode {
  const text = useText();
  const toasts = useUi((state) => state.toasts);
  const announcement = useUi((state) => state.announcement);
  const headEnd = useHeadEnd(toasts.length > 0);
  const notices = useRef<HTMLDivElement>(null);
  useUncoveredFocus(notices, toasts);
  return (
    <>
      {/* Above a dialog as well: it is heard there, and a press on it does not close what lies below. Each is read by itself, without those that stand there already. */}
      <div ref={notices} className="toasts" role="status" aria-live="polite" aria-atomic="false" aria-label={text('app.notices')} data-react-aria-top-layer="true" style={headEnd === undefined ? undefined : ({ '--head-end': `${headEnd}px` } as CSSProperties)}>
        {toasts.map((toast) => (
          <ToastCard key={toast.id} toast={toast} />
        ))}
      </div>
      {/* The one region that speaks arriving messages; the list itself is not live. */}
      <div className="only-heard" role="status" aria-live="polite" aria-atomic="true" data-react-aria-top-layer="true">
        <span key={announcement.n}>{heard(announcement.text)}</span>
      </div>
    </>
  );
}

function ToastCard({ toast }: { readonly toast: Toast }): ReactNode {
  const text = useText();
  const dismiss = useUi((state) => state.dismiss);
  // One may leave it and the other be on it still.
  const [pointed, setPointed] = useState(false);
  const [focused, setFocused] = useState(false);
  const held = pointed || focused;
  const card = useRef<HTMLDivElement>(null);
  // It goes with its time, with what it told, or as a fourth one comes: the button that had the focus goes along.
  useLayoutEffect(() => {
    const element = card.current;
    return () => {
      if (element?.contains(document.activeElement) === true) keepFocus(focusBack);
    };
  }, []);
  useEffect(() => {
    if (held) return undefined;
    const timer = setTimeout(() => dismiss(toast.id), stayOf(toast));
    return () => clearTimeout(timer);
  }, [held, dismiss, toast]);
  return (
    <div
      ref={card}
      className={`toast ${toast.tone}`}
      onPointerEnter={() => setPointed(true)}
      onPointerLeave={() => setPointed(false)}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
    >
      <span className="toast-text">{toast.text}</span>
      {toast.tone === 'danger' ? <CopyCode words={toast.text} /> : null}
      <IconButton label={text('app.dismiss')} onPress={() => dismiss(toast.id)}>
        <X aria-hidden="true" />
      </IconButton>
    </div>
  );
}
