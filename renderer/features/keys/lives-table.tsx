import type { ReactNode } from 'react';
import type { KeyGeneration } from '../../../shared/model/keys';
import { heard } from '../../i18n/heard';
import { useText } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';
import { fateOf, reasonId } from './life-words';
import { keyOf } from './lives-layout';

export interface LivesTableProps {
  readonly generations: readonly KeyGeneration[];
  readonly label: string;
  readonly name: string;
  readonly times: Times;
}

/** The picture as a table, newest first. */
export function LivesTable({ generations, label, name, times }: LivesTableProps): ReactNode {
  const text = useText();
  const newestFirst = [...generations].sort((one, other) => other.since - one.since || other.epoch - one.epoch);
  return (
    // A table may be wider than its pane; then it can be scrolled by keyboard too.
    <div className="table-scroll" role="region" aria-label={heard(label)} tabIndex={0}>
      <table className="table lives-table">
        <caption className="only-heard">{label}</caption>
        <thead>
          <tr>
            <th scope="col">{text('lives.column.key')}</th>
            <th scope="col">{text('lives.column.since')}</th>
            <th scope="col">{text('lives.column.until')}</th>
            <th scope="col">{text('lives.column.reason')}</th>
            <th scope="col" className="number">
              {text('lives.column.messages')}
            </th>
            <th scope="col">{text('lives.column.fate')}</th>
          </tr>
        </thead>
        <tbody>
          {newestFirst.map((generation) => (
            <tr key={keyOf(generation)}>
              <th scope="row">{text(generation.who === 'you' ? 'lives.key.you' : 'lives.key.peer', { name, epoch: generation.epoch })}</th>
              <td>{times.dateTime(generation.since)}</td>
              <td>{generation.until === undefined ? text('lives.now') : times.dateTime(generation.until)}</td>
              <td>{text(reasonId(generation.reason, generation.who))}</td>
              <td className="number">{generation.messages}</td>
              <td>{text(`lives.fate.${fateOf(generation)}`)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
