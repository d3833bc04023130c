import { placeInSight } from '../features/conversation/use-feed-scroll';
import { uppermostDialog } from '../ui/covered';
import { fallBack, isNowhere, keepFocus } from './keep-focus';

/** Where the focus was in each pane, so that F6 brings one back to it. */
const lastIn = new WeakMap<Element, HTMLElement>();
/** Where it was last in any of them: nothing is held that has left the page. */
let last: WeakRef<HTMLElement> | undefined;
/** Where it was last in a dialog. */
let lastOver: WeakRef<HTMLElement> | undefined;

const focusable = 'button:not([disabled]), textarea, input, [tabindex="0"], a[href]';
/** What a pane starts with: the chosen conversation, the composer, the chosen tab. */
const first = '[aria-current="page"], textarea, [role="tab"][aria-selected="true"]';

export function rememberFocus(event: FocusEvent): void {
  if (!(event.target instanceof HTMLElement)) return;
  if (event.target.closest('.veil') !== null) lastOver = new WeakRef(event.target);
  const pane = event.target.closest('[data-pane]');
  if (pane === null) return;
  lastIn.set(pane, event.target);
  last = new WeakRef(event.target);
}

/** Moves the focus to the next or previous pane that is on screen. */
export function cyclePanes(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>('[data-pane]')].filter(isShown);
  if (panes.length === 0) return;
  const at = panes.findIndex((pane) => pane.contains(document.activeElement));
  const next = at === -1 ? 0 : (at + step + panes.length) % panes.length;
  const pane = panes[next];
  if (pane === undefined) return;
  const remembered = lastIn.get(pane);
  const target =
    remembered !== undefined && pane.contains(remembered) && isShown(remembered)
      ? remembered
      : firstPlace(pane);
  target?.focus();
}

/** Not the way back of a narrow window in a wide one, where it is hidden. */
function firstPlace(pane: HTMLElement): HTMLElement | undefined {
  return pane.querySelector<HTMLElement>(first) ?? [...pane.querySelectorAll<HTMLElement>(focusable)].find(isShown);
}

/** Whether the list of conversations is on screen: in a narrow window only one pane is. */
export function isListShown(): boolean {
  const list = document.querySelector<HTMLElement>('[data-pane="list"]');
  return list !== null && isShown(list);
}

/** After the conversation went to the back of a narrow window: the focus follows to the list. */
export function focusList(): void {
  requestAnimationFrame(() => {
    const list = document.querySelector<HTMLElement>('[data-pane="list"]');
    if (list !== null) firstPlace(list)?.focus();
  });
}

/** To writing, where there is a field. */
export function focusComposer(): void {
  document.querySelector<HTMLElement>('[data-pane="conversation"] textarea')?.focus();
}

/**
 * To a conversation that came in the place of another one, or in which nobody writes any more: to writing, or where there is no field to the message one was at, or to its
 * first place. Whoever reads further up, or where the unread ones begin, stays there: with the focus on what they read.
 */
export function focusTalk(): void {
  focusComposer();
  const pane = document.querySelector<HTMLElement>('[data-pane="conversation"]');
  const read = placeInSight();
  const message = read === undefined ? '[role="feed"] [tabindex="0"]' : `[data-message="${CSS.escape(read)}"]`;
  if (isNowhere()) pane?.querySelector<HTMLElement>(message)?.focus({ preventScroll: true });
  if (isNowhere() && pane !== null) firstPlace(pane)?.focus();
}

/** After the details closed: the focus goes back to writing, or where nobody writes into the conversation, once the button that closed them is gone. */
export function backToTalk(): void {
  focusComposer();
  // In a narrow window it is there again once they are gone: at once, before the next key.
  keepFocus(focusComposer, 3);
  fallBack(focusTalk, 20);
}

/**
 * After a key opened the details, or chose a tab of them: to that tab. At once where it is drawn right after the key was heard, so that the next key finds the focus there
 * and is not overtaken by it; one frame later where it takes longer.
 */
export function focusDetails(): void {
  const focusTab = (): boolean => {
    const tab = document.querySelector<HTMLElement>('[data-pane="details"] [role="tab"][aria-selected="true"]');
    tab?.focus();
    return tab !== null;
  };
  queueMicrotask(() => {
    if (!focusTab()) requestAnimationFrame(focusTab);
  });
}

/**
 * After something with the focus went away: to where it was before, to writing where that is gone, or else to the first pane. A dialog gives the focus back by itself,
 * but not where the page behind it may not have it yet. Where one lies over the window, to where the focus was in it, or to its first place.
 */
export function focusBack(): void {
  const dialog = uppermostDialog();
  if (dialog !== undefined) {
    const there = lastOver?.deref();
    if (there !== undefined && dialog.contains(there)) there.focus();
    if (isNowhere()) dialog.querySelector<HTMLElement>(focusable)?.focus();
    return;
  }
  const before = last?.deref();
  if (before?.isConnected === true && isShown(before)) before.focus();
  if (isNowhere()) focusComposer();
  if (isNowhere()) cyclePanes(1);
  // Of a screen without panes, as that of a first start: what is to be read there came while something lay over it.
  if (isNowhere()) document.querySelector<HTMLElement>('main section[tabindex="-1"]')?.focus();
}

/** Of a window that just opened or has somebody to show at last: where one begins. The chosen conversation, the first step to somebody, the first person. */
export function focusStart(): void {
  focusComposer();
  if (document.activeElement !== null && document.activeElement !== document.body) return;
  const start = [...document.querySelectorAll<HTMLElement>('[data-pane="conversation"] .empty-actions button, [data-pane="list"] .list-item')].find(isShown);
  if (start === undefined) cyclePanes(1);
  else start.focus();
}

/** Not in a pane that a narrow window has no room for. */
export function isShown(element: HTMLElement): boolean {
  // `checkVisibility` is in every runtime of ours; jsdom does without.
  return typeof element.checkVisibility === 'function' ? element.checkVisibility({ visibilityProperty: true }) : true;
}

/** Whether the details lie over the conversation: the same width as in styles/panes.css, at the text size of now. */
export function detailsLieOver(): boolean {
  const size = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return window.innerWidth <= 62.49 * (Number.isNaN(size) ? 16 : size);
}
