import type { ReactNode } from 'react';
import type { Times } from '../../i18n/use-times';
import { DeviceLine } from './device-line';
import { IdentityLine } from './identity-line';
import { ShiftLine } from './shift-line';
import { linesAfter, type TimelineMessage } from './timeline';

export interface MessageLinesProps {
  readonly entry: TimelineMessage;
  readonly name: string;
  readonly now: number;
  readonly times: Times;
}

/** What happened after a message and before the next one, in the order of its time. */
export function MessageLines({ entry, name, now, times }: MessageLinesProps): ReactNode {
  return linesAfter(entry).map((line) => {
    switch (line.kind) {
      case 'shifts':
        return <ShiftLine key={`shift ${line.shifts[0]?.who}-${line.shifts[0]?.at}-${line.shifts[0]?.to}`} shifts={line.shifts} name={name} now={now} times={times} />;
      case 'identities':
        return <IdentityLine key={`identity ${line.keys.at(-1)?.fingerprint}`} keys={line.keys} name={name} times={times} />;
      case 'mark':
        return <DeviceLine key={`mark ${line.mark.key}`} mark={line.mark} times={times} />;
      default:
        return line satisfies never;
    }
  });
}
