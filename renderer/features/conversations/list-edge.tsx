import { useLayoutEffect, useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import { listWidths, nearestListWidth, steppedListWidth } from '../../../shared/model/list-width';
import { useContacts, useModel, useSettings, useUi } from '../../app/model-context';
import { useErrorText, useText } from '../../i18n/use-text';
import { useRootMark } from '../../ui/use-root-mark';

/** CSS pixels at the usual text size for each press of an arrow key. */
const step = 20;
const usualTextSize = 16;

/**
 * The edge between the list and the conversation, which makes the list wider and narrower: dragged, or moved with the arrow keys. What it is dragged to is
 * seen at once, without drawing the list anew, and kept when it is let go.
 */
export function ListEdge(): ReactNode {
  const text = useText();
  const kept = useSettings((state) => state.settings.listWidth);
  const errorText = useErrorText();
  const { settings, ui } = useModel();
  const edge = useRef<HTMLDivElement>(null);
  /** While it moves, and until that is kept: the next press of a key goes on from there. */
  const [moving, setMoving] = useState<number>();
  /** While it is dragged: where the list was wide, and how far beside that the pointer took hold, in CSS pixels at the usual text size. */
  const [grip, setGrip] = useState<{ readonly from: number; readonly beside: number }>();
  // Where nobody is yet, somebody asks for an answer, or the list is narrowed to some, there are words that count.
  const someoneAsksOrNobodyIs = useContacts((state) => state.requests.length > 0 || state.contacts.length === 0);
  const isFiltered = useUi(({ listView }) => listView.filter !== '' || listView.unreadOnly);
  const needsWords = someoneAsksOrNobodyIs || isFiltered;
  const width = moving ?? kept;
  const isPictures = width === 0 && !needsWords;

  useLayoutEffect(() => {
    const panes = panesOf(edge.current);
    if (panes === null) return;
    if (isPictures) panes.dataset['list'] = 'pictures';
    else delete panes.dataset['list'];
    panes.style.setProperty('--list-width', `${(width === 0 ? listWidths.usual : width) / usualTextSize}rem`);
  }, [width, isPictures]);
  useRootMark('has-pictures', isPictures);

  const keep = (listWidth: number): void => {
    setMoving(listWidth);
    settings
      .getState()
      .change({ listWidth })
      .catch((thrown: unknown) => ui.getState().toast(errorText(thrown), 'danger'))
      .finally(() => setMoving((now) => (now === listWidth ? undefined : now)));
  };
  const letGo = (): void => {
    setGrip(undefined);
    if (moving !== undefined) keep(moving);
  };

  const giveUp = (): void => {
    setGrip(undefined);
    setMoving(undefined);
  };

  /** From the side the list begins at to the pointer, at the usual text size. */
  const widthAt = (clientX: number): number => {
    const panes = panesOf(edge.current);
    if (panes === null) return kept;
    const { left, right } = panes.getBoundingClientRect();
    return (isFromRight() ? right - clientX : clientX - left) / enlarged();
  };

  /** As wide as it is seen: a window that is not wide enough, and words that have to be read, make it another than was chosen. */
  const seen = (): number => (edge.current?.closest('.list-pane')?.getBoundingClientRect().width ?? 0) / enlarged();

  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const from = seen();
    setGrip({ from, beside: widthAt(event.clientX) - from });
  };

  const onPointerMove = (event: PointerEvent): void => {
    if (grip === undefined) return;
    const wanted = widthAt(event.clientX) - grip.beside;
    // A press that trembles is none to another width.
    if (moving !== undefined || Math.abs(wanted - grip.from) >= 2) setMoving(nearestListWidth(wanted));
  };

  /** What arrow keys go on from; narrower from what is seen, where that is narrower than what was chosen. */
  const stands = width === 0 && needsWords ? listWidths.usual : width;
  const narrowed = (): number => {
    const now = Math.round(seen());
    return steppedListWidth(now >= listWidths.least ? Math.min(stands, now) : stands, -step);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // What is dragged goes back; nothing else is closed by it.
    if (event.key === 'Escape' && grip !== undefined) {
      event.stopPropagation();
      giveUp();
      return;
    }
    const wider = isFromRight() ? 'ArrowLeft' : 'ArrowRight';
    const narrower = isFromRight() ? 'ArrowRight' : 'ArrowLeft';
    const next =
      event.key === wider ? steppedListWidth(stands, step) : event.key === narrower ? narrowed() : event.key === 'Home' ? 0 : event.key === 'End' ? listWidths.most : undefined;
    if (event.key === 'Enter') keep(width === 0 ? listWidths.usual : 0);
    if (next === undefined) return;
    event.preventDefault();
    setMoving(next);
  };

  return (
    <div
      ref={edge}
      className={grip === undefined ? 'list-edge' : 'list-edge moving'}
      role="separator"
      tabIndex={0}
      aria-orientation="vertical"
      aria-label={text('list.edge')}
      aria-valuemin={0}
      aria-valuemax={listWidths.most}
      aria-valuenow={width}
      aria-valuetext={width === 0 ? text('list.edge.pictures') : undefined}
      onKeyDown={onKeyDown}
      onKeyUp={letGo}
      onBlur={letGo}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={letGo}
      onPointerCancel={giveUp}
      onDoubleClick={() => keep(listWidths.usual)}
    />
  );
}

const panesOf = (edge: HTMLElement | null): HTMLElement | null => edge?.closest<HTMLElement>('.panes') ?? null;

/** How many times the usual size letters have, and with them the panes. */
const enlarged = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / usualTextSize;

const isFromRight = (): boolean => document.documentElement.dir === 'rtl';
