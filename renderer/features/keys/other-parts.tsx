import type { ReactNode } from 'react';
import type { KeyStatus } from '../../../shared/model/keys';
import { useText } from '../../i18n/use-text';

/** Where both began the conversation at once it has keys of its own in each part: which those are that the cards do not show. */
export function OtherParts({ also, name }: { readonly also: NonNullable<KeyStatus['also']>; readonly name: string }): ReactNode {
  const text = useText();
  return (
    <section className="stack tight" aria-labelledby="other-parts-heading">
      <h2 className="small-heading" id="other-parts-heading">
        {text('keys.also')}
      </h2>
      <p>{text('keys.also.text', { name })}</p>
      <ul className="plain-list">
        {also.map(({ sending, receiving }, at) => (
          <li key={at}>{text('keys.also.part', { name, mine: sending?.epoch ?? 0, theirs: Math.max(0, ...receiving.map(({ epoch }) => epoch)) })}</li>
        ))}
      </ul>
    </section>
  );
}
