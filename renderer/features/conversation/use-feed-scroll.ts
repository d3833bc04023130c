import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import type { Message } from '../../../shared/model/message';
import { articlesOf } from './articles';

/** Pixels from the end that still count as being there. */
const near = 80;

export interface FeedScroll {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly atEnd: boolean;
  /** Messages of the other side that came below since the reader went up. */
  readonly below: number;
  readonly onScroll: () => void;
  readonly toEnd: () => void;
}

/** `behind`: there are newer messages than those that are here, which `onNearEnd` asks for; `partly`: what is above is here, and not drawn yet; `lines`: how many there are between the messages and below them. */
export interface EarlierPlace {
  readonly behind: boolean;
  readonly partly: boolean;
  readonly onNearEnd: () => void;
  readonly lines: number;
}

/**
 * Stays at the newest message while the reader is there, stays where the reader is otherwise,
 * and does not move when older messages are put in above.
 */
export function useFeedScroll(conversationId: string, messages: readonly Message[], onNearTop: () => void, divider: string | undefined, earlier: EarlierPlace): FeedScroll {
  const { behind, partly, onNearEnd, lines } = earlier;
  const box = useRef<HTMLDivElement>(null);
  const wasAtEnd = useRef(true);
  const height = useRef(0);
  /** Where the reader stood when it was last looked, and how long all of it was then. */
  const stood = useRef({ top: 0, length: 0 });
  /** What is read where the reader is not at the end. */
  const held = useRef<Held>(undefined);
  const before = useRef<{ first: string | undefined; last: string | undefined; height: number }>({ first: undefined, last: undefined, height: 0 });
  const isBehind = useRef(behind);
  isBehind.current = behind;
  const [atEnd, setAtEnd] = useState(true);
  const [seen, setSeen] = useState<string>();
  const shown = useRef(messages);
  shown.current = messages;

  const toEnd = useCallback(() => {
    const element = box.current;
    if (element !== null) stayAtEnd(element, stood);
    wasAtEnd.current = true;
    setAtEnd(true);
    // Also where no scroll is told: it was there already, or the box changed with it.
    setSeen(undefined);
  }, []);

  /** After something took more or less room: at the end, or with what is read where it stood. */
  const stay = useCallback(() => {
    const element = box.current;
    if (element === null) return;
    if (!wasAtEnd.current) held.current = keep(element, held.current);
    else if (!hasLeft(element, stood.current)) stayAtEnd(element, stood);
  }, []);

  /** At the line where reading starts, also before the system tells that this was a scroll. */
  const begin = useCallback((element: HTMLElement, divider: string) => {
    if (!placeAt(element, divider)) return;
    wasAtEnd.current = isNearEnd(element);
    held.current = holdOf(element);
  }, []);

  useLayoutEffect(() => {
    before.current = { first: undefined, last: undefined, height: 0 };
    toEnd();
  }, [conversationId, toEnd]);

  const first = messages[0]?.messageId;
  const newest = messages.at(-1);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const former = before.current;
    const grewAbove = former.first !== undefined && former.first !== first && former.last === newest?.messageId;
    if (former.first === undefined && divider !== undefined && messages.length > 0) begin(element, divider);
    else if (grewAbove && (behind || !wasAtEnd.current)) {
      element.scrollTop += element.scrollHeight - former.height;
      held.current = holdOf(element);
    }
    else if (behind && former.last !== undefined) {
      // What was asked for below moves nobody.
    } else if ((wasAtEnd.current && !hasLeft(element, stood.current)) || (newest?.direction === 'out' && newest.messageId !== former.last)) toEnd();
    // One above may be gone, or have other words.
    else stay();
    before.current = { first, last: newest?.messageId, height: element.scrollHeight };
  }, [first, newest, messages, toEnd, stay, begin, divider, behind]);

  // A line that came below the newest message is in sight like that, and one above what is read moves nobody.
  useLayoutEffect(() => {
    if (lines > 0 && !behind) stay();
  }, [lines, behind, stay]);

  // The divider is found right after the first page is drawn.
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || divider === undefined || !wasAtEnd.current) return;
    begin(element, divider);
  }, [begin, divider]);

  // The box shrinks when the composer grows or the window turns: the newest message stays in sight.
  useEffect(() => {
    const element = box.current;
    if (element === null || typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver(stay);
    observer.observe(element);
    // So it does by a picture that is there only now, and what is read stays where it is by one above it. It tells nobody but those who listen on its way.
    element.addEventListener('load', stay, true);
    // What somebody opens or closes in here moves what is below it, and that is meant: it is read where it stands then.
    let frame = 0;
    const look = ({ target }: Event): void => {
      const message = target instanceof Element ? target.closest('article') : null;
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        // A long one that was opened at the end is read from where it begins: nobody is at the end any more, and the next scroll is one.
        if (wasAtEnd.current && !isNearEnd(element) && message?.querySelector('[aria-expanded="true"]') != null) {
          wasAtEnd.current = false;
          setAtEnd(false);
        }
        if (!wasAtEnd.current) held.current = holdOf(element);
      });
    };
    element.addEventListener('click', look);
    element.addEventListener('keydown', look);
    return () => {
      observer.disconnect();
      element.removeEventListener('load', stay, true);
      cancelAnimationFrame(frame);
      element.removeEventListener('click', look);
      element.removeEventListener('keydown', look);
    };
  }, [stay]);

  // So it does by whatever else of the messages takes more room later, as the player and the buttons of a file that came do. What was asked for below moves nobody.
  const isEmpty = messages.length === 0;
  useEffect(() => {
    const feed = box.current?.querySelector('[role="feed"]');
    if (feed == null || typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver(() => {
      if (!isBehind.current) stay();
    });
    observer.observe(feed);
    // What goes makes it shorter, and the browser moves whoever is at the end as soon as anybody measures: where a picture has its size before the next frame, that would look as if they had gone up.
    const parts = new MutationObserver(() => {
      if (wasAtEnd.current && !isBehind.current) stay();
    });
    parts.observe(feed, { childList: true, subtree: true });
    return () => {
      observer.disconnect();
      parts.disconnect();
    };
  }, [stay, isEmpty]);

  // So it does where letters, lines or words of another language take more room: what says so stands on the page's root. Once all is laid out.
  useEffect(() => {
    let frame = 0;
    const looks = new MutationObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(stay);
    });
    looks.observe(document.documentElement, { attributeFilter: ['style', 'lang', 'dir', 'data-density'] });
    return () => {
      looks.disconnect();
      cancelAnimationFrame(frame);
    };
  }, [stay]);

  const onScroll = useCallback(() => {
    const element = box.current;
    if (element === null) return;
    // The box changed its size under a reader at the end (the composer grew, or gave way): nobody scrolled.
    // Or a picture took its place: what was a scroll to the end is told only when the end is further down.
    const grew = !behind && element.scrollHeight > stood.current.length && element.scrollTop >= stood.current.top;
    if (wasAtEnd.current && (element.clientHeight !== height.current || grew)) {
      height.current = element.clientHeight;
      stayAtEnd(element, stood);
      return;
    }
    height.current = element.clientHeight;
    // What the box was put to is told a moment later, and a picture above it may have its size by then: nobody scrolled, and what is read stays where it stood.
    if (!wasAtEnd.current) held.current = keep(element, held.current);
    stood.current = { top: element.scrollTop, length: element.scrollHeight };
    const isAtEnd = isNearEnd(element);
    wasAtEnd.current = isAtEnd;
    if (isAtEnd) held.current = undefined;
    else if (held.current?.scrolled !== element.scrollTop) held.current = holdOf(element);
    setAtEnd(isAtEnd);
    setSeen((known) => (isAtEnd ? undefined : (known ?? shown.current.at(-1)?.messageId)));
    if (isAtEnd && behind) onNearEnd();
    // Whoever stands at the end of a screen's worth did not go up.
    if (element.scrollTop < 200 && element.scrollHeight > element.clientHeight && !(isAtEnd && partly)) onNearTop();
  }, [onNearTop, behind, partly, onNearEnd]);

  return { box, atEnd, below: atEnd ? 0 : countBelow(messages, seen), onScroll, toEnd };
}

