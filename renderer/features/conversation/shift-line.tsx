import type { ReactNode } from 'react';
import type { KeyShift } from '../../../shared/model/keys';
import { useText } from '../../i18n/use-text';
import { startOfDay, type Times } from '../../i18n/use-times';
import { KeyCut } from '../../ui/icons';
import { pictureDigits } from '../../ui/key-cut-path';
import { nameInSentence } from '../../ui/strangers';

/** Routine renewals: one quiet line a day. */
export function ShiftLine({ shifts, name, now, times }: { readonly shifts: readonly KeyShift[]; readonly name: string; readonly now: number; readonly times: Times }): ReactNode {
  const text = useText();
  const last = shifts.at(-1);
  if (last === undefined) return null;
  const words =
    shifts.length > 1
      ? text(startOfDay(last.at) === startOfDay(now) ? 'shift.folded.today' : 'shift.folded', { count: shifts.length })
      : last.who === 'you'
        ? text('shift.you')
        : text('shift.peer', { name: nameInSentence(name) });
  return (
    <div className="shift-line" role="none">
      <KeyCut id={pictureDigits(`${last.who}${last.to}${last.at}`)} />
      <span>{words}</span>
      <time className="shift-time">{times.clock(last.at)}</time>
    </div>
  );
}
