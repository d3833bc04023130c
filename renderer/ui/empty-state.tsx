import type { ReactNode } from 'react';
import { KeyCut } from './icons';

/** A calm page where nothing is yet, with what to do about it. */
export function EmptyState({ title, children, actions, keyId = '4b19e6a2' }: { readonly title?: string; readonly children?: ReactNode; readonly actions?: ReactNode; readonly keyId?: string }): ReactNode {
  return (
    <div className="empty-state">
      <KeyCut id={keyId} className="empty-key" />
      {title === undefined ? null : <h1 className="display">{title}</h1>}
      {children === undefined ? null : <p className="empty-text">{children}</p>}
      {actions === undefined ? null : <div className="empty-actions">{actions}</div>}
    </div>
  );
}
