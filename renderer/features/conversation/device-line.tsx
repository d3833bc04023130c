import type { ReactNode } from 'react';
import { MonitorSmartphone } from 'lucide-react';
import type { Times } from '../../i18n/use-times';
import type { TimelineMark } from './timeline';

/** What became of a device, own or of the other side: one calm line, nothing to do. */
export function DeviceLine({ mark, times }: { readonly mark: TimelineMark; readonly times: Times }): ReactNode {
  return (
    <div className="shift-line" role="none" data-testid="device-line">
      <MonitorSmartphone aria-hidden="true" className="line-icon" />
      <span>{mark.words}</span>
      <time className="shift-time">{times.clock(mark.at)}</time>
    </div>
  );
}
