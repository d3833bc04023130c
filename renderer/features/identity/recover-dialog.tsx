import { useEffect, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { focusWhereAsked } from '../../app/focus-where-asked';
import { useDevices, useModel } from '../../app/model-context';
import { useCloseOwn, useFailure } from '../../app/use-gone';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { KeptDevices } from './kept-devices';
import { PassphraseField } from '../../ui/passphrase-field';

/**
 * Takes the identity back with the code of the sheet; it cannot be undone. The code is a secret like a passphrase, and stands in its
 * field only; unlike one it stays there until it was taken: nobody copies fifty letters from paper twice for one slip.
 */
export function RecoverDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client, devices, identity, ui } = useModel();
  const field = useRef<HTMLInputElement>(null);
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const close = useCloseOwn(onClose);
  const [failure, setFailure] = useFailure();
  const [keep, setKeep] = useState<ReadonlySet<string>>(new Set());
  const listed = useDevices((state) => state.devices);
  const others = listed?.filter(({ current, state }) => !current && state === 'active') ?? [];
  useEffect(() => {
    devices.getState().load().catch(setFailure);
  }, [devices, setFailure]);
  const wrong = failure !== undefined && toFailure(failure).code === 'recovery.wrong-code';

  const recover = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (busy) return;
    const empty = (field.current?.value ?? '').trim() === '';
    setMissing(empty);
    setFailure(undefined);
    if (empty) {
      field.current?.focus();
      return;
    }
    // Nothing is suspended that the person was not asked about.
    if (listed === undefined) return void devices.getState().load().catch(setFailure);
    const answered = focusWhereAsked();
    setBusy(true);
    try {
      const { epoch } = await client.identity.recover({ code: field.current?.value ?? '', keep: [...keep] });
      if (field.current !== null) field.current.value = '';
      await identity.getState().changed();
      ui.getState().toast(text('recovery.use.done', { epoch }));
      close();
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
      answered(field.current);
    }
  };

  return (
    <Dialog title={text('recovery.use.title')} onClose={onClose}>
      <Form className="stack" onSubmit={(event) => void recover(event)} autoComplete="off">
        <ul className="plain-list">
          <li>{text('recovery.use.new')}</li>
          <li>{text('recovery.use.revoked')}</li>
          <li>{text('recovery.use.follow')}</li>
        </ul>
        <PassphraseField
          label={text('recovery.use.code')}
          fieldRef={field}
          onTyped={() => {
            setMissing(false);
            setFailure(undefined);
          }}
          hint={text('recovery.use.code.hint')}
          error={missing ? text('recovery.use.code.missing') : wrong ? errorText(failure) : undefined}
          autoComplete="off"
          autoFocus
          code
        />
        {others.length === 0 ? null : <KeptDevices others={others} keep={keep} onKeep={setKeep} />}
        {failure === undefined || wrong ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
        <div className="dialog-actions">
          <Button onPress={onClose}>{text('recovery.use.keep')}</Button>
          <Button kind="danger" type="submit" isPending={busy}>
            {text(busy ? 'recovery.use.busy' : 'recovery.use.do')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
