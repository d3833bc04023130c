import { useRef, type ReactNode } from 'react';
import { useSettings } from '../../app/model-context';
import type { Times } from '../../i18n/use-times';
import { ConversationItem } from './conversation-item';
import { drawnRows, mostWhole } from './near-rows';
import type { Row } from './rows';
import { useNearRows } from './use-near-rows';

export interface RowListProps {
  readonly rows: readonly Row[];
  /** What scrolls, and how many lines there are in it with those of other sections. */
  readonly box: HTMLElement | null;
  readonly allLines: number;
  /** The lines that are drawn wherever they are: the one that is open, the one Tab comes to, the one that has, or last had, the focus. */
  readonly selected: string | undefined;
  readonly tabStop: string | undefined;
  readonly held: string | undefined;
  readonly now: number;
  readonly times: Times;
  readonly onShow: (row: Row) => void;
  readonly onMenu: (row: Row, anchor: HTMLElement) => void;
}

/**
 * The lines of a section. Of many only those near what is seen are elements, and each says which of how many it is; room is left for the others. Screen
 * readers that read on their own have a setting with which all are there (`wholeList`).
 */
export function RowList({ rows, box, allLines, selected, tabStop, held, now, times, onShow, onMenu }: RowListProps): ReactNode {
  const list = useRef<HTMLUListElement>(null);
  const wholeList = useSettings((state) => state.settings.wholeList);
  const isWhole = wholeList || rows.length <= mostWhole;
  const { span, height } = useNearRows(box, list, rows.length, allLines, isWhole);
  const kept = isWhole ? [] : [selected, tabStop, held].map((key) => rows.findIndex((row) => row.key === key));
  const { drawn, after } = drawnRows(rows.length, isWhole ? { first: 0, end: rows.length } : span, kept);
  return (
    <ul ref={list} style={after === 0 ? undefined : { paddingBlockEnd: after * height }}>
      {drawn.map(({ at, gap }) => {
        const row = rows[at];
        return row === undefined ? null : (
          <li
            key={row.key}
            className="list-entry"
            style={gap === 0 ? undefined : { marginBlockStart: gap * height }}
            {...(isWhole ? {} : { 'aria-posinset': at + 1, 'aria-setsize': rows.length })}
          >
            <ConversationItem row={row} selected={row.key === selected} inTabOrder={row.key === tabStop} now={now} times={times} onShow={onShow} onMenu={onMenu} />
          </li>
        );
      })}
    </ul>
  );
}
