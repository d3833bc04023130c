import { Fragment, type ReactNode } from 'react';
import type { Times } from '../../i18n/use-times';
import { DayLine } from './day-line';
import { DeviceLine } from './device-line';
import { IdentityLine } from './identity-line';
import { ShiftLine } from './shift-line';
import { linesAfter, type TimelineLine, type TimelineMessage } from './timeline';

export interface MessageLinesProps {
  readonly entry: TimelineMessage;
  readonly name: string;
  readonly now: number;
  readonly times: Times;
}

/** What happened after a message and before the next one, in the order of its time. */
export function MessageLines({ entry, name, now, times }: MessageLinesProps): ReactNode {
  return linesAfter(entry).map((line) => {
    const { key, drawn } = draw(line, { name, now, times });
    return (
      <Fragment key={key}>
        {line.startsDay ? <DayLine at={line.at} now={now} times={times} /> : null}
        {drawn}
      </Fragment>
    );
  });
}

function draw(line: TimelineLine, { name, now, times }: Omit<MessageLinesProps, 'entry'>): { readonly key: string; readonly drawn: ReactNode } {
  switch (line.kind) {
    case 'shifts':
      return { key: `shift ${line.shifts[0]?.who}-${line.shifts[0]?.at}-${line.shifts[0]?.to}`, drawn: <ShiftLine shifts={line.shifts} name={name} now={now} times={times} /> };
    case 'identities':
      return { key: `identity ${line.keys.at(-1)?.fingerprint}`, drawn: <IdentityLine keys={line.keys} name={name} times={times} /> };
    case 'mark':
      return { key: `mark ${line.mark.key}`, drawn: <DeviceLine mark={line.mark} times={times} /> };
    default:
      return line satisfies never;
  }
}
