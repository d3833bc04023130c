import { useEffect, useMemo, useState } from 'react';
import type { TimerChange } from '../../../shared/model/conversation';
import { useConversations, useModel } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { lengthWords } from './disappear-button';
import type { TimelineMark } from './timeline';

const none: readonly TimerChange[] = [];

/** Who let messages disappear after how long: a line each between the messages. */
export function useTimerMarks(conversationId: string, name: string): readonly TimelineMark[] {
  const text = useText();
  const model = useModel();
  const chosen = useConversations((state) => state.conversations.find((one) => one.conversationId === conversationId)?.disappearAfter);
  const [known, setKnown] = useState({ in: conversationId, changes: none });
  useEffect(() => {
    let isWanted = true;
    const load = async (): Promise<void> => {
      const changes = await model.client.conversations.timers({ conversationId });
      if (isWanted) setKnown({ in: conversationId, changes });
    };
    model.background(load());
    return () => {
      isWanted = false;
    };
  }, [model, conversationId, chosen]);
  return useMemo(
    () =>
      (known.in === conversationId ? known.changes : none).map(({ by, seconds, at }, index) => {
        const length = lengthWords(text, seconds);
        const words = text(seconds === 0 ? `timer.off.${by}` : `timer.on.${by}`, { name, length: `${length.slice(0, 1).toLocaleLowerCase()}${length.slice(1)}` });
        return { key: `timer ${index} ${at}`, at, words, isTimer: true as const };
      }),
    [known, conversationId, text, name],
  );
}
