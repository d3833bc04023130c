import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { focusWhereAsked } from '../../app/focus-where-asked';
import { useModel, useSession } from '../../app/model-context';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { KeyCut } from '../../ui/icons';
import { ProgressBar } from '../../ui/progress-bar';
import { LinkWaits } from '../desktop/link-waits';
import { HelpButton } from '../help/help-host';
import { ProfileBeside } from '../profiles/profile-beside';
import { ProfileChooser } from '../profiles/profile-chooser';
import { RemovedNotice } from '../profiles/removed-notice';
import { PassphraseField, takePassphrase } from '../../ui/passphrase-field';

/** The vault is locked: one field, one button. Says nothing about whose it is. */
export function LockScreen(): ReactNode {
  const renewing = useSession((state) => state.renewing);
  return renewing === undefined ? <UnlockForm /> : <Renewing done={renewing.done} total={renewing.total} />;
}

/** It is closed while everything is written under a new key, and opens by itself. */
function Renewing({ done, total }: { readonly done: number; readonly total: number }): ReactNode {
  const text = useText();
  const times = useTimes();
  const { background } = useModel();
  const cancel = useSession((state) => state.cancelNewKey);
  const [cancelling, setCancelling] = useState(false);
  // The form that was sent went with the window behind it, and with it the focus.
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <main className="front-page">
      <section className="front-form narrow" aria-labelledby="renewing-title">
        <KeyCut id="9c2e5b71" className="lock-key" />
        <p className="wordmark">{text('app.name')}</p>
        <h1 className="display" id="renewing-title" ref={heading} tabIndex={-1}>
          {text('renewing.title')}
        </h1>
        <p className="lead">{text('renewing.lead')}</p>
        <ProgressBar label={text('renewing.progress')} done={done} total={total} words={text('updates.progress', { done: times.bytes(done), total: times.bytes(total) })} />
        <Button
          isPending={cancelling}
          onPress={() => {
            setCancelling(true);
            background(cancel().catch((thrown: unknown) => {
              setCancelling(false);
              throw thrown;
            }));
          }}
        >
          {text('renewing.cancel')}
        </Button>
      </section>
    </main>
  );
}

function UnlockForm(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const unlock = useSession((state) => state.unlock);
  const keyring = useSession((state) => state.keyring);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const field = useRef<HTMLInputElement>(null);
  const [tried, setTried] = useState(false);
  const wrong = failure !== undefined && toFailure(failure).code === 'vault.wrong-passphrase';

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (busy) return;
    const passphrase = takePassphrase(field.current);
    if (passphrase === '') return;
    const answered = focusWhereAsked();
    setBusy(true);
    setFailure(undefined);
    unlock(passphrase)
      .catch((thrown: unknown) => {
        setFailure(thrown);
        setTried(true);
        answered(field.current);
      })
      .finally(() => setBusy(false));
  };

  return (
    <main className="front-page">
      <Form className="front-form narrow" onSubmit={submit} autoComplete="off">
        <KeyCut id="9c2e5b71" className="lock-key" />
        <p className="wordmark">{text('app.name')}</p>
        <h1 className="display">{text('lock.title')}</h1>
        <p className="lead">{text(keyring === 'silent' ? 'lock.keyring' : 'lock.lead')}</p>
        <RemovedNotice next="unlock" />
        <LinkWaits />
        <PassphraseField
          label={text('onboarding.passphrase')}
          fieldRef={field}
          onTyped={({ value }) => {
            if (value !== '') setFailure(undefined);
          }}
          error={wrong ? text('lock.wrong') : undefined}
          autoComplete="current-password"
          autoFocus
        />
        {failure === undefined || wrong ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
        <Button kind="main" type="submit" wide isPending={busy}>
          {text(busy ? 'lock.unlocking' : 'lock.unlock')}
        </Button>
        <ProfileChooser />
        {tried && !busy ? <ProfileBeside why="forgotten" /> : null}
        <HelpButton />
      </Form>
    </main>
  );
}
