import type { ReactNode } from 'react';
import type { KeyGeneration } from '../../../shared/model/keys';
import { useText } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';
import { fateOf, reasonId } from './life-words';
import { ReasonGlyph } from './reason-glyph';

export interface LivesLegendProps {
  readonly generations: readonly KeyGeneration[];
  readonly checkedSince: number | undefined;
  readonly hatched: boolean;
  readonly name: string;
  readonly times: Times;
}

/** What the shapes of the picture mean: only those that are in it. */
export function LivesLegend({ generations, checkedSince, hatched, name, times }: LivesLegendProps): ReactNode {
  const text = useText();
  const fates = new Set(generations.map(fateOf));
  const reasons = new Map(generations.map(({ reason, who }) => [reasonId(reason, who), { reason, who }] as const));
  return (
    <figcaption className="lives-legend">
      <ul aria-label={text('lives.legend')}>
        {(['use', 'kept', 'forgotten'] as const)
          .filter((fate) => fates.has(fate))
          .map((fate) => (
            <li key={fate}>
              <span className={`legend-mark ${fate}`} aria-hidden="true" />
              {text(`lives.fate.${fate}`)}
            </li>
          ))}
        {[...reasons].map(([id, { reason, who }]) => (
          <li key={id}>
            <ReasonGlyph reason={reason} who={who} />
            {text(id)}
          </li>
        ))}
        {hatched ? (
          <li>
            <span className="legend-mark hatched" aria-hidden="true" />
            {checkedSince === undefined ? text('lives.hatched.never', { name }) : text('lives.hatched', { name, date: times.date(checkedSince) })}
          </li>
        ) : null}
      </ul>
    </figcaption>
  );
}
