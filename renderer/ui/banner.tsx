import type { ReactNode } from 'react';
import { CopyCode } from './copy-code';

/** A line that stands until its reason is gone. `alert` speaks up at once: only where the person must act. */
export function Banner({ tone, icon, children, action }: { readonly tone: 'notice' | 'danger' | 'calm'; readonly icon?: ReactNode; readonly children: ReactNode; readonly action?: ReactNode }): ReactNode {
  return (
    <div className={`banner ${tone}`} role={tone === 'danger' ? 'alert' : 'note'}>
      {icon}
      <div className="banner-text">{children}</div>
      {action}
      {tone === 'danger' ? <CopyCode words={children} /> : null}
    </div>
  );
}
