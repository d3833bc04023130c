import { useState, type ReactNode } from 'react';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { Banner } from '../../ui/banner';
import { ConfirmDialog } from '../../ui/confirm-dialog';

/** Asked because the way back leads by the operator. */
export function LeaveDialog({ url, onClose }: { readonly url: string; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const errorText = useErrorText();
  const { mailbox, ui } = useModel();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const leave = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      await mailbox.getState().leave();
      ui.getState().toast(text('mailbox.leave.done'));
      onClose();
    } catch (thrown) {
      setFailure(thrown);
      setBusy(false);
    }
  };
  return (
    <ConfirmDialog title={text('mailbox.leave.title', { url })} keep={text('mailbox.leave.keep')} act={text('mailbox.leave.do')} busy={busy} onAct={() => void leave()} onClose={onClose}>
      <ul className="plain-list">
        <li>{text('mailbox.leave.loss')}</li>
        <li>{text('mailbox.leave.contacts')}</li>
        <li>{text('mailbox.leave.back')}</li>
      </ul>
      {failure === undefined ? null : <Banner tone="danger">{errorText(failure)}</Banner>}
    </ConfirmDialog>
  );
}
