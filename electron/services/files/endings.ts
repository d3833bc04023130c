import { KeyshiftError } from '../../../shared/errors';
import { chunkCount } from '../../engine/files/chunk';
import type { OverReason } from '../../engine/files/words';
import type { TransferChange, TransferRow } from '../ports/transfers';

/** What the other person is told of how it ended here; undefined: nothing that concerns them. */
export function overReason({ direction, ended, failure }: TransferRow): OverReason | undefined {
  if (ended === 'cancelled') return 'cancelled';
  if (direction === 'out') return undefined;
  if (ended === 'done') return 'done';
  return failure === 'contact.not-permitted' ? 'not-permitted' : failure === 'file.altered' ? 'altered' : failure === 'file.too-large' ? 'too-large' : undefined;
}

const failures = { cancelled: undefined, 'not-permitted': 'contact.not-permitted', altered: 'file.altered', 'too-large': 'file.too-large' } as const;

/** What the other person's word changes here; undefined: nothing, as it comes late, or is not theirs to say. */
export function changeWhenOver({ direction, ended, size, cancelledBy }: TransferRow, reason: OverReason): TransferChange | undefined {
  // Another own device told that it is over, and not, or not yet, whose doing that was.
  if (ended === 'cancelled' && reason === 'cancelled' && cancelledBy === undefined) return { cancelledBy: 'them', settled: true };
  if (ended !== undefined && !(ended === 'failed' && reason === 'done')) return undefined;
  if (direction === 'in' && reason !== 'cancelled') return undefined; // nobody says that to whom it is for
  if (reason === 'done') return { ended: 'done', failure: undefined, given: chunkCount(size), paused: false, settled: true };
  const failure = failures[reason];
  const how: TransferChange = failure === undefined ? { ended: 'cancelled', cancelledBy: 'them' } : { ended: 'failed', failure };
  return { ...how, settled: true, paused: false, ...(direction === 'in' && { wanted: false, file: undefined, have: 0 }) };
}

export function isOverAlready(): KeyshiftError {
  return new KeyshiftError('transfer.over', 'That transfer is over.');
}

/** It is over here, and the other person has not said yet that they heard it. */
export function isUnsettled(row: TransferRow | undefined): boolean {
  return row?.ended !== undefined && !row.settled;
}
