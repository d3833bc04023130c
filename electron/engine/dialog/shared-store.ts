import type { InstanceId, PeerId } from '../ids';
import type { DialogKey, SendingRow } from './dialog-store';

/** What of the dialogs' durable state is read whole, for a person who gets another device; part of the dialog store. */
export interface SharedStore {
  /** Every dialog with everybody. */
  dialogKeys(): readonly DialogKey[];
  /** Every floor above zero that was set. */
  kekFloors(): readonly { readonly peerId: PeerId; readonly creator: InstanceId }[];
  /** What own devices send in this dialog, as far as this one has heard: its own stream among them. */
  sendingsIn(key: DialogKey): readonly SendingRow[];
}
