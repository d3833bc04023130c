import type { ReactNode } from 'react';

/** How many are not read; of a conversation that was marked by hand and has none, a dot. `calm`: it asks for nobody. */
export function UnreadMark({ unread, calm }: { readonly unread: number; readonly calm: boolean }): ReactNode {
  const kind = unread === 0 ? 'unread-count unread-dot' : 'unread-count';
  return <span className={calm ? `${kind} calm` : kind}>{unread === 0 ? null : unread > 99 ? '99+' : unread}</span>;
}
