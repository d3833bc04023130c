import { useId, type ReactNode } from 'react';
import type { KeyTimeline } from '../../../shared/model/keys';
import { useText } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';
import { Disclosure } from '../../ui/disclosure';
import { LivesPicture } from './lives-picture';
import { LivesTable } from './lives-table';

export interface LivesSectionProps {
  readonly timeline: KeyTimeline;
  /** The part of the conversation that is written in, or another one that was begun at the same moment. */
  readonly part: 'written' | 'other';
  readonly name: string;
  readonly times: Times;
}

export function LivesSection({ timeline, part, name, times }: LivesSectionProps): ReactNode {
  const text = useText();
  const id = useId();
  const words = {
    heading: text(part === 'written' ? 'lives.heading' : 'lives.other.heading'),
    picture: text(part === 'written' ? 'lives.picture' : 'lives.other.picture'),
    table: text(part === 'written' ? 'lives.table' : 'lives.other.table'),
  };
  return (
    <section className="stack tight" aria-labelledby={id}>
      <h2 className="small-heading" id={id}>
        {words.heading}
      </h2>
      <LivesPicture timeline={timeline} label={words.picture} name={name} times={times} />
      <Disclosure label={text(part === 'written' ? 'lives.asTable' : 'lives.other.asTable')}>{() => <LivesTable generations={timeline.generations} label={words.table} name={name} times={times} />}</Disclosure>
    </section>
  );
}
