import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { focusWhereAsked } from '../../app/focus-where-asked';
import { useModel } from '../../app/model-context';
import { useCloseOwn, useFailure } from '../../app/use-gone';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { PassphraseField, takePassphrase } from '../../ui/passphrase-field';
import { KeyFileFailure } from './key-file-failure';

/** A private key of this identity out of a file; the file itself is chosen in the system's dialog. */
export function ImportPrivateDialog({ keyElsewhere, onClose }: { readonly keyElsewhere: boolean; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client, identity, ui } = useModel();
  const field = useRef<HTMLInputElement>(null);
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const close = useCloseOwn(onClose);
  const [failure, setFailure] = useFailure();
  const code = failure === undefined ? undefined : toFailure(failure).code;

  const open = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const passphrase = takePassphrase(field.current);
    setMissing(passphrase === '');
    setFailure(undefined);
    if (passphrase === '') {
      field.current?.focus();
      return;
    }
    const answered = focusWhereAsked();
    setBusy(true);
    try {
      const { epoch } = await client.identity.importPrivate({ passphrase });
      await identity.getState().changed();
      ui.getState().toast(text('keyfile.import.done', { epoch }));
      close();
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
      answered(field.current);
    }
  };

  return (
    <Dialog title={text('keyfile.import.title')} onClose={onClose}>
      <Form className="stack" onSubmit={(event) => void open(event)} autoComplete="off">
        <ul className="plain-list">
          <li>{text('keyfile.import.same')}</li>
          <li>{text('keyfile.import.old')}</li>
          <li>{text('keyfile.import.sole')}</li>
        </ul>
        {keyElsewhere ? <p className="plain-warning">{text('keyfile.import.elsewhere')}</p> : null}
        <PassphraseField
          label={text('keyfile.passphrase')}
          fieldRef={field}
          onTyped={({ value }) => {
            if (value === '') return;
            setMissing(false);
            setFailure(undefined);
          }}
          error={missing ? text('keyfile.import.missing') : code === 'key-file.wrong-passphrase' ? errorText(failure) : undefined}
          autoComplete="current-password"
          autoFocus
        />
        {code === undefined || code === 'key-file.wrong-passphrase' ? null : <KeyFileFailure failure={failure} />}
        <div className="dialog-actions">
          <Button onPress={onClose}>{text('app.cancel')}</Button>
          <Button kind="main" type="submit" isPending={busy}>
            {text(busy ? 'keyfile.import.busy' : 'keyfile.import.do')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
