import { useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { useModel, useUi } from '../../app/model-context';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/text-field';
import { useShowContact } from '../conversations/use-show';

/** Paste a link, accept it, write at once. */
export function AcceptDialog(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client, contacts } = useModel();
  const close = useUi((state) => state.closeDialog);
  const show = useShowContact();
  const offered = useUi((state) => state.offeredLink);
  const [link, setLink] = useState(offered);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();

  const accept = (event: FormEvent): void => {
    event.preventDefault();
    if (link.trim() !== '') void open(() => client.contacts.acceptInvitation({ link: link.trim() }));
  };

  const open = async (ask: () => Promise<{ readonly contactId: string }>): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setFailure(undefined);
    try {
      const { contactId } = await ask();
      await contacts.getState().load();
      close();
      await show(contactId);
    } catch (thrown) {
      if (toFailure(thrown).code !== 'path.required') setFailure(thrown);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Dialog title={text('accept.title')} onClose={close}>
      <Form className="stack" onSubmit={accept}>
        <p className="lead">{text(offered === '' ? 'accept.lead' : 'accept.fromLink')}</p>
        <TextField
          label={text('accept.link')}
          value={link}
          onChange={(value) => {
            setLink(value);
            setFailure(undefined);
          }}
          error={failure === undefined ? undefined : errorText(failure)}
          lines={4}
          maxLength={131_072}
          monospace
          autoFocus
        />
        <div className="dialog-actions">
          <Button onPress={close}>{text('app.cancel')}</Button>
          <Button onPress={() => void open(() => client.contacts.openInvitation({}))}>{text('accept.file')}</Button>
          <Button kind="main" type="submit" isPending={busy} isDisabled={link.trim() === ''}>
            {text('accept.accept')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
