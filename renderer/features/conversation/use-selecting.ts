import { useCallback, useEffect, useMemo, useRef } from 'react';
import type { Message } from '../../../shared/model/message';
import { keepFocus } from '../../app/keep-focus';
import { useModel, useTalk, useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { extended, mostSelected, noneSelected, toggled, type Selecting } from './selecting';

export interface SelectingHere {
  readonly isOn: boolean;
  readonly selected: ReadonlySet<string>;
  readonly toggle: (messageId: string) => void;
  /** Everything between where the run began and this one. `from`: where the reader stands; without it, the run goes on from where it was last. */
  readonly extend: (to: string, from?: string) => void;
}

/** Selecting messages of one conversation, by mouse and keyboard; each step is spoken. `focus` takes somebody back to a message once it ended. */
export function useSelecting(conversationId: string, messages: readonly Message[], focused: string | undefined, focus: (messageId: string | undefined) => void): SelectingHere {
  const text = useText();
  const { talk } = useModel();
  const announce = useUi((state) => state.announce);
  const toast = useUi((state) => state.toast);
  const now = useTalk((state) => state.selecting[conversationId]);
  const isOn = now !== undefined;
  const order = useRef<readonly string[]>([]);
  const ids = useMemo(() => messages.map(({ messageId }) => messageId), [messages]);

  const put = useCallback(
    (change: (before: Selecting) => Selecting, said: (next: Selecting) => string) => {
      const before = talk.getState().selecting[conversationId];
      const next = change(before ?? noneSelected);
      const count = next.selected.length;
      if (count > mostSelected) {
        toast(text('select.most', { count: mostSelected }));
        return;
      }
      talk.getState().select(conversationId, next);
      announce(before === undefined ? text('select.begun', { count }) : said(next));
    },
    [talk, conversationId, announce, toast, text],
  );
  const toggle = useCallback(
    (messageId: string) => put((before) => toggled(before, messageId), ({ selected }) => text(selected.includes(messageId) ? 'select.more' : 'select.less', { count: selected.length })),
    [put, text],
  );
  const latest = useRef(ids);
  useEffect(() => {
    latest.current = ids;
  }, [ids]);
  // The same one whatever comes: with another one each message would be drawn anew.
  const extend = useCallback(
    (to: string, from?: string) => put((before) => extended(before, latest.current, from ?? before.head ?? to, to), ({ selected }) => text('select.count', { count: selected.length })),
    [put, text],
  );

  // Whoever was in the bar, or on a message that went, goes on at what is left beside where they stood.
  const stood = useRef<string>(undefined);
  const stopKeeping = useRef<() => void>(undefined);
  useEffect(() => {
    if (isOn) {
      stopKeeping.current?.();
      // Where somebody stood is still known once that message is gone.
      if (focused === undefined || ids.includes(focused)) order.current = ids;
      stood.current = conversationId;
      return;
    }
    if (stood.current !== conversationId) return;
    stood.current = undefined;
    const [was, at] = [order.current, focused === undefined ? order.current.length - 1 : order.current.indexOf(focused)];
    // Looked for each time: what is deleted may go only after it was said to be.
    stopKeeping.current = keepFocus(() => {
      const left = new Set(latest.current);
      focus([...was.slice(Math.max(at, 0)), ...was.slice(0, Math.max(at, 0)).reverse()].find((id) => left.has(id)));
    });
  }, [isOn, ids, conversationId, focused, focus]);

  const selected = useMemo(() => new Set(now?.selected ?? []), [now]);
  return { isOn, selected, toggle, extend };
}
