import { useEffect, useLayoutEffect, useRef } from 'react';
import { flushSync } from 'react-dom';
import { keepFocus } from '../../app/keep-focus';
import { focusBack } from '../../app/panes';
import type { Row } from './rows';

/**
 * A line that has the focus, or whose menu has it, may go, or be made anew: the conversation with a person begins, is pinned or put away, here or by another device.
 * The focus would be nowhere then. The line of the same conversation gets it, else that of the same person, else the one that stands there now. `hold`: draws a line
 * wherever it is.
 */
export function useKeptLine(list: HTMLElement | null, rows: readonly Row[], hold: (key: string) => void): void {
  const lines = useRef(rows);
  const had = useRef<{ readonly line: Element; readonly row: Row; readonly at: number }>(undefined);
  const stop = useRef<() => void>(undefined);
  useEffect(() => {
    const follow = ({ target }: FocusEvent): void => {
      if (!(target instanceof HTMLElement)) return;
      const line = list?.contains(target) === true ? target.closest<HTMLElement>('[data-row]') : null;
      // A menu or a dialog that was called from the line gives the focus back to it.
      if (line === null && target.closest('[data-pane]') === null) return;
      const at = line === null ? -1 : lines.current.findIndex(({ key }) => key === line.dataset['row']);
      const row = lines.current[at];
      had.current = line === null || row === undefined ? undefined : { line, row, at };
    };
    document.addEventListener('focusin', follow);
    return () => document.removeEventListener('focusin', follow);
  }, [list]);
  useLayoutEffect(() => {
    lines.current = rows;
    const before = had.current;
    if (before === undefined || before.line.isConnected) return;
    had.current = undefined;
    const { row, at } = before;
    const heir = rows.find(({ key }) => key === row.key) ?? rows.find(({ contact }) => contact.contactId === row.contact.contactId) ?? rows[Math.min(at, rows.length - 1)];
    stop.current?.();
    // Nothing is done where somebody has the focus by the next frame: whoever goes on to another line leaves the one that was drawn for its focus alone.
    stop.current = keepFocus(() => {
      if (heir === undefined) return focusBack();
      flushSync(() => hold(heir.key));
      lineOfKey(list, heir.key)?.focus();
    });
  }, [list, rows, hold]);
  useEffect(() => () => stop.current?.(), []);
}

/** The element of a line, where it is drawn. */
export function lineOfKey(list: HTMLElement | null, key: string): HTMLElement | undefined {
  return [...(list?.querySelectorAll<HTMLElement>('[data-row]') ?? [])].find((line) => line.dataset['row'] === key);
}
