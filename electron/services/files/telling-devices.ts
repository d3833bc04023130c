import type { OpenProfile } from '../open-profile';
import type { TransferChange, TransferRow } from '../ports/transfers';
import { calledOff } from '../replication/kinds/called-off';
import { keyOfFile } from '../replication/kinds/file';

const nothing = new Uint8Array(0);

type Teller = Pick<OpenProfile, 'stores' | 'devices'>;

/** To the own other devices, in the caller's transaction. */
export function sayFile({ stores, devices: { replica } }: Teller, row: TransferRow, how: 'say' | 'sayAfter', kind: 'file' | typeof calledOff = 'file'): void {
  const key = replica.isOn ? keyOfFile(stores, row) : undefined;
  if (key !== undefined) replica[how](kind, key, nothing);
}

/** What of a change concerns them: how it ended, and whose doing that was. After it was made, in the same transaction. */
export function sayChange(profile: Teller, transferId: string, { ended, cancelledBy }: TransferChange): void {
  const row = ended === undefined && cancelledBy === undefined ? undefined : profile.stores.transfers.byId(transferId);
  if (row === undefined) return;
  if (ended !== undefined) sayFile(profile, row, 'say');
  if (cancelledBy !== undefined) sayFile(profile, row, 'say', calledOff);
}
