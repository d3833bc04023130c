import { startTransition, useCallback, useEffect, useState } from 'react';

/** Messages that are drawn before a conversation is painted: more than a screen of ordinary ones. */
export const lastScreen = 24;
/** Milliseconds behind that until the others are drawn: whoever only passes by, from one conversation to the next, makes none of them. */
export const restDelay = 200;

export interface LastScreen {
  /** The first message that is drawn. */
  readonly from: number;
  /** The others at once: somebody goes there. */
  readonly drawAll: () => void;
}

/**
 * Of a conversation that is opened only the newest messages are drawn before it is painted, the others above them right behind that: to lay out all took half of a
 * switch (docs/performance.md). `whole`: somebody looks at an earlier place, or wants
 * nothing left out; `needed`: the first message that has to
 * be there in any case, -1 for none.
 */
export function useLastScreen(conversationId: string, count: number, whole: boolean, needed: number): LastScreen {
  const [entered, setEntered] = useState({ conversationId, all: false });
  if (entered.conversationId !== conversationId) setEntered({ conversationId, all: false });
  const isAll = entered.conversationId === conversationId && entered.all;
  const drawAll = useCallback(() => setEntered((known) => (known.conversationId === conversationId && !known.all ? { conversationId, all: true } : known)), [conversationId]);

  const waits = !isAll && count > 0;
  useEffect(() => {
    if (!waits) return undefined;
    const timer = setTimeout(() => startTransition(drawAll), restDelay);
    return () => clearTimeout(timer);
  }, [waits, drawAll]);

  const first = Math.max(0, count - lastScreen);
  return { from: isAll || whole ? 0 : needed === -1 ? first : Math.min(first, needed), drawAll };
}
