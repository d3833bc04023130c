import type { OverReason } from '../../engine/files/words';
import type { TransferRow } from '../ports/transfers';

/** What the other person is told of how it ended here; undefined: nothing that concerns them. */
export function overReason({ direction, ended, failure }: TransferRow): OverReason | undefined {
  if (ended === 'cancelled') return 'cancelled';
  if (direction === 'out') return undefined;
  if (ended === 'done') return 'done';
  return failure === 'contact.not-permitted' ? 'not-permitted' : failure === 'file.altered' ? 'altered' : failure === 'file.too-large' ? 'too-large' : undefined;
}
