import { KeyshiftError } from '../../../shared/errors';
import type { Transfer } from '../../../shared/model/transfer';
import type { OpenProfile } from '../open-profile';
import type { TransferChange, TransferRow } from '../ports/transfers';
import type { Surroundings } from '../surroundings';
import { isOverAlready } from './endings';
import type { Party } from './parties';
import type { Progress } from './progress';
import { sayChange } from './telling-devices';
import { transferView } from './transfer-view';

/** The rows of files of an open profile: read, changed with the word of it to the own other devices, and told to clients. Once closed there are none. */
export class TransferRecords {
  readonly #profile: Pick<OpenProfile, 'stores' | 'devices' | 'commit'>;
  readonly #events: Surroundings['events'];
  readonly #progress: Progress;
  readonly #isMissing: (transferId: string) => boolean;
  #closed = false;

  /** The profile is still being put together: only what is read later may be asked of it. */
  constructor(profile: OpenProfile, events: Surroundings['events'], progress: Progress, isMissing: (transferId: string) => boolean) {
    this.#profile = profile;
    this.#events = events;
    this.#progress = progress;
    this.#isMissing = isMissing;
  }

  close(): void {
    this.#closed = true;
  }

  find(transferId: string): TransferRow | undefined {
    return this.#closed ? undefined : this.#profile.stores.transfers.byId(transferId);
  }

  /** What this device may know of at all: its person's own files with this one, or any for an own device. */
  visibleTo(party: Party, transferId: string): TransferRow | undefined {
    const row = this.find(transferId);
    return row === undefined || party.peerId === undefined || party.peerId === row.peerId ? row : undefined;
  }

  /** Errors: transfer.unknown. */
  known(transferId: string): TransferRow {
    const row = this.#profile.stores.transfers.byId(transferId);
    if (row === undefined) throw new KeyshiftError('transfer.unknown', 'That file is not known here.');
    return row;
  }

  /** Errors: transfer.unknown, transfer.over. */
  unfinished(transferId: string): TransferRow {
    const row = this.known(transferId);
    if (row.ended !== undefined && !row.wanted) throw isOverAlready();
    return row;
  }

  change(transferId: string, change: TransferChange): void {
    if (this.#closed) return;
    this.#profile.commit(() => {
      this.#profile.stores.transfers.set(transferId, change);
      sayChange(this.#profile, transferId, change);
    });
  }

  readonly view = (row: TransferRow): Transfer => transferView(row, this.#progress.of(row.transferId), this.#isMissing(row.transferId));

  tell(transferId: string): void {
    const row = this.find(transferId);
    if (row !== undefined) this.#events.emit({ type: 'transfer.progress', ...this.view(row) });
  }
}
