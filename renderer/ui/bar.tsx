import type { ReactNode } from 'react';

export type BarTone = 'notice' | 'calm';

/** A thin line under the title, for as long as its reason lasts. */
export function Bar({ tone, icon, children, actions }: { readonly tone: BarTone; readonly icon: ReactNode; readonly children: ReactNode; readonly actions?: ReactNode }): ReactNode {
  return (
    <div className={`bar ${tone}`}>
      {icon}
      <p className="bar-text">{children}</p>
      {actions === undefined ? null : <span className="bar-actions">{actions}</span>}
    </div>
  );
}
