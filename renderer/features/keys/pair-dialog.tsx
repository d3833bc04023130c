import { useState, type ReactNode } from 'react';
import { findContact } from '../contacts/contacts-store';
import { useContacts, useUi } from '../../app/model-context';
import { useCloseDialog, useGoesWithout } from '../../app/use-gone';
import { useText } from '../../i18n/use-text';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { nameInSentence } from '../../ui/strangers';
import { useRenewPair } from './use-renew';

/** Asked because it cannot be taken back: what was locked with the earlier keys and is still on its way is refused. */
export function PairDialog(): ReactNode {
  const text = useText();
  const close = useCloseDialog();
  const selection = useUi((state) => state.selection);
  const contact = useContacts((state) => findContact(state, selection?.contactId));
  const renewPair = useRenewPair();
  const [busy, setBusy] = useState(false);
  const conversationId = selection?.conversationId;
  // Another one may be shown by now, as where this one was removed on another device.
  const [about] = useState(conversationId);
  const isThere = contact !== undefined && conversationId !== undefined && conversationId === about;
  useGoesWithout(isThere);
  if (!isThere) return null;
  const name = nameInSentence(contact.name);
  const renew = async (): Promise<void> => {
    setBusy(true);
    await renewPair(conversationId, contact.name, true);
    close();
  };
  return (
    <Dialog title={text('pair.confirm.title', { name })} onClose={close}>
      <p>{text('pair.confirm.when', { name })}</p>
      <ul className="plain-list">
        <li>{text('pair.confirm.new', { name })}</li>
        <li>{text('pair.confirm.loss', { name })}</li>
        <li>{text('pair.confirm.not')}</li>
      </ul>
      <div className="dialog-actions">
        <Button autoFocus onPress={close}>
          {text('pair.confirm.keep')}
        </Button>
        <Button kind="danger" isPending={busy} onPress={() => void renew()}>
          {text('pair.renew', { name })}
        </Button>
      </div>
    </Dialog>
  );
}
