import { useEffect, useState, type ReactNode } from 'react';
import { useContacts, useModel, useUi } from '../../app/model-context';
import { useCloseDialog, useFailure } from '../../app/use-gone';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { nameInSentence } from '../../ui/strangers';
import { useSelectedMessages } from './use-selected-acts';

/** Asked, as it cannot be undone: the selected messages, for oneself. Goes where nothing is selected any more. */
export function DeleteMessagesDialog(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client, talk } = useModel();
  const close = useCloseDialog();
  const selection = useUi((state) => state.selection);
  const conversationId = selection?.conversationId ?? '';
  const name = nameInSentence(useContacts((state) => state.contacts.find(({ contactId }) => contactId === selection?.contactId)?.name ?? ''));
  const messages = useSelectedMessages(conversationId);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useFailure();
  // Those deleted go from the selection while the rest waits for its turn.
  const [asked, setAsked] = useState(messages.length);
  const count = busy ? asked : messages.length;

  const isOver = !busy && messages.length === 0;
  useEffect(() => {
    if (isOver) close();
  }, [isOver, close]);

  const act = async (): Promise<void> => {
    setAsked(messages.length);
    setBusy(true);
    setFailure(undefined);
    try {
      for (const { messageId } of messages) {
        await client.messages.delete({ messageId }).catch((thrown: unknown) => {
          // Gone meanwhile: that is what was wanted.
          if (toFailure(thrown).code !== 'message.unknown') throw thrown;
        });
      }
      if (close()) talk.getState().select(conversationId, undefined);
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog title={text('delete.several.title', { count })} onClose={close}>
      <p>{text('delete.several.words', { count, name })}</p>
      {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
      <div className="dialog-actions">
        <Button autoFocus onPress={close}>
          {text('delete.keep')}
        </Button>
        <Button kind="danger" isPending={busy} onPress={() => void act()}>
          {text('delete.me')}
        </Button>
      </div>
    </Dialog>
  );
}