function stayAtEnd(element: HTMLElement, stood: { current: { top: number; length: number } }): void {
  element.scrollTop = element.scrollHeight;
  stood.current = { top: element.scrollTop, length: element.scrollHeight };
}

/**
 * Somebody went up from where the box stood, and the system has not told of it yet: it does so before the next frame is drawn. A box that became longer, or what is in it
 * shorter, was moved by the browser, as far as it had to.
 */
const hasLeft = (element: HTMLElement, { top }: { readonly top: number }): boolean => element.scrollTop < Math.min(top, element.scrollHeight - element.clientHeight) - 1;

/** At the newest message there is here, or nearly. */
const isNearEnd = (element: HTMLElement): boolean => element.scrollHeight - element.scrollTop - element.clientHeight < near;

/** The message that stands first in sight; undefined for whoever is at the end, or where no conversation is. */
export function placeInSight(): string | undefined {
  const element = document.querySelector<HTMLElement>('[data-pane="conversation"] .feed-box');
  return element === null || isNearEnd(element) ? undefined : holdOf(element)?.message.getAttribute('data-message') ?? undefined;
}

/** A message, how far below the upper edge of the box it begins, and how far the box was scrolled then: pixels. */
type Held = { readonly message: Element; readonly top: number; readonly scrolled: number } | undefined;

const topIn = (element: HTMLElement, message: Element): number => message.getBoundingClientRect().top - element.getBoundingClientRect().top;

/** The first message that begins in sight, or the last there is. They stand one below the other, so that few are measured. */
function holdOf(element: HTMLElement): Held {
  const all = articlesOf(element);
  let [from, to] = [0, all.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    const message = all[middle];
    if (message !== undefined && topIn(element, message) < 0) from = middle + 1;
    else to = middle;
  }
  const message = all[from];
  return message === undefined ? undefined : { message, top: topIn(element, message), scrolled: element.scrollTop };
}

/** What is read stands where it stood. Not where somebody scrolled meanwhile: that is told in a moment. Where it is gone, what stands there now is read. */
function keep(element: HTMLElement, held: Held): Held {
  if (held === undefined || element.scrollTop !== held.scrolled) return held;
  if (!held.message.isConnected) return holdOf(element);
  element.scrollTop += topIn(element, held.message) - held.top;
  return { ...held, top: topIn(element, held.message), scrolled: element.scrollTop };
}

/** The line above the first unread message near the top, if it is not in sight at the end anyway. Gives whether that moved what is seen. */
function placeAt(element: HTMLElement, divider: string): boolean {
  const line = element.querySelector<HTMLElement>(`[data-divider="${divider}"]`);
  if (line === null) return false;
  const top = line.getBoundingClientRect().top - element.getBoundingClientRect().top;
  if (top < 0) element.scrollTop += top - 24;
  return top < 0;
}

function countBelow(messages: readonly Message[], seen: string | undefined): number {
  if (seen === undefined) return 0;
  let count = 0;
  for (let at = messages.length - 1; at >= 0 && messages[at]?.messageId !== seen; at -= 1) if (messages[at]?.direction === 'in') count += 1;
  return count;
}
