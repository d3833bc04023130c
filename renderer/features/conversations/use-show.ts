import { useCallback } from 'react';
import { useModel } from '../../app/model-context';
import { toFailure } from '../../bridge/failure';
import { useErrorText } from '../../i18n/use-text';
import { bringToField } from '../search/bring-into-view';
import type { Row } from './rows';

/** Shows a person; why no conversation can be opened with them is told, unless the page itself says so. */
export function useShowContact(): (contactId: string) => Promise<void> {
  const model = useModel();
  const errorText = useErrorText();
  return useCallback(
    async (contactId) => {
      try {
        await model.showContact(contactId);
      } catch (thrown) {
        const { code } = toFailure(thrown);
        if (code !== 'contact.blocked' && code !== 'contact.ended' && code !== 'vault.locked') {
          model.ui.getState().toast(errorText(thrown), 'danger');
        }
      }
    },
    [model, errorText],
  );
}

export function useShowRow(): (row: Row) => void {
  const model = useModel();
  const showContact = useShowContact();
  return useCallback(
    (row) => {
      if (row.conversation === undefined) void showContact(row.contact.contactId);
      else {
        const { conversationId } = row.conversation;
        // The focus comes with another conversation. The one that is shown already was chosen to write in it as well.
        if (model.ui.getState().selection?.conversationId === conversationId) bringToField();
        model.showConversation(conversationId);
      }
    },
    [model, showContact],
  );
}
