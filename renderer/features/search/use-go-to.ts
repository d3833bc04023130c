import { useCallback, useMemo } from 'react';
import type { Model } from '../../app/model';
import { useModel } from '../../app/model-context';
import { toFailure } from '../../bridge/failure';
import { useErrorText, useText } from '../../i18n/use-text';
import { bringIntoView } from './bring-into-view';

export interface GoTo {
  /** Shows a message, wherever in its conversation it stands. `land`: what is done with it there. */
  readonly message: (conversationId: string, messageId: string, land?: (messageId: string) => void) => Promise<void>;
  /** Shows the first message of a time or later. */
  readonly time: (conversationId: string, time: number) => Promise<void>;
}

const shownIn = (model: Model): string | undefined => model.ui.getState().selection?.conversationId;

export function useGoTo(): GoTo {
  const model = useModel();
  const text = useText();
  const errorText = useErrorText();
  const fail = useCallback(
    (thrown: unknown) => {
      const failure = toFailure(thrown);
      if (failure.code === 'vault.locked') return;
      model.ui.getState().toast(failure.code === 'message.unknown' ? text('search.gone') : errorText(failure), 'danger');
    },
    [model, text, errorText],
  );
  const message = useCallback(
    async (conversationId: string, messageId: string, land = bringIntoView) => {
      const from = shownIn(model);
      try {
        await model.messages.getState().loadAround(conversationId, messageId);
        // Gone elsewhere meanwhile: they stay there, and this place is none that somebody came back to.
        if (shownIn(model) !== from && shownIn(model) !== conversationId) {
          model.messages.getState().leave(conversationId);
          model.search.getState().unmark(conversationId);
          return;
        }
        model.showConversation(conversationId);
        land(messageId);
      } catch (thrown) {
        fail(thrown);
      }
    },
    [model, fail],
  );
  const time = useCallback(
    async (conversationId: string, at: number) => {
      try {
        const messageId = await model.messages.getState().loadAt(conversationId, at);
        if (messageId !== undefined) bringIntoView(messageId);
      } catch (thrown) {
        fail(thrown);
      }
    },
    [model, fail],
  );
  return useMemo(() => ({ message, time }), [message, time]);
}
