import { useState, type ReactNode } from 'react';
import { useContacts, useConversations, useUi } from '../../app/model-context';
import { focusBack } from '../../app/panes';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { ConfirmDialog } from '../../ui/confirm-dialog';
import { nameInSentence } from '../../ui/strangers';
import { findContact } from '../contacts/contacts-store';
import { findConversation } from './conversations-store';

/** Asks before everything that was said in a conversation is gone. */
export function RemoveConversationDialog(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const close = useUi((state) => state.closeDialog);
  const toast = useUi((state) => state.toast);
  const conversationId = useUi((state) => state.dialogConversation);
  const conversation = useConversations((state) => findConversation(state, conversationId));
  const contact = useContacts((state) => findContact(state, conversation?.contactId));
  const remove = useConversations((state) => state.remove);
  const [failure, setFailure] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const name = contact === undefined ? '?' : nameInSentence(contact.name);
  const title = conversation === undefined || conversation.title === '' ? undefined : nameInSentence(conversation.title);

  const act = async (): Promise<void> => {
    if (conversationId === undefined) return;
    setBusy(true);
    try {
      await remove(conversationId);
      close();
      toast(text('talk.removed'));
      requestAnimationFrame(focusBack);
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };

  return (
    <ConfirmDialog
      title={title === undefined ? text('talk.remove.title', { name }) : text('talk.remove.titled', { title, name })}
      keep={text('talk.remove.keep')}
      act={text('talk.remove.act')}
      busy={busy}
      onAct={() => void act()}
      onClose={close}
    >
      <p>{text('talk.remove.text', { name })}</p>
      {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
    </ConfirmDialog>
  );
}
