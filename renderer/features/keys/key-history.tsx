import type { ReactNode } from 'react';
import type { KeyShift } from '../../../shared/model/keys';
import { useText } from '../../i18n/use-text';
import type { Times } from '../../i18n/use-times';

/** Newest first; the accessible form of the lanes. */
export function KeyHistory({ history, name, times }: { readonly history: readonly KeyShift[]; readonly name: string; readonly times: Times }): ReactNode {
  const text = useText();
  const newestFirst = [...history].sort((one, other) => other.at - one.at).slice(0, 100);
  return (
    <table className="table">
      <caption>{text('keys.history')}</caption>
      <thead>
        <tr>
          <th scope="col">{text('keys.history.when')}</th>
          <th scope="col">{text('keys.history.who')}</th>
          <th scope="col">{text('keys.history.generation')}</th>
          <th scope="col">{text('keys.history.reason')}</th>
        </tr>
      </thead>
      <tbody>
        {newestFirst.map((shift) => (
          <tr key={`${shift.who}-${shift.to}-${shift.at}`}>
            <td>{times.dateTime(shift.at)}</td>
            <td>{shift.who === 'you' ? text('keys.history.you') : <bdi>{name}</bdi>}</td>
            <td className="number">{shift.to}</td>
            <td>{text(`keys.reason.${shift.reason}`)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
