import type { ReactNode } from 'react';
import { ActDialog } from '../../app/act-dialog';
import { useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';

/** Asked because the way back leads by the operator. */
export function LeaveDialog({ url, onClose }: { readonly url: string; readonly onClose: () => void }): ReactNode {
  const text = useText();
  const { mailbox } = useModel();
  return (
    <ActDialog
      title={text('mailbox.leave.title', { url })}
      keep={text('mailbox.leave.keep')}
      act={text('mailbox.leave.do')}
      run={() => mailbox.getState().leave()}
      done={text('mailbox.leave.done')}
      onClose={onClose}
    >
      <ul className="plain-list">
        <li>{text('mailbox.leave.loss')}</li>
        <li>{text('mailbox.leave.contacts')}</li>
        <li>{text('mailbox.leave.back')}</li>
      </ul>
    </ActDialog>
  );
}
