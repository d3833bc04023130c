import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import type { Identity } from '../../../shared/model/identity';
import { focusWhereAsked } from '../../app/focus-where-asked';
import { useModel } from '../../app/model-context';
import { useCloseOwn, useFailure } from '../../app/use-gone';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/text-field';

/** Another name for oneself: it comes with a new key, and takes as long as one. */
export function OwnName({ identity }: { readonly identity: Identity }): ReactNode {
  const text = useText();
  const [open, setOpen] = useState(false);
  return (
    <>
      <div className="dialog-actions start">
        <Button isDisabled={identity.keyElsewhere === true} onPress={() => setOpen(true)}>{text('identity.rename')}</Button>
      </div>
      {identity.keyElsewhere ? <p className="setting-state flush">{text('identity.rename.elsewhere')}</p> : null}
      {open ? <OwnNameDialog name={identity.name} onClose={() => setOpen(false)} /> : null}
    </>
  );
}

function OwnNameDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const model = useModel();
  const [wanted, setWanted] = useState(name);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState(false);
  const close = useCloseOwn(onClose);
  const [failure, setFailure] = useFailure();
  const missing = wanted.trim() === '';
  const field = useRef<HTMLInputElement>(null);
  const rename = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (missing) field.current?.focus();
    if (busy || missing) return;
    // As it is already: no key is made for that.
    if (wanted.trim() === name) return onClose();
    const answered = focusWhereAsked();
    setBusy(true);
    setFailure(undefined);
    try {
      await model.client.identity.rename({ name: wanted });
      await model.identity.getState().load();
      model.ui.getState().toast(text('identity.renamed'));
      close();
    } catch (thrown) {
      setBusy(false);
      setFailure(thrown);
      answered(field.current);
    }
  };
  return (
    <Dialog title={text('identity.rename')} onClose={onClose}>
      <Form className="stack" onSubmit={(event) => void rename(event)} autoComplete="off">
        <TextField
          label={text('identity.rename.label')}
          value={wanted}
          inputRef={field}
          onChange={(name) => {
            setWanted(name);
            setFailure(undefined);
          }}
          hint={text('identity.rename.hint')}
          error={tried && missing ? text('identity.rename.missing') : failure === undefined ? undefined : errorText(failure)}
          maxLength={64}
          autoFocus
        />
        <div className="dialog-actions">
          <Button onPress={onClose}>{text('app.cancel')}</Button>
          <Button kind="main" type="submit" isPending={busy}>
            {text('identity.rename.do')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
