import { useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { focusWhereAsked } from '../../app/focus-where-asked';
import { useModel } from '../../app/model-context';
import { useFailure, useGone } from '../../app/use-gone';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { ChoiceCards } from '../../ui/choice-cards';
import { Dialog } from '../../ui/dialog';
import { NewPassphraseFields } from '../onboarding/new-passphrase-fields';
import { useNewPassphrase } from '../onboarding/use-new-passphrase';
import { KeyFileFailure } from './key-file-failure';

const formats = ['backup', 'pkcs12', 'pem'] as const;
type Format = (typeof formats)[number];

/** The private key into a file that only a passphrase opens. What it means stands above the button that does it. */
export function ExportPrivateDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const text = useText();
  const [path, setPath] = useState<string>();
  return (
    <Dialog title={text('keyfile.private.title')} onClose={onClose}>
      {path === undefined ? (
        <ExportForm onClose={onClose} onDone={setPath} />
      ) : (
        <div className="stack">
          <div className="stack tight" role="status">
            <p className="sentence">{text('keyfile.private.done', { path })}</p>
            <p className="field-hint">{text('keyfile.private.done.next')}</p>
          </div>
          <div className="dialog-actions">
            <Button kind="main" autoFocus onPress={onClose}>
              {text('keyfile.private.close')}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}

function ExportForm({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: (path: string) => void }): ReactNode {
  const text = useText();
  const { client, ui } = useModel();
  const isGone = useGone();
  const chosen = useNewPassphrase('file');
  const [format, setFormat] = useState<Format>('backup');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useFailure();

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    setTried(true);
    const passphrase = chosen.take();
    if (passphrase === undefined) return;
    setTried(false);
    const answered = focusWhereAsked();
    setBusy(true);
    setFailure(undefined);
    try {
      const { path } = await client.identity.exportPrivate({ format, passphrase });
      if (isGone()) ui.getState().toast(text('keyfile.private.done', { path }));
      else onDone(path);
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
      answered(chosen.first.current);
    }
  };

  return (
    <Form className="stack" onSubmit={(event) => void save(event)} autoComplete="off">
      <p className="plain-warning">{text('keyfile.private.lead')}</p>
      <ChoiceCards
        label={text('keyfile.private.form')}
        value={format}
        onChange={setFormat}
        cards={formats.map((value) => ({ value, title: text(`keyfile.private.${value}`), text: text(`keyfile.private.${value}.text`) }))}
      />
      <NewPassphraseFields
        chosen={chosen}
        tried={tried}
        label={text('keyfile.passphrase')}
        repeat={text('keyfile.repeat')}
        hint={text('keyfile.passphrase.hint')}
        tooWeak={text('keyfile.tooWeak')}
      />
      <p className="field-hint">{text('keyfile.private.loss')}</p>
      {failure === undefined ? null : <KeyFileFailure failure={failure} />}
      <div className="dialog-actions">
        <Button onPress={onClose}>{text('app.cancel')}</Button>
        <Button kind="danger" type="submit" isPending={busy}>
          {text(busy ? 'keyfile.private.busy' : 'keyfile.private.do')}
        </Button>
      </div>
    </Form>
  );
}
