import { useEffect, useRef, type ReactNode } from 'react';
import { ArrowLeftRight, CircleCheckBig, OctagonX, UserRoundX } from 'lucide-react';
import type { Verification, VerificationOutcome } from '../../../shared/model/verification';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { nameInSentence } from '../../ui/strangers';
import { outcomeWords } from './outcome-words';

const icons = { match: CircleCheckBig, 'no-match': OctagonX, 'other-person': UserRoundX, 'not-in-step': ArrowLeftRight } as const satisfies Record<VerificationOutcome, unknown>;

/** What came of it takes the focus: it is what the person waits for, and what a screen reader then reads. */
export function OutcomeCard({ compared, name, onAgain, onClose }: { readonly compared: Verification; readonly name: string; readonly onAgain: () => void; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    card.current?.focus();
  }, [compared]);
  const { outcome, otherName } = compared;
  const Icon = icons[outcome];
  const words = outcomeWords(compared);
  const values = { name, other: nameInSentence(otherName ?? '') };
  return (
    <section ref={card} className={`outcome ${outcome}`} tabIndex={-1} aria-labelledby="outcome-title" aria-describedby="outcome-text" data-testid="outcome" data-outcome={outcome}>
      <h3 id="outcome-title" className="outcome-title">
        <Icon aria-hidden="true" />
        {text(words.title, values)}
      </h3>
      <p id="outcome-text">{text(words.text, values)}</p>
      <div className="dialog-actions start">
        {outcome === 'match' ? (
          <Button kind="main" onPress={onClose}>
            {text('verify.done')}
          </Button>
        ) : (
          <Button onPress={onAgain}>{text('verify.again')}</Button>
        )}
      </div>
    </section>
  );
}
