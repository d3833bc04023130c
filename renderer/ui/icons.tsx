import type { ReactNode } from 'react';
import type { Who } from '../../shared/model/contact';
import type { Reach } from '../../shared/model/contact';
import { bladePath } from './key-cut-path';

/** The key glyph: bow, and a blade whose eight cuts are the key's own short id. A renewed key has another blade. */
export function KeyCut({ id, className }: { readonly id: string; readonly className?: string }): ReactNode {
  return (
    <svg className={className ?? 'key-cut'} viewBox="0 0 48 18" aria-hidden="true" focusable="false">
      <path fillRule="evenodd" d="M8 1.5a7.5 7.5 0 1 0 0 15a7.5 7.5 0 0 0 0-15Zm-1.4 4.7a2.7 2.7 0 1 1 0 5.4a2.7 2.7 0 0 1 0-5.4Z" />
      <path d={bladePath(id)} />
    </svg>
  );
}

/**
 * Who: a seal. Dashed while unchecked, full and ticked once checked, ribboned when vouched for, a warning triangle when the key
 * changed; an octagon where sending is paused: with a question mark for an unknown key, with two bars for two keys. `key`: a key.
 */
export function WhoGlyph({ who }: { readonly who: Who | 'key' }): ReactNode {
  return (
    <svg className="fact-glyph" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {who === 'checked' ? (
        <>
          <circle cx="8" cy="8" r="7" fill="currentColor" />
          <path d="M4.8 8.3l2.2 2.2l4.3-4.7" className="cut-out" />
        </>
      ) : who === 'vouched' ? (
        <>
          <circle cx="8" cy="6" r="4.6" className="line" />
          <path d="M5.4 10l-1 5l3.6-2l3.6 2l-1-5" className="line" />
        </>
      ) : who === 'unchecked' ? (
        <circle cx="8" cy="8" r="6.3" className="line" strokeDasharray="2.6 2.35" />
      ) : who === 'key' ? (
        <>
          <circle cx="5.2" cy="8" r="3.4" className="line" />
          <path d="M8.6 8H15M12.2 8v3M14.6 8v2.2" className="line" />
        </>
      ) : who === 'changed' ? (
        <>
          <path d="M8 1.4L15 14.2H1Z" className="line" />
          <path d="M8 6v4M8 11.6v.9" className="line" />
        </>
      ) : (
        <>
          <path d="M5.3 1.2h5.4l4.1 4.1v5.4l-4.1 4.1H5.3l-4.1-4.1V5.3Z" className="line" />
          {who === 'frozen' ? <path d="M6.2 5.2v5.6M9.8 5.2v5.6" className="line" /> : <path d="M6 6.3a2 2 0 1 1 2.6 1.9c-.5.2-.6.5-.6 1.1M8 11.2v.6" className="line" />}
        </>
      )}
    </svg>
  );
}

/** How a person is reached, with what a contact's `reach` does not tell apart: through Tor, and not any more. */
export type Way = Reach | 'onion' | 'ended';

/**
 * Reach: two people and the line between them. Drawn through, dashed while waiting, on a stand for one network, with rings
 * for Tor, a box for a mailbox, crossed when blocked, and none at all once it has ended.
 */
export function ReachGlyph({ reach }: { readonly reach: Way }): ReactNode {
  const isEmpty = reach === 'waiting' || reach === 'ended';
  return (
    <svg className="fact-glyph wide" viewBox="0 0 22 16" aria-hidden="true" focusable="false">
      <circle cx="3.4" cy="8" r="2.6" fill="currentColor" />
      <circle cx="18.6" cy="8" r="2.6" className={isEmpty ? 'line' : undefined} fill={isEmpty ? 'none' : 'currentColor'} />
      {reach === 'waiting' ? (
        <path d="M7.4 8h7.4" className="line" strokeDasharray="1.6 2" />
      ) : reach === 'ended' ? null : (
        <path d={reach === 'onion' ? 'M6 8h1.2M14.8 8H16' : 'M6 8h10'} className="line" />
      )}
      {reach === 'onion' ? (
        <>
          <circle cx="11" cy="8" r="3.8" className="line" />
          <circle cx="11" cy="8" r="1.3" fill="currentColor" />
        </>
      ) : null}
      {reach === 'mailbox' ? <rect x="8.4" y="5.4" width="5.2" height="5.2" fill="currentColor" /> : null}
      {reach === 'lan' ? <path d="M11 8V3.4M7.8 3.4h6.4" className="line" /> : null}
      {reach === 'blocked' ? <path d="M8.4 4.6l5.2 6.8M13.6 4.6l-5.2 6.8" className="line" /> : null}
    </svg>
  );
}
