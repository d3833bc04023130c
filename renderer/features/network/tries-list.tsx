import type { ReactNode } from 'react';
import type { ReachReport, TryOutcome } from '../../../shared/model/network';
import { useNow } from '../../i18n/use-now';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { tryWords } from './reach-words';

/** Each address of the person, best first, and what it said when it was last tried. */
export function TriesList({ report, name }: { readonly report: ReachReport; readonly name: string }): ReactNode {
  const text = useText();
  const times = useTimes();
  const now = useNow();
  return (
    <section className="stack tight divided" aria-labelledby="tries-heading">
      <h2 className="small-heading" id="tries-heading">
        {text('reach.tries')}
      </h2>
      {report.tries.length === 0 ? (
        <p className="field-hint">{text('reach.tries.none', { name })}</p>
      ) : (
        <ul className="tries" aria-labelledby="tries-heading">
          {report.tries.map((one) => (
            // Two devices may share an address by way of a router.
            <li key={`${one.address} ${one.instanceId ?? ''}`} className="try">
              <span className={`try-mark ${markOf(one.outcome)}`} aria-hidden="true" />
              <span className="try-words">
                <code className="try-address">{one.address}</code>
                <span className="only-heard">, </span>
                <span className="try-via">{text(`reach.via.${one.via}`)}</span>
                <span className="only-heard">: </span>
                <span className="try-said">{tryWords(one, now, text, times)}</span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The mark beside the words says the same by its shape. */
function markOf(outcome: TryOutcome | undefined): string {
  if (outcome === 'connected') return 'full';
  if (outcome === 'trying') return 'half';
  return outcome === undefined || outcome === 'not-needed' ? 'empty' : 'crossed';
}
