import { useCallback, useEffect, useRef } from 'react';
import { useModel } from '../../app/model-context';

/** How often it is said again while somebody writes. */
const againMs = 3_000;
/** Nothing typed for so long: no longer writing. */
const pauseMs = 6_000;

/** Tells the other side that something is being written; the settings decide whether that goes out. Gives what to call with each change. */
export function useTyping(conversationId: string): (written: string) => void {
  const model = useModel();
  /** When that was, on a clock that nobody sets; undefined: nothing is being written. */
  const said = useRef<number>(undefined);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const say = useCallback(
    (typing: boolean) => {
      if (!model.settings.getState().settings.typing) return;
      const now = performance.now();
      if (typing ? said.current !== undefined && now - said.current < againMs : said.current === undefined) return;
      said.current = typing ? now : undefined;
      model.background(model.client.messages.typing({ conversationId, typing }));
    },
    [model, conversationId],
  );
  useEffect(
    () => () => {
      clearTimeout(pause.current);
      say(false);
    },
    [say],
  );
  return useCallback(
    (written) => {
      clearTimeout(pause.current);
      if (written.trim() === '') return say(false);
      say(true);
      pause.current = setTimeout(() => say(false), pauseMs);
    },
    [say],
  );
}
