import { useEffect, type RefObject } from 'react';
import { useConversations, useModel } from '../../app/model-context';
import { isShown } from '../../app/panes';
import { isCovered } from '../../ui/covered';
import { articlesOf } from './articles';
import type { Thread } from './messages-store';
import { firstUnread } from './use-unread-divider';

/**
 * What was before a person's eyes is read: messages of the conversation on screen whose end was in sight while the window had the focus. Once that of the
 * newest was, all of them are.
 */
export function useMarkRead(conversationId: string, { messages, complete, loading, failure, behind = false }: Thread, box: RefObject<HTMLElement | null>): void {
  const model = useModel();
  const unread = useConversations((state) => state.conversations.find((one) => one.conversationId === conversationId)?.unread ?? 0);
  // What is shown may be of before, until the newest are here.
  const isHere = loading !== 'newest' && (complete || messages.length > 0);
  const isWhole = !behind && failure === undefined;
  useEffect(() => {
    const element = box.current;
    if (element === null || unread === 0 || !isHere) return undefined;
    const begins = messages.findIndex(({ messageId }) => messageId === firstUnread(messages, unread));
    // Of more than are here none is above them.
    let told = Math.max(0, begins) - 1;
    let refused = false;
    let frame = 0;
    const tell = async (at: number, upTo?: string): Promise<void> => {
      if (at <= told || refused) return;
      const before = told;
      told = at;
      try {
        await model.conversations.getState().markRead(conversationId, upTo);
      } catch (thrown) {
        // Tried again when somebody comes back to the window, not at each step of a wheel.
        [told, refused] = [before, true];
        throw thrown;
      }
    };
    const mark = (): void => {
      if (document.visibilityState !== 'visible' || !document.hasFocus() || !isInSight(element)) return;
      const seen = lastSeen(element);
      if (isWhole && seen === messages.at(-1)?.messageId) model.background(tell(messages.length));
      else if (seen !== undefined) model.background(tell(messages.findIndex(({ messageId }) => messageId === seen), seen));
    };
    // Behind the frame in which what was just drawn stands where it is read: at the first unread message, or where the reader was.
    const soon = (): void => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => (frame = requestAnimationFrame(mark)));
    };
    const comesBack = (): void => {
      refused = false;
      soon();
    };
    soon();
    element.addEventListener('scroll', soon, { passive: true });
    window.addEventListener('focus', comesBack);
    // What lay over it, a dialog or the details, gives the focus back when it goes.
    document.addEventListener('focusin', soon);
    // The window turns, or the conversation comes to the front of a narrow one.
    const observer = typeof ResizeObserver === 'undefined' ? undefined : new ResizeObserver(soon);
    observer?.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      element.removeEventListener('scroll', soon);
      observer?.disconnect();
      window.removeEventListener('focus', comesBack);
      document.removeEventListener('focusin', soon);
    };
  }, [model, conversationId, messages, box, unread, isHere, isWhole]);
}

/** Nothing lies over it: no dialog, no details of a window that has no room for them beside it. */
function isInSight(element: HTMLElement): boolean {
  if (!isShown(element) || isCovered(element)) return false;
  const { left, top, width, height } = element.getBoundingClientRect();
  // jsdom has no places.
  const inMiddle = typeof document.elementFromPoint === 'function' ? document.elementFromPoint(left + width / 2, top + height / 2) : null;
  return inMiddle === null || element.contains(inMiddle);
}

/** The id of the last message whose end is in sight or above it. They stand one below the other, so that few are measured. */
function lastSeen(element: HTMLElement): string | undefined {
  const all = articlesOf(element);
  const end = element.getBoundingClientRect().bottom + 1;
  let [from, to] = [0, all.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((all[middle]?.getBoundingClientRect().bottom ?? 0) <= end) from = middle + 1;
    else to = middle;
  }
  return all[from - 1]?.dataset['message'];
}
