import { useEffect, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { useBackup, useIdentity, useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { NewPassphraseFields } from '../onboarding/new-passphrase-fields';
import { useNewPassphrase } from '../onboarding/use-new-passphrase';
import { useFocusIfLost } from '../../ui/use-focus-if-lost';
import { BackupFailure } from './backup-failure';
import { BackupProgress } from './backup-progress';

/** The whole profile in one file, and what it is good for. */
export function BackupSection(): ReactNode {
  const text = useText();
  const times = useTimes();
  const model = useModel();
  const phase = useBackup((state) => state.phase);
  const keyElsewhere = useIdentity((state) => state.identity?.keyElsewhere === true);
  const place = useFocusIfLost<HTMLElement>(phase.step);
  // The key comes from another device without a word while nobody looks.
  useEffect(() => model.background(model.identity.getState().load()), [model]);
  return (
    <div className="stack">
      <section className="stack" aria-labelledby="backup" tabIndex={-1} ref={place}>
        <div className="stack tight">
          <h3 className="small-heading" id="backup">
            {text('backup.title')}
          </h3>
          <p className="field-hint">{text('backup.lead')}</p>
          {keyElsewhere ? <p className="plain-warning">{text('backup.elsewhere')}</p> : null}
        </div>
        {phase.step === 'running' ? (
          <BackupProgress phase={phase} />
        ) : phase.step === 'created' ? (
          <>
            <div role="status">
              <Banner tone="calm">{text('backup.done', { path: phase.path, size: times.bytes(phase.bytes) })}</Banner>
            </div>
            <p className="field-hint">{text('backup.done.next')}</p>
            <div className="dialog-actions start">
              <Button onPress={() => model.backup.getState().again()}>
                {text('backup.again')}
              </Button>
            </div>
          </>
        ) : (
          <>
            {phase.step === 'failed' ? <BackupFailure phase={phase} /> : null}
            <BackupForm />
          </>
        )}
      </section>
      <section className="stack tight divided" aria-labelledby="archive">
        <h3 className="small-heading" id="archive">
          {text('archive.title')}
        </h3>
        <p className="field-hint">{text('archive.lead')}</p>
        <div className="dialog-actions start">
          <Button onPress={() => model.ui.getState().openDialog('archive')}>{text('archive.choose')}</Button>
        </div>
      </section>
      <section className="stack tight divided" aria-labelledby="backup-later">
        <h3 className="small-heading" id="backup-later">
          {text('backup.later')}
        </h3>
        <ul className="plain-list">
          <li>{text('backup.later.where')}</li>
          <li>{text('backup.later.device')}</li>
          <li>{text('backup.later.missing')}</li>
        </ul>
      </section>
    </div>
  );
}

function BackupForm(): ReactNode {
  const text = useText();
  const model = useModel();
  const chosen = useNewPassphrase('file');
  const [tried, setTried] = useState(false);
  const create = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    const passphrase = chosen.take();
    if (passphrase !== undefined) model.background(model.backup.getState().create(passphrase));
  };
  return (
    <Form className="stack" onSubmit={create} autoComplete="off">
      <NewPassphraseFields
        chosen={chosen}
        tried={tried}
        label={text('backup.passphrase')}
        repeat={text('backup.repeat')}
        hint={text('backup.passphrase.hint')}
        tooWeak={text('keyfile.tooWeak')}
      />
      <p className="plain-warning">{text('backup.loss')}</p>
      <div className="dialog-actions start">
        <Button kind="main" type="submit">
          {text('backup.create')}
        </Button>
      </div>
    </Form>
  );
}
