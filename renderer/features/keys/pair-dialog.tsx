import { useState, type ReactNode } from 'react';
import { findContact } from '../contacts/contacts-store';
import { ActDialog } from '../../app/act-dialog';
import { useContacts, useModel, useUi } from '../../app/model-context';
import { useGoesWithout } from '../../app/use-gone';
import { useText } from '../../i18n/use-text';
import { nameInSentence } from '../../ui/strangers';

/** Asked because it cannot be taken back: what was locked with the earlier keys and is still on its way is refused. */
export function PairDialog(): ReactNode {
  const text = useText();
  const { keys } = useModel();
  const close = useUi((state) => state.closeDialog);
  const selection = useUi((state) => state.selection);
  const contact = useContacts((state) => findContact(state, selection?.contactId));
  const conversationId = selection?.conversationId;
  // Another one may be shown by now, as where this one was removed on another device.
  const [about] = useState(conversationId);
  const isThere = contact !== undefined && conversationId !== undefined && conversationId === about;
  useGoesWithout(isThere);
  if (!isThere) return null;
  const name = nameInSentence(contact.name);
  return (
    <ActDialog
      title={text('pair.confirm.title', { name })}
      keep={text('pair.confirm.keep')}
      act={text('pair.renew', { name })}
      run={() => keys.getState().renewPair(conversationId, true)}
      done={text('pair.replaced', { name })}
      onClose={close}
    >
      <p>{text('pair.confirm.when', { name })}</p>
      <ul className="plain-list">
        <li>{text('pair.confirm.new', { name })}</li>
        <li>{text('pair.confirm.loss', { name })}</li>
        <li>{text('pair.confirm.not')}</li>
      </ul>
    </ActDialog>
  );
}
