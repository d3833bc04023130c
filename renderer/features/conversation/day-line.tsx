import type { ReactNode } from 'react';
import type { Times } from '../../i18n/use-times';

/** Between two days of a conversation. */
export function DayLine({ at, now, times }: { readonly at: number; readonly now: number; readonly times: Times }): ReactNode {
  return (
    <div className="day" role="none">
      <span>{times.day(at, now)}</span>
    </div>
  );
}
