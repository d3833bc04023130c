import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { useBackup, useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { isCovered } from '../../ui/covered';
import { KeyCut } from '../../ui/icons';
import { PassphraseField, takePassphrase } from '../../ui/passphrase-field';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';
import { HelpButton } from '../help/help-host';
import { BackupFailure } from './backup-failure';
import { BackupProgress } from './backup-progress';
import { RestoreFound } from './restore-found';

/** First start with a backup at hand: the file is chosen in the system's dialog, its passphrase given here. */
export function RestoreScreen({ onBack }: { readonly onBack: () => void }): ReactNode {
  const text = useText();
  const phase = useBackup((state) => state.phase);
  const place = useFocusIfLost<HTMLElement>(phase.step);
  const isAway = phase.step === 'running' || phase.step === 'found';
  return (
    <main className="front-page">
      {/* It has the focus when a step goes with the button that had it: what is asked is heard then. */}
      <section className="front-form" aria-labelledby={phase.step === 'found' ? 'restore-found' : 'restore'} tabIndex={-1} ref={place}>
        <KeyCut id="7f3a19d4" className="lock-key" />
        <p className="wordmark">{text('app.name')}</p>
        <h1 className="display" id="restore">
          {text('restore.title')}
        </h1>
        <p className="lead">{text('restore.lead')}</p>
        {/* Read before the file was chosen: what is asked now stands on one screen. */}
        {phase.step === 'found' ? null : (
          <ul className="plain-list">
            <li>{text('restore.device')}</li>
            <li>{text('restore.messages')}</li>
            <li>{text('restore.files')}</li>
            <li>{text('restore.keys')}</li>
          </ul>
        )}
        {phase.step === 'running' ? <BackupProgress phase={phase} /> : phase.step === 'found' ? <RestoreFound {...phase} /> : null}
        {/* Out of sight meanwhile, with the code in its field: nobody copies fifty letters from paper twice for a slip in the passphrase. */}
        <div hidden={isAway} inert={isAway}>
          <RestoreForm onBack={onBack} />
        </div>
      </section>
    </main>
  );
}

function RestoreForm({ onBack }: { readonly onBack: () => void }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const model = useModel();
  const phase = useBackup((state) => state.phase);
  const field = useRef<HTMLInputElement>(null);
  const kit = useRef<HTMLInputElement>(null);
  const [missing, setMissing] = useState(false);
  const failed = phase.step === 'failed' ? phase.failure : undefined;
  const wrong = failed?.code === 'backup.wrong-passphrase';
  const wrongCode = failed?.code === 'recovery.wrong-code';
  // Also where this form is another one: whether one said that the kit is needed is known by how it failed.
  const asksKit = useBackup((state) => state.needsKit);
  // Where one types again: what had the focus went with what was under way.
  useEffect(() => {
    if (failed !== undefined && !isCovered(field.current)) (wrongCode ? kit : field).current?.focus();
  }, [failed, wrongCode]);
  // What failed before was told before.
  useEffect(() => () => model.backup.getState().again(), [model]);

  const restore = (event: FormEvent): void => {
    event.preventDefault();
    const passphrase = takePassphrase(field.current);
    const code = (kit.current?.value ?? '').trim();
    setMissing(passphrase === '');
    if (passphrase === '') field.current?.focus();
    else model.background(model.backup.getState().restore(passphrase, code === '' ? undefined : code));
  };
  return (
    <Form className="stack" onSubmit={restore} autoComplete="off">
      <PassphraseField
        label={text('restore.passphrase')}
        fieldRef={field}
        onTyped={({ value }) => {
          if (value === '') return;
          setMissing(false);
          model.backup.getState().again();
        }}
        error={missing ? text('restore.missing') : wrong ? errorText(failed) : undefined}
        autoComplete="current-password"
        autoFocus
      />
      {asksKit ? (
        <PassphraseField
          label={text('restore.kit')}
          fieldRef={kit}
          onTyped={() => model.backup.getState().again()}
          hint={text('recovery.use.code.hint')}
          error={wrongCode ? errorText(failed) : undefined}
          autoComplete="off"
          code
        />
      ) : null}
      {phase.step === 'failed' && !wrong && !wrongCode ? <BackupFailure phase={phase} /> : null}
      <Button kind="main" type="submit" wide>
        {text('restore.choose')}
      </Button>
      <div className="front-others">
        <Button kind="quiet" wide onPress={onBack}>
          {text('restore.back')}
        </Button>
        <HelpButton wide at="keep-it-safe" />
      </div>
    </Form>
  );
}
