import type { ReactNode } from 'react';
import { ActDialog } from '../../app/act-dialog';
import { useContacts, useConversations, useModel, useUi } from '../../app/model-context';
import { keepFocus } from '../../app/keep-focus';
import { focusBack } from '../../app/panes';
import { useText } from '../../i18n/use-text';
import { nameInSentence } from '../../ui/strangers';
import { findContact } from '../contacts/contacts-store';
import { findConversation } from './conversations-store';

/** Asks before everything that was said in a conversation is gone. */
export function RemoveConversationDialog(): ReactNode {
  const text = useText();
  const close = useUi((state) => state.closeDialog);
  const conversationId = useUi((state) => state.dialogConversation);
  const conversation = useConversations((state) => findConversation(state, conversationId));
  const contact = useContacts((state) => findContact(state, conversation?.contactId));
  const remove = useConversations((state) => state.remove);
  const { drafts } = useModel();
  const name = contact === undefined ? '?' : nameInSentence(contact.name);
  const title = conversation === undefined || conversation.title === '' ? undefined : nameInSentence(conversation.title);

  const act = async (): Promise<void> => {
    if (conversationId === undefined) return;
    const neighbour = focusNeighbour(conversationId);
    const { text: written = '', replyTo, editing } = drafts.getState().drafts[conversationId] ?? {};
    // It goes with the conversation, as was asked: only where that is removed elsewhere it stays.
    drafts.getState().clear(conversationId);
    try {
      await remove(conversationId);
    } catch (thrown) {
      if (written !== '') drafts.getState().write(conversationId, written);
      if (replyTo !== undefined) drafts.getState().replyTo(conversationId, replyTo);
      if (editing !== undefined) drafts.getState().edit(conversationId, editing);
      throw thrown;
    }
    keepFocus(neighbour);
  };

  return (
    <ActDialog
      title={title === undefined ? text('talk.remove.title', { name }) : text('talk.remove.titled', { title, name })}
      keep={text('talk.remove.keep')}
      act={text('talk.remove.act')}
      run={act}
      done={text('talk.removed')}
      onClose={close}
    >
      <p>{text('talk.remove.text', { name })}</p>
    </ActDialog>
  );
}

/** Asked before it goes: to the line below its own in the list, above it where it was the last; else to where the focus was. */
function focusNeighbour(conversationId: string): () => void {
  const lines = [...document.querySelectorAll<HTMLElement>('.list-items [data-row]')];
  const at = lines.findIndex((line) => line.dataset['row'] === conversationId);
  const neighbours = at === -1 ? [] : [lines[at + 1], lines[at - 1]];
  return () => {
    const heir = neighbours.find((line) => line?.isConnected === true);
    if (heir === undefined) focusBack();
    else heir.focus();
  };
}
