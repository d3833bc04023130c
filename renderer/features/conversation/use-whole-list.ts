import { useEffect } from 'react';
import { useModel, useSettings } from '../../app/model-context';
import type { Thread } from './messages-store';

/** As many messages as a page carries without getting slow. */
const most = 1000;

/** With the setting for screen readers that read on their own: what is older comes without being scrolled to. */
export function useWholeList(conversationId: string, { messages, complete, loading, failure, behind = false }: Thread): void {
  const { messages: store, background } = useModel();
  const wanted = useSettings((state) => state.settings.wholeList);
  const wants = wanted && !complete && !behind && loading === 'no' && failure === undefined && messages.length > 0 && messages.length < most;
  useEffect(() => {
    if (wants) background(store.getState().loadOlder(conversationId));
  }, [wants, store, background, conversationId, messages.length]);
}
