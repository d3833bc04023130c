import type { ReactNode } from 'react';
import type { KeyShift } from '../../../shared/model/keys';
import { useText } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';

/** Generations drawn in a lane at most. */
const most = 10;

/** A picture of the key lives, one lane a direction: a block is a generation, its notch the shift. The table below says the same. */
export function KeyLanes({ history, name, now, times }: { readonly history: readonly KeyShift[]; readonly name: string; readonly now: number; readonly times: Times }): ReactNode {
  const text = useText();
  return (
    <div className="lanes" aria-hidden="true">
      <Lane label={text('keys.yours', { name })} shifts={history.filter((shift) => shift.who === 'you')} now={now} times={times} />
      <Lane label={text('keys.theirs', { name })} shifts={history.filter((shift) => shift.who === 'peer')} now={now} times={times} />
    </div>
  );
}

function Lane({ label, shifts, now, times }: { readonly label: string; readonly shifts: readonly KeyShift[]; readonly now: number; readonly times: Times }): ReactNode {
  const text = useText();
  const ordered = [...shifts].sort((one, other) => one.at - other.at).slice(-most);
  return (
    <div className="lane">
      <span className="lane-label">{label}</span>
      <span className="lane-blocks">
        {ordered.length === 0 ? <span className="lane-block none" /> : null}
        {ordered.map((shift, index) => {
          const life = (ordered[index + 1]?.at ?? now) - shift.at;
          return (
            <span
              key={shift.to}
              className={index === ordered.length - 1 ? 'lane-block current' : 'lane-block'}
              // Longer lives are wider, but a minute stays visible beside a month.
              style={{ flexGrow: Math.max(1, Math.log2(2 + Math.max(0, life) / 60_000)) }}
              title={`${text('keys.generation', { epoch: shift.to })} · ${times.dateTime(shift.at)} · ${text(`keys.reason.${shift.reason}`)}`}
            >
              {shift.to}
            </span>
          );
        })}
      </span>
    </div>
  );
}
