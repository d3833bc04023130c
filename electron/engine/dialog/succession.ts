import type { InstanceId, PeerId } from '../ids';
import { encodeAgain } from './content';
import type { KeptRow } from './recovery-store';
import { blindBytes } from './seal-message';
import type { Sending, SendingParts } from './sending';
import { type DialogState, forgetKey } from './streams';

/**
 * A device takes the place of the one it was (protocol.md §7): what that one had not delivered goes again in new
 * streams, from 1, with new keys, and says which message it was: whoever has that one already shows it once. Runs in
 * `Memory.change`, in the transaction that makes the new device durable.
 */
export function succeed(parts: SendingParts, sending: Sending, retired: InstanceId): void {
  const { store } = parts;
  const streams = store.sendings(retired);
  // Before anything is sealed: no dialog may go on under a key of the device that is no more.
  const undelivered = new Map(streams.map((row) => [row, store.openOutbox(row, 1)]));
  store.retireOwn(retired);
  store.tellEverybody();
  for (const row of streams) {
    const dialog = parts.memory.dialog(row);
    if (dialog?.row.state !== 'open') continue;
    parts.sink.renewed({ ...dialog.key, from: row.epoch, at: Math.max(0, Math.trunc(parts.clock.now())) });
    sayAgain(parts, sending, dialog, undelivered.get(row) ?? []);
  }
  store.sweepOutbox();
}

/** What devices that this one was had not delivered in a dialog that was over then, and is open after all. Runs in `Memory.change`, when it is. */
export function succeedIn(parts: SendingParts, sending: Sending, dialog: DialogState): void {
  const { store, local } = parts;
  for (const row of store.sendingsIn(dialog.key)) if (row.instanceId !== local.instanceId) sayAgain(parts, sending, dialog, store.openOutbox(row, 1));
  store.sweepOutbox();
}

function sayAgain({ store, sink }: SendingParts, sending: Sending, dialog: DialogState, rows: readonly KeptRow[]): void {
  for (const row of rows) {
    const { instanceId, sequence, content, sentAt, erased } = row;
    store.removeOutbox(row, sequence);
    if (content.length === 0) continue;
    const from = { instanceId, sequence };
    const { row: sent } = sending.send(dialog, encodeAgain(from, sentAt, content.subarray(blindBytes)));
    if (erased) store.eraseOutbox(sent, sent.sequence);
    sink.takenOver({ ...dialog.key, from, instanceId: sent.instanceId, sequence: sent.sequence, keyEpoch: sent.sealed?.keyEpoch ?? 0 });
  }
}

/** The other person's devices of these ids are no more: nothing is locked with keys they made. */
export function forgetDevices(parts: SendingParts, peerId: PeerId, instances: readonly InstanceId[]): void {
  const { store, memory } = parts;
  const gone = new Set(instances);
  if (!memory.ring(peerId).retire(gone)) return;
  for (const row of store.dialogsOf(peerId)) {
    if (!row.kekCreator || !gone.has(row.kekCreator)) continue;
    const dialog = memory.dialog(row);
    if (!dialog) continue;
    giveUpKek(parts, dialog);
    if (dialog.sending) forgetKey(dialog.sending);
  }
}

/** The next message of this dialog takes another key exchange key than its last one did. */
function giveUpKek({ store, memory }: Pick<SendingParts, 'store' | 'memory'>, dialog: DialogState): void {
  memory.touch(dialog);
  const { kekCreator: _, ...rest } = dialog.row;
  dialog.row = rest;
  store.putDialog(rest);
}
