import type { ReactNode } from 'react';
import { MonitorSmartphone, Timer } from 'lucide-react';
import type { Times } from '../../i18n/use-times';
import type { TimelineMark } from './timeline';

/** What became of a device, own or of the other side, or of the time messages stay: one calm line, nothing to do. */
export function DeviceLine({ mark, times }: { readonly mark: TimelineMark; readonly times: Times }): ReactNode {
  const Icon = mark.isTimer === true ? Timer : MonitorSmartphone;
  return (
    <div className="shift-line" role="none" data-testid={mark.isTimer === true ? 'timer-line' : 'device-line'}>
      <Icon aria-hidden="true" className="line-icon" />
      <span>{mark.words}</span>
      <time className="shift-time">{times.clock(mark.at)}</time>
    </div>
  );
}
