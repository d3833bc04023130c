import type { ReactNode } from 'react';
import type { KeyTimeline } from '../../../shared/model/keys';
import { useText } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';
import { Disclosure } from '../../ui/disclosure';
import { LivesPicture } from './lives-picture';
import { LivesTable } from './lives-table';

export function LivesSection({ timeline, name, times }: { readonly timeline: KeyTimeline; readonly name: string; readonly times: Times }): ReactNode {
  const text = useText();
  return (
    <section className="stack tight" aria-labelledby="lives-heading">
      <h2 className="small-heading" id="lives-heading">
        {text('lives.heading')}
      </h2>
      <LivesPicture timeline={timeline} name={name} times={times} />
      <Disclosure label={text('lives.asTable')}>{() => <LivesTable generations={timeline.generations} name={name} times={times} />}</Disclosure>
    </section>
  );
}
