import type { LocalParty } from '../certificates/local-party';
import { lifetimes } from '../certificates/validity';
import { parseNames, spanOfBlock } from '../exchange/kek-block';
import { credentialHash } from '../exchange/service-pair';
import type { DialogId } from '../ids';
import type { Clock } from '../ports';
import type { DialogStore } from './dialog-store';
import type { RemoteParty } from './dialog-types';
import type { Memory, PeerMemory } from './memory';
import { preambleBytes } from './message-layout';
import { takeOver } from './takeover';

export interface ResealingParts {
  readonly clock: Clock;
  readonly local: LocalParty;
  readonly store: DialogStore;
  readonly memory: Memory;
}

/**
 * Messages that nobody can open any more are sealed again, they alone with what follows them in their stream (protocol.md
 * §7, S1-48): those to an exchange credential of the peer that has left its grace, and those that name a former credential
 * of this device, which was renewed since.
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
    let found = memory.peer(peer.peerId).resealing === undefined && this.#unsealFormer(peer);
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

  /** Once for each engine: its device credential never changes. The first sealed message of a stream is the oldest one. */
  #unsealFormer(peer: RemoteParty): boolean {
    const { store, memory, local } = this.#parts;
    const firsts = new Map<DialogId, number>();
    for (const { dialogId, sequence } of store.sealedBefore(peer.peerId, Number.MAX_SAFE_INTEGER)) {
      firsts.set(dialogId, Math.min(sequence, firsts.get(dialogId) ?? sequence));
    }
    let found = false;
    for (const [dialogId, sequence] of firsts) {
      const key = { peerId: peer.peerId, dialogId, instanceId: local.instanceId };
      const sealed = store.findOutbox(key, sequence)?.sealed;
      const dialog = memory.dialog(key);
      if (!sealed || !dialog?.sending || dialog.row.state !== 'open' || this.#isOwn(sealed.bytes)) continue;
      memory.touch(dialog);
      takeOver(store, dialog, dialog.sending, { kind: 'again', reason: 'pair' }, sequence);
      found = true;
    }
    return found;
  }

  /** True when the message names the credential this device has now. */
  #isOwn(message: Uint8Array): boolean {
    const bytes = Buffer.from(message.buffer, message.byteOffset, message.length);
    const block = spanOfBlock(bytes, preambleBytes);
    if (!block) return false;
    const named = credentialHash(parseNames(bytes, block).initiatorCert);
    return Buffer.compare(named, this.#parts.local.instance.credential.hash) === 0;
  }
}

/**
 * When the other side may have destroyed the private half of a credential that ended at `until`: 31 days after its
 * successor began. The newest credential began at `newest`; one in between that was never heard of began when the old
 * one ended.
 */
function graceEnd(until: number, newest: number): number {
  return Math.min(until, newest) + lifetimes.exchangeGrace;
}
