import type { TransferRow } from '../ports/transfers';
import type { TransferRecords } from './transfer-records';

/** Pieces after which it is written down while it goes on. */
const noteEvery = 256;

/** How much contacts are known to have of what they fetch. Written down now and then, and when it rests: what is shown after a crash need not be exact. */
export class Given {
  readonly #records: Pick<TransferRecords, 'find' | 'change'>;
  readonly #pieces = new Map<string, number>();

  constructor(records: Pick<TransferRecords, 'find' | 'change'>) {
    this.#records = records;
  }

  has({ transferId, given }: Pick<TransferRow, 'transferId' | 'given'>, pieces: number): void {
    if (pieces - given >= noteEvery || (given === 0 && pieces > 0)) this.#records.change(transferId, { given: pieces });
    this.#pieces.set(transferId, pieces);
  }

  rests(transferId: string): void {
    const pieces = this.#pieces.get(transferId) ?? 0;
    const row = this.#records.find(transferId);
    if (row !== undefined && row.ended === undefined && pieces > row.given) this.#records.change(transferId, { given: pieces });
    this.#pieces.delete(transferId);
  }
}
