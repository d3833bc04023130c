import type { Clock } from '../ports';
import type { RemoteParty } from './dialog-types';
import type { Memory, PeerMemory } from './memory';
import type { DialogStore } from './dialog-store';
import type { Takeover } from './shift-store';
import { type DialogState, forgetKey, type SendingStream } from './streams';
import { lifetimes } from '../certificates/validity';

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

export interface ResealingParts {
  readonly clock: Clock;
  readonly store: DialogStore;
  readonly memory: Memory;
}

/**
 * Messages sealed to an exchange credential of the peer that has left its grace: nobody can open them any more, so
 * they alone, with what follows them in their stream, are sealed again (protocol.md §7, S1-48).
 */
export class Resealing {
  readonly #parts: ResealingParts;

  constructor(parts: ResealingParts) {
    this.#parts = parts;
  }

  /** Whether it is time to look: two comparisons, nothing read, as long as neither the credential nor the day changes it. */
  isDue(peer: RemoteParty): boolean {
    const { memory, clock } = this.#parts;
    const { resealing } = memory.peer(peer.peerId);
    return resealing?.exchange !== peer.exchange.hash || clock.now() >= resealing.next;
  }

  /** Runs inside `Memory.change`. Gives whether something has to be handed over again. */
  unsealExpired(peer: RemoteParty): boolean {
    const { store, memory, clock } = this.#parts;
    const now = clock.now();
    let found = false;
    let next = Infinity;
    for (const row of store.sealedBefore(peer.peerId, peer.exchange.notAfter)) {
      const over = graceEnd(row.until, peer.exchange.notBefore);
      const dialog = memory.dialog(row);
      if (!dialog?.sending || dialog.row.state !== 'open') continue;
      if (now < over) {
        next = Math.min(next, over);
        continue;
      }
      memory.touch(dialog);
      takeOver(store, dialog, dialog.sending, { kind: 'again', reason: 'pair' }, row.sequence);
      found = true;
    }
    const known: PeerMemory = memory.peer(peer.peerId);
    known.resealing = { exchange: peer.exchange.hash, next };
    return found;
  }
}

/**
 * When the other side may have destroyed the private half of a credential that ended at `until`: 31 days after its
 * successor began. The newest credential began at `newest`; one in between that was never heard of began when the old
 * one ended.
 */
export function graceEnd(until: number, newest: number): number {
  return Math.min(until, newest) + lifetimes.exchangeGrace;
}
