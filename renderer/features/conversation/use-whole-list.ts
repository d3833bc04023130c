import { useEffect } from 'react';
import { useModel, useSettings } from '../../app/model-context';
import { mostGathered, type Thread } from './messages-store';

/** With the setting for screen readers that read on their own: what is older comes without being scrolled to. */
export function useWholeList(conversationId: string, { messages, complete, loading, failure, behind = false }: Thread): void {
  const { messages: store, background } = useModel();
  const wanted = useSettings((state) => state.settings.wholeList);
  const wants = wanted && !complete && !behind && loading === 'no' && failure === undefined && messages.length > 0 && messages.length < mostGathered;
  useEffect(() => {
    if (wants) background(store.getState().loadOlder(conversationId));
  }, [wants, store, background, conversationId, messages.length]);
}
