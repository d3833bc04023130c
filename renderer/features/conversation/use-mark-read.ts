import { useEffect, type RefObject } from 'react';
import { useConversations, useModel } from '../../app/model-context';
import { isShown } from '../../app/panes';
import type { Thread } from './messages-store';
import { isNearEnd } from './use-feed-scroll';
import { firstUnread } from './use-unread-divider';

/**
 * What was before a person's eyes is read: messages of the conversation on screen whose end was in sight while the window had the focus. At the newest one
 * that is all of them.
 */
export function useMarkRead(conversationId: string, { messages, complete, loading, failure, behind = false }: Thread, box: RefObject<HTMLElement | null>): void {
  const model = useModel();
  const unread = useConversations((state) => state.conversations.find((one) => one.conversationId === conversationId)?.unread ?? 0);
  // What is shown may be of before, until the newest are here.
  const isHere = loading !== 'newest' && failure === undefined && (complete || messages.length > 0);
  useEffect(() => {
    const element = box.current;
    if (element === null || unread === 0 || !isHere) return undefined;
    const begins = messages.findIndex(({ messageId }) => messageId === firstUnread(messages, unread));
    // Of more than are here none is above them.
    let told = Math.max(0, begins) - 1;
    let frame = 0;
    const mark = (): void => {
      if (document.visibilityState !== 'visible' || !document.hasFocus() || !isShown(element)) return;
      if (isNearEnd(element) && !behind) {
        if (told < messages.length) model.background(model.conversations.getState().markRead(conversationId));
        told = messages.length;
        return;
      }
      const seen = lastSeen(element);
      const at = seen === undefined ? -1 : messages.findIndex(({ messageId }) => messageId === seen);
      if (at <= told) return;
      told = at;
      model.background(model.conversations.getState().markRead(conversationId, seen));
    };
    // Behind the frame in which what was just drawn stands where it is read: at the first unread message, or where the reader was.
    const soon = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => (frame = requestAnimationFrame(mark)));
    };
    soon();
    element.addEventListener('scroll', soon, { passive: true });
    window.addEventListener('focus', soon);
    // The window turns, or the conversation comes to the front of a narrow one.
    const observer = typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(soon);
    observer?.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener('scroll', soon);
      observer?.disconnect();
      window.removeEventListener('focus', soon);
    };
  }, [model, conversationId, messages, box, behind, unread, isHere]);
}

/** The id of the last message whose end is in sight or above it. They stand one below the other, so that few are measured. */
function lastSeen(element: HTMLElement): string | undefined {
  const all = element.querySelectorAll<HTMLElement>('[data-message]');
  const end = element.getBoundingClientRect().bottom + 1;
  let [from, to] = [0, all.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((all[middle]?.getBoundingClientRect().bottom ?? 0) <= end) from = middle + 1;
    else to = middle;
  }
  return all[from - 1]?.dataset['message'];
}
