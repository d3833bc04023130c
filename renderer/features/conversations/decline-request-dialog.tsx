import type { ReactNode } from 'react';
import type { ContactRequest } from '../../../shared/model/contact';
import { ActDialog } from '../../app/act-dialog';
import { useContacts } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { nameInSentence } from '../../ui/strangers';

export interface DeclineRequestDialogProps {
  readonly request: ContactRequest;
  readonly onDeclined: () => void;
  readonly onClose: () => void;
}

/** Asked because it cannot be undone: whoever was declined is not asked about again. */
export function DeclineRequestDialog({ request, onDeclined, onClose }: DeclineRequestDialogProps): ReactNode {
  const text = useText();
  const answer = useContacts((state) => state.answer);
  const load = useContacts((state) => state.load);
  const name = nameInSentence(request.name);
  const decline = async (): Promise<void> => {
    try {
      await answer(request.requestId, false);
    } catch (thrown) {
      // Answered on another own device meanwhile, it goes from the list.
      await load();
      throw thrown;
    }
    onDeclined();
  };
  return (
    <ActDialog title={text('requests.decline.title', { name })} keep={text('requests.decline.keep')} act={text('requests.decline.do')} run={decline} done={text('requests.declined')} onClose={onClose}>
      <ul className="plain-list">
        <li>{text('requests.decline.again', { name })}</li>
        <li>{text('requests.decline.written', { name })}</li>
        <li>{text('requests.decline.later', { name })}</li>
      </ul>
    </ActDialog>
  );
}
