import type { SharedStore } from '../engine/dialog/shared-store';
import type { InstanceId, PeerId } from '../engine/ids';
import type { Db } from './database';
import { dialogParams, readDialogKey, readSending } from './dialog-rows';
import { id } from './row';

/** What another own device is told whole (protocol.md §10). */
export function createSharedStore(db: Db): SharedStore {
  const dialogs = db.prepare('SELECT peer_id, dialog_id FROM dialogs ORDER BY created_at, peer_id, dialog_id');
  const floors = db.prepare('SELECT peer_id, creating_instance FROM kek_floors WHERE floor > 0 ORDER BY peer_id, creating_instance');
  const sendings = db.prepare('SELECT * FROM sending_streams WHERE peer_id = ? AND dialog_id = ? ORDER BY instance_id');
  return {
    dialogKeys: () => dialogs.all().map(readDialogKey),
    kekFloors: () => floors.all().map((row) => ({ peerId: id<PeerId>(row, 'peer_id'), creator: id<InstanceId>(row, 'creating_instance') })),
    sendingsIn: (key) => sendings.all(dialogParams(key)).map(readSending),
  };
}
