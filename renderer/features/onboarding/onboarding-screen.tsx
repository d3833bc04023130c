import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { focusWhereAsked } from '../../app/focus-where-asked';
import { useDevices, useSession } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { KeyCut } from '../../ui/icons';
import { pictureDigits } from '../../ui/key-cut-path';
import { TextField } from '../../ui/text-field';
import { useDeviceLink } from '../desktop/use-device-link';
import { linkingOf } from '../devices/devices-store';
import { HelpButton } from '../help/help-host';
import { JoinScreen } from '../devices/join-screen';
import { RestoreScreen } from '../backup/restore-screen';
import { ProfileChooser } from '../profiles/profile-chooser';
import { RemovedNotice } from '../profiles/removed-notice';
import { NewPassphraseFields } from './new-passphrase-fields';
import { useNewPassphrase } from './use-new-passphrase';

const points = ['keys', 'direct', 'yours'] as const;

/** First start: a name and a passphrase, nothing else; or a backup; or one more device of somebody who is here already. */
export function OnboardingScreen(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const create = useSession((state) => state.create);
  const [name, setName] = useState('');
  const nameField = useRef<HTMLInputElement>(null);
  const chosen = useNewPassphrase();
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [other, setOther] = useState<'restore' | 'join'>();
  // A window that was reloaded finds its way back to what is under way.
  const joining = useDevices((state) => linkingOf(state)?.side === 'new');
  const [failure, setFailure] = useState<unknown>();
  const [link, setLink] = useState('');
  // Shown in its field; nothing is done with it. Whoever is in the middle of something else is not taken from it.
  useDeviceLink((opened) => {
    setLink(opened);
    setOther('join');
  }, !busy && !joining && other !== 'restore');

  const nameError = name.trim() === '' ? text('onboarding.error.name') : undefined;

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (busy) return;
    if (nameError !== undefined) {
      chosen.judge();
      nameField.current?.focus();
      return;
    }
    const passphrase = chosen.take();
    if (passphrase === undefined) return;
    setTried(false);
    const answered = focusWhereAsked();
    setBusy(true);
    setFailure(undefined);
    create(name.trim(), passphrase)
      .catch((thrown: unknown) => {
        setFailure(thrown);
        answered(chosen.first.current);
      })
      .finally(() => setBusy(false));
  };

  if (joining || other === 'join') return <JoinScreen link={link} onBack={() => setOther(undefined)} />;
  if (other === 'restore') return <RestoreScreen onBack={() => setOther(undefined)} />;
  return (
    <main className="front-page two">
      <section className="front-story" aria-hidden="true">
        <KeyCut id={pictureDigits(name)} className="front-key" />
        <ul className="front-points">
          {points.map((point) => (
            <li key={point}>
              <strong>{text(`onboarding.point.${point}`)}</strong>
              <span>{text(`onboarding.point.${point}.text`)}</span>
            </li>
          ))}
        </ul>
      </section>
      <Form className="front-form" onSubmit={submit} autoComplete="off">
        <p className="wordmark">{text('app.name')}</p>
        <h1 className="display">{text('onboarding.title')}</h1>
        <p className="lead">{text('onboarding.lead')}</p>
        <RemovedNotice next="begin" />
        <TextField
          label={text('onboarding.name')}
          value={name}
          inputRef={nameField}
          onChange={setName}
          hint={text('onboarding.name.hint')}
          error={tried ? nameError : undefined}
          maxLength={64}
          disabled={busy}
          autoFocus
        />
        <NewPassphraseFields chosen={chosen} tried={tried} label={text('onboarding.passphrase')} repeat={text('onboarding.repeat')} hint={text('onboarding.passphrase.hint')} disabled={busy} />
        <p className="plain-warning">{text('onboarding.noReset')}</p>
        {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
        <Button kind="main" type="submit" wide isPending={busy}>
          {text(busy ? 'onboarding.creating' : 'onboarding.create')}
        </Button>
        {busy ? null : (
          <div className="front-others">
            <Button kind="quiet" wide onPress={() => setOther('join')}>
              {text('join.open')}
            </Button>
            <Button kind="quiet" wide onPress={() => setOther('restore')}>
              {text('restore.open')}
            </Button>
            <HelpButton wide />
          </div>
        )}
        {busy ? null : <ProfileChooser />}
        <p className="field-hint centred" aria-live="polite">
          {busy ? text('onboarding.creating.hint') : ''}
        </p>
      </Form>
    </main>
  );
}
