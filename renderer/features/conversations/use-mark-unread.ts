import { useCallback } from 'react';
import { useModel } from '../../app/model-context';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { findConversation } from './conversations-store';
import { isUnread } from './rows';

/** Marks a conversation as unread, or all of one that is as read. */
export function useMarkUnread(): (conversationId: string) => Promise<void> {
  const model = useModel();
  const text = useText();
  const errorText = useErrorText();
  return useCallback(
    async (conversationId) => {
      const ui = model.ui.getState();
      const { update, markRead, changed } = model.conversations.getState();
      const was = isUnread(findConversation(model.conversations.getState(), conversationId));
      try {
        if (was) {
          await markRead(conversationId);
          await changed(conversationId);
        } else await update({ conversationId, markedUnread: true });
        ui.toast(text(was ? 'talk.markedRead' : 'talk.markedUnread'));
      } catch (thrown) {
        if (toFailure(thrown).code !== 'vault.locked') ui.toast(errorText(thrown), 'danger');
      }
    },
    [model, text, errorText],
  );
}
