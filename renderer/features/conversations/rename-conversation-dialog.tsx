import { useState, type FormEvent, type ReactNode } from 'react';
import { Form } from 'react-aria-components';
import { useConversations, useUi } from '../../app/model-context';
import { useCloseDialog, useFailure } from '../../app/use-gone';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/text-field';
import { findConversation } from './conversations-store';

/** Another title, which both people see. */
export function RenameConversationDialog(): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const close = useCloseDialog();
  const conversationId = useUi((state) => state.dialogConversation);
  const conversation = useConversations((state) => findConversation(state, conversationId));
  const update = useConversations((state) => state.update);
  const [title, setTitle] = useState(conversation?.title ?? '');
  const [failure, setFailure] = useFailure();
  const [busy, setBusy] = useState(false);

  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (conversationId === undefined || busy) return;
    setBusy(true);
    try {
      await update({ conversationId, title: title.trim() });
      close();
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };

  return (
    <Dialog title={text('talk.rename.title')} onClose={close}>
      <Form className="stack" onSubmit={(event) => void save(event)}>
        <TextField label={text('talk.rename.label')} value={title} onChange={setTitle} maxLength={128} hint={text('talk.rename.hint')} autoFocus />
        {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
        <div className="dialog-actions">
          <Button onPress={close}>{text('app.cancel')}</Button>
          <Button kind="main" type="submit" isPending={busy}>
            {text('talk.rename.save')}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
