import type { DialogStore } from './dialog-store';
import type { Takeover } from './shift-store';
import { type DialogState, forgetKey, type SendingStream } from './streams';

/** What a new session key says of itself, and why it is made where that follows from a takeover. */
export interface KeyKind {
  readonly compromise: boolean;
  readonly again?: boolean;
}

/** Decides the kind of a new session key and notes that it is made. `reason`: absent once that was said. */
export function kindOfNextKey(store: DialogStore, dialog: DialogState, stream: SendingStream): { readonly kind: KeyKind; readonly reason?: Takeover['reason'] } {
  const { takeover } = dialog;
  if (!takeover) return { kind: { compromise: false } };
  if (takeover.made && stream.row.acknowledged >= takeover.upTo) {
    setTakeover(store, dialog, stream, undefined);
    return { kind: { compromise: false } };
  }
  if (!takeover.made) setTakeover(store, dialog, stream, { ...takeover, made: true });
  const kind = takeover.kind === 'compromise' ? { compromise: true } : { compromise: false, again: true };
  return takeover.made ? { kind } : { kind, reason: takeover.reason };
}

/**
 * Takes the locks from everything of this stream that is not acknowledged, from `from` on: it waits, and is sealed in
 * order under the same sequences and with the same content by a key that says so (protocol.md §7). The caller has
 * touched the dialog.
 */
export function takeOver(store: DialogStore, dialog: DialogState, stream: SendingStream, why: Pick<Takeover, 'kind' | 'reason'>, from: number): void {
  const { row } = stream;
  const first = Math.max(from, row.acknowledged + 1);
  const earlier = dialog.takeover;
  // Distrust outlasts the mere need to seal again.
  const kind = earlier?.kind === 'compromise' ? 'compromise' : why.kind;
  const upTo = Math.max(row.nextSealed - 1, first, earlier?.upTo ?? 0);
  store.unsealOutbox(row, first);
  forgetKey(stream);
  stream.row = { ...row, nextSealed: Math.min(row.nextSealed, first) };
  store.putSending(stream.row);
  setTakeover(store, dialog, stream, { kind, reason: why.reason, upTo, made: false });
}

function setTakeover(store: DialogStore, dialog: DialogState, { row }: SendingStream, takeover: Takeover | undefined): void {
  dialog.takeover = takeover;
  const key = { peerId: row.peerId, dialogId: row.dialogId, instanceId: row.instanceId };
  if (takeover) store.putTakeover(key, takeover);
  else store.removeTakeover(key);
}
