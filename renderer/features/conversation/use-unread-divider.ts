import { useEffect, useRef, useState } from 'react';
import type { Message } from '../../../shared/model/message';
import { useModel } from '../../app/model-context';
import { maxPage } from './messages-store';

/** The first of the newest `unread` messages of the other side; undefined where it is not here. */
export function firstUnread(messages: readonly Message[], unread: number): string | undefined {
  let left = unread;
  for (let at = messages.length - 1; at >= 0 && left > 0; at -= 1) {
    const message = messages[at];
    if (message?.direction !== 'in') continue;
    left -= 1;
    if (left === 0) return message.messageId;
  }
  return undefined;
}

export interface Divider {
  readonly before: string;
  readonly count: number;
}

/**
 * Where reading starts: before the first message that was unread when the conversation was opened, or that came while nobody looked. It stays until
 * something is written or another conversation is opened.
 */
export function useUnreadDivider(conversationId: string, messages: readonly Message[], complete: boolean): Divider | undefined {
  const model = useModel();
  const unreadNow = (): number => model.conversations.getState().conversations.find((one) => one.conversationId === conversationId)?.unread ?? 0;
  /** Of which conversation so many were unread when it was opened, until they are found. */
  const opened = useRef<{ readonly conversationId: string; unread: number }>({ conversationId: '', unread: 0 });
  const [divider, setDivider] = useState<Divider & { readonly in: string }>();
  const last = useRef<{ readonly in: string; readonly messageId: string | undefined }>(undefined);
  // While drawing: what tells that it was read comes right behind.
  if (opened.current.conversationId !== conversationId) opened.current = { conversationId, unread: unreadNow() };

  useEffect(() => {
    const { current } = opened;
    const newest = messages.at(-1);
    const isNew = newest !== undefined && last.current?.in === conversationId && last.current.messageId !== undefined && newest.messageId !== last.current.messageId;
    last.current = { in: conversationId, messageId: newest?.messageId };
    if (current.unread > 0 && newest !== undefined) {
      // Of more than can be shown at once, or where some are gone again, it stands above all there are.
      const isAll = complete || messages.length >= maxPage;
      const before = firstUnread(messages, current.unread) ?? (isAll ? messages.find(({ direction }) => direction === 'in')?.messageId : undefined);
      if (before !== undefined) {
        setDivider({ in: conversationId, before, count: current.unread });
        current.unread = 0;
      }
      return;
    }
    if (!isNew) return;
    if (newest.direction === 'out') setDivider(undefined);
    else if (!document.hasFocus()) setDivider((known) => (known?.in === conversationId ? { ...known, count: known.count + 1 } : { in: conversationId, before: newest.messageId, count: 1 }));
  }, [conversationId, messages, complete]);

  return divider?.in === conversationId ? divider : undefined;
}
