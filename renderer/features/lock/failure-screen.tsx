import { useEffect, useRef, type ReactNode } from 'react';
import type { KeyshiftError } from '../../../shared/errors';
import { useSession } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { useCopy } from '../../ui/use-copy';
import { HelpButton } from '../help/help-host';
import { ProfileBeside } from '../profiles/profile-beside';
import { ProfileChooser } from '../profiles/profile-chooser';
import { failureKind } from './failure-words';

/** The vault cannot be used: what happened, what is safe, what to do next, and a code to pass on. */
export function FailureScreen({ failure }: { readonly failure: KeyshiftError }): ReactNode {
  const text = useText();
  const copy = useCopy();
  const load = useSession((state) => state.load);
  const kind = failureKind(failure.code);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <main className="front-page">
      <section className="failure-card">
        <p className="wordmark">{text('app.name')}</p>
        <h1 className="display" tabIndex={-1} ref={heading}>
          {text(`failure.${kind}.title`)}
        </h1>
        <dl className="failure-facts">
          {(['what', 'safe', 'next'] as const).map((part) => (
            <div key={part} className={part}>
              <dt>{text(`failure.heading.${part}`)}</dt>
              <dd>{text(`failure.${kind}.${part}`)}</dd>
            </div>
          ))}
        </dl>
        <p className="failure-code">
          <span>{text('app.code', { code: failure.code })}</span>
        </p>
        <div className="dialog-actions start">
          <Button kind="main" onPress={() => void load()}>
            {text('app.retry')}
          </Button>
          {kind === 'damaged' ? <ProfileBeside why="damaged" /> : null}
          <Button onPress={() => void copy(failure.code)}>{text('app.copyCode')}</Button>
          <HelpButton at="when-something-is-wrong" />
        </div>
        <ProfileChooser />
      </section>
    </main>
  );
}
