import type { ReactNode } from 'react';
import type { KeyShift } from '../../../shared/model/keys';
import type { TextId } from '../../i18n/messages';
import { useText } from '../../i18n/use-text';
import { startOfDay, type Times } from '../../i18n/use-times';
import { KeyCut } from '../../ui/icons';
import { pictureDigits } from '../../ui/key-cut-path';
import { nameInSentence } from '../../ui/strangers';

/** Routine renewals are one quiet line a day; a loss and changed devices have lines of their own, however many there were. */
export function ShiftLine({ shifts, name, now, times }: { readonly shifts: readonly KeyShift[]; readonly name: string; readonly now: number; readonly times: Times }): ReactNode {
  const text = useText();
  const last = shifts.at(-1);
  if (last === undefined) return null;
  const words =
    shifts.length > 1 && last.reason === 'devices'
      ? text('shift.folded.devices', { name: nameInSentence(name) })
      : shifts.length > 1 && last.reason !== 'compromise'
      ? text(startOfDay(last.at) === startOfDay(now) ? 'shift.folded.today' : 'shift.folded', { count: shifts.length })
      : text(single(last), { name: nameInSentence(name) });
  return (
    <div className={`shift-line${last.reason === 'compromise' ? ' loss' : ''}`} role="none">
      <KeyCut id={pictureDigits(`${last.who}${last.to}${last.at}`)} />
      <span>{words}</span>
      <time className="shift-time">{times.clock(last.at)}</time>
    </div>
  );
}

function single({ who, reason }: KeyShift): TextId {
  const own = who === 'you';
  if (reason === 'compromise') return own ? 'shift.you.loss' : 'shift.peer.loss';
  if (reason === 'devices') return own ? 'shift.you.devices' : 'shift.peer.devices';
  return own ? 'shift.you' : 'shift.peer';
}
