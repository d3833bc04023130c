import { useCallback, useMemo } from 'react';
import type { Message } from '../../../shared/model/message';
import { useMessages, useTalk, useUi } from '../../app/model-context';
import { useText } from '../../i18n/use-text';
import { useTimes } from '../../i18n/use-times';
import { useCopy } from '../../ui/use-copy';
import { emptyThread } from './messages-store';
import { noneSelected } from './selecting';
import { useCopyWords } from './use-copied';

const hasContent = ({ kind }: Message): boolean => kind === 'text' || kind === 'file';

/** The messages that are selected, in the order they stand in. */
export function useSelectedMessages(conversationId: string): readonly Message[] {
  const { messages } = useMessages((state) => state.threads[conversationId] ?? emptyThread);
  const { selected } = useTalk((state) => state.selecting[conversationId] ?? noneSelected);
  return useMemo(() => {
    const wanted = new Set(selected);
    return messages.filter(({ messageId }) => wanted.has(messageId));
  }, [messages, selected]);
}

export interface SelectedActs {
  readonly count: number;
  /** Something in them can be copied or forwarded. */
  readonly hasContent: boolean;
  readonly copy: () => void;
  readonly forward: () => void;
  readonly remove: () => void;
  readonly stop: () => void;
}

/** What can be done with all of them. `name`: the other person's. */
export function useSelectedActs(conversationId: string, name: string): SelectedActs {
  const text = useText();
  const times = useTimes();
  const copy = useCopy();
  const messages = useSelectedMessages(conversationId);
  const { all } = useCopyWords(name, times);
  const select = useTalk((state) => state.select);
  const forward = useUi((state) => state.forward);
  const openDialog = useUi((state) => state.openDialog);
  const shown = useMemo(() => messages.filter(hasContent), [messages]);
  const stop = useCallback(() => select(conversationId, undefined), [select, conversationId]);
  return {
    count: messages.length,
    hasContent: shown.length > 0,
    copy: useCallback(() => {
      if (shown.length === 0) return;
      void copy(all(shown), text('select.copied', { count: shown.length })).then(stop);
    }, [copy, all, shown, text, stop]),
    forward: useCallback(() => {
      if (shown.length > 0) forward(messages.map(({ messageId }) => messageId));
    }, [forward, messages, shown]),
    remove: useCallback(() => {
      if (messages.length > 0) openDialog('delete-messages');
    }, [openDialog, messages]),
    stop,
  };
}
