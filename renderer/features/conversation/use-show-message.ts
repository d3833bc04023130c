import { useCallback } from 'react';
import type { Message } from '../../../shared/model/message';
import { useModel } from '../../app/model-context';
import { detailsLieOver } from '../../app/panes';
import { useText } from '../../i18n/use-text';
import { bringIntoView } from '../search/bring-into-view';

/** Pages asked for at most until a message is found. */
const mostPages = 40;

/** Brings an own message to the eye by its place in the stream, fetching older ones as needed. */
export function useShowOwnMessage(): (conversationId: string, sequence: number) => Promise<void> {
  const text = useText();
  const { identity, messages, ui } = useModel();
  return useCallback(
    async (conversationId, sequence) => {
      const own = identity.getState().identity?.instance.id;
      const isIt = (message: Message): boolean => message.direction === 'out' && message.sequence >= sequence && (own === undefined || message.instanceId === own);
      const first = (): Message | undefined => messages.getState().threads[conversationId]?.messages.find(isIt);
      /** An earlier own one is here too, so the first found is the first there is. */
      const isSure = (): boolean => {
        const thread = messages.getState().threads[conversationId];
        return thread === undefined || thread.complete || thread.messages.some((message) => message.direction === 'out' && message.sequence < sequence);
      };
      for (let page = 0; page < mostPages && !isSure(); page += 1) await messages.getState().loadOlder(conversationId);
      const found = first();
      if (found === undefined) {
        ui.getState().toast(text('keys.transcript.notHere'));
        return;
      }
      if (detailsLieOver()) ui.getState().closeDetails();
      bringIntoView(found.messageId);
    },
    [text, identity, messages, ui],
  );
}
