import { useEffect } from 'react';
import type { Conversation } from '../../../shared/model/conversation';
import { useModel } from '../../app/model-context';

/** What is open before a person's eyes is read: the conversation on screen while the window has the focus. */
export function useMarkRead(conversation: Conversation | undefined): void {
  const model = useModel();
  const conversationId = conversation?.conversationId;
  const unread = conversation?.unread ?? 0;
  useEffect(() => {
    if (conversationId === undefined || unread === 0) return undefined;
    const mark = (): void => {
      if (document.visibilityState === 'visible' && document.hasFocus()) {
        model.background(model.conversations.getState().markRead(conversationId));
      }
    };
    mark();
    window.addEventListener('focus', mark);
    return () => window.removeEventListener('focus', mark);
  }, [model, conversationId, unread]);
}
