import { useState, type ReactNode } from 'react';
import type { Message } from '../../../shared/model/message';
import { useModel } from '../../app/model-context';
import { useCloseOwn, useFailure } from '../../app/use-gone';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { plainLine } from '../../ui/strangers';

export interface DeleteDialogProps {
  readonly message: Message;
  readonly name: string;
  /** Something can still be said in this conversation. */
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Asked, as it cannot be undone: for oneself, or one's own for both. */
export function DeleteDialog({ message, name, open, onClose }: DeleteDialogProps): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { client } = useModel();
  const [busy, setBusy] = useState(false);
  const close = useCloseOwn(onClose);
  const [failure, setFailure] = useFailure();
  const forBoth = open && message.direction === 'out' && message.kind !== 'deleted';

  const act = async (both: boolean): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await client.messages.delete({ messageId: message.messageId, forBoth: both });
      close();
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };
  return (
    <Dialog title={text('delete.title')} onClose={onClose}>
      {message.text === '' ? null : (
        <blockquote className="details-quote">
          <bdi>{plainLine(message.text, 140)}</bdi>
        </blockquote>
      )}
      <p>{text(forBoth ? 'delete.both.words' : 'delete.me.words', { name })}</p>
      {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
      <div className="dialog-actions">
        <Button autoFocus onPress={onClose}>
          {text('delete.keep')}
        </Button>
        <Button kind="danger" isDisabled={busy} onPress={() => void act(false)}>
          {text('delete.me')}
        </Button>
        {forBoth ? (
          <Button kind="danger" isDisabled={busy} onPress={() => void act(true)}>
            {text('delete.both')}
          </Button>
        ) : null}
      </div>
    </Dialog>
  );
}
