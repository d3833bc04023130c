import type { ReactNode } from 'react';
import type { KeyTimeline } from '../../../shared/model/keys';
import { useText } from '../../i18n/use-text';
import { startOfDay, useTimes } from '../../i18n/use-times';

/** What a taken device would give away of this conversation, and until when. No slogan: the window, with its dates. */
export function ExposureCard({ exposure, now }: { readonly exposure: KeyTimeline['exposure']; readonly now: number }): ReactNode {
  const text = useText();
  const times = useTimes();
  const { at, stored, recordedSince, recorded, nextExchangeChange, oldestKeyDestroyedAt } = exposure;
  const when = startOfDay(at) === startOfDay(now) ? times.clock(at) : times.dateTime(at);
  return (
    <section className="stack tight" aria-labelledby="exposure-heading">
      <h2 className="small-heading" id="exposure-heading">
        {text('exposure.heading')}
      </h2>
      <div className="exposure">
        <p>{text('exposure.stored', { when, count: stored })}</p>
        <p>
          {recordedSince === null
            ? text('exposure.recorded.none')
            : text('exposure.recorded', { since: times.dateTime(recordedSince), count: recorded })}
          {recordedSince === null ? null : ' '}
          {recordedSince === null ? null : oldestKeyDestroyedAt === null ? text('exposure.kept') : text('exposure.destroyed', { date: times.dateTime(oldestKeyDestroyedAt) })}
        </p>
        <p className="field-hint">{text('exposure.next', { date: times.dateTime(nextExchangeChange) })}</p>
      </div>
    </section>
  );
}
