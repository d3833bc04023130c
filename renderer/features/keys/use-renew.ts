import { useCallback } from 'react';
import { useModel } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { nameInSentence } from '../../ui/strangers';

/** Renews the own key of a conversation and says what came of it. No dialog: nothing can be lost. */
export function useRenew(): (conversationId: string, name: string) => Promise<void> {
  const text = useText();
  const errorText = useErrorText();
  const { keys, ui } = useModel();
  return useCallback(
    async (conversationId, name) => {
      try {
        const epoch = await keys.getState().renew(conversationId);
        ui.getState().toast(text('keys.renewed', { name: nameInSentence(name), epoch }));
      } catch (thrown) {
        ui.getState().toast(errorText(thrown), 'danger');
      }
    },
    [text, errorText, keys, ui],
  );
}
