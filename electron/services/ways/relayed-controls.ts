import type { Crypto } from '../../engine/crypto/crypto';
import type { LocalParty } from '../../engine/certificates/local-party';
import { sealDeposit } from '../../engine/dialog/deposit';
import type { DialogEngine } from '../../engine/dialog/dialog-engine';
import type { DialogId, PeerId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import type { Session } from '../../engine/session/session';
import { toHex } from '../../engine/wire/encoding';
import { id16ToBytes } from '../../engine/wire/ids';
import type { WaysStore } from '../ports/ways';
import type { Recipient } from './posting';
import { relayIdBytes } from './relay-words';

/** What no carrier took by then is due again. */
const takenWithinMs = 10_000;
/** A connection must answer within this long to show that what was brought on it arrived. */
const answerMs = 5_000;
/** So long after something was brought it is asked. */
const settleMs = 1_000;

export interface RelayedControlsParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly store: Pick<WaysStore, 'owe' | 'paid' | 'relayed' | 'removeRelayed'>;
  readonly engine: Pick<DialogEngine, 'sealWaiting' | 'acknowledgements' | 'repeatControls'>;
  readonly commit: <T>(work: () => T) => T;
  /** Whether this connection is one still. */
  readonly stands: (session: Session) => boolean;
}

/**
 * What this device has to say of a contact's messages, on the way with another own device; and on that one, when such a thing is done with.
 * Nobody acknowledges an acknowledgement: the newest of a conversation takes the place of the earlier one, and goes once a connection stood
 * on which it was brought.
 */
export class RelayedControls {
  readonly #parts: RelayedControlsParts;
  readonly #under = new Map<string, { readonly peerId: PeerId; readonly dialogId: DialogId }>();
  readonly #cancels = new Set<() => void>();

  constructor(parts: RelayedControlsParts) {
    this.#parts = parts;
  }

  /** Made durable, and known to be under way: what an end of the program catches there is due again at the next start. */
  make(peerId: PeerId, to: Recipient): readonly { readonly id: Uint8Array; readonly deposit: Uint8Array }[] {
    const { crypto, local, engine, store, commit } = this.#parts;
    const due = commit(() => {
      engine.sealWaiting(peerId);
      const made = engine.acknowledgements(peerId);
      if (made.length > 0) store.owe(peerId, made.map(({ dialogId }) => dialogId));
      return made;
    });
    if (due.length === 0) return [];
    const counts = new Map<DialogId, number>();
    const words = due.map(({ dialogId, bytes }) => {
      const index = counts.get(dialogId) ?? 0;
      counts.set(dialogId, index + 1);
      const id = controlIdOf(crypto, dialogId, index, to);
      this.#under.set(toHex(id), { peerId, dialogId });
      return { id, deposit: sealDeposit(crypto, local, to, bytes) };
    });
    this.#later(takenWithinMs, () => this.#giveUp(peerId));
    return words;
  }

  /** A carrier has it. In the caller's transaction. */
  taken(id: Uint8Array): void {
    const found = this.#under.get(toHex(id));
    if (found === undefined) return;
    this.#under.delete(toHex(id));
    if (this.#of(found.peerId).length === 0) this.#parts.store.paid(found.peerId);
  }

  /** Brought on this connection: once it answered after that, they need not be brought again. */
  brought(peerId: PeerId, session: Session, ids: readonly Uint8Array[]): void {
    const controls = new Set(ids.filter((id) => isControlId(id)).map(toHex));
    if (controls.size === 0) return;
    const { store, commit, stands } = this.#parts;
    const before = store.relayed(peerId).filter(({ id }) => controls.has(toHex(id)));
    this.#later(settleMs, () => {
      if (!stands(session)) return;
      session.checkNow(answerMs);
      this.#later(answerMs + settleMs, () => {
        if (!stands(session)) return;
        // Another one may have come under the same name meanwhile: that one was not brought by then.
        const now = new Map(store.relayed(peerId).map((row) => [toHex(row.id), row]));
        const gone = before.filter((row) => Buffer.compare(now.get(toHex(row.id))?.deposit ?? new Uint8Array(0), row.deposit) === 0);
        commit(() => gone.forEach(({ author, id }) => store.removeRelayed(author, id)));
      });
    });
  }

  close(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  #giveUp(peerId: PeerId): void {
    const left = this.#of(peerId);
    if (left.length === 0) return;
    const { engine, store, commit } = this.#parts;
    commit(() => {
      engine.repeatControls(peerId, [...new Set(left.map(([, { dialogId }]) => dialogId))]);
      store.paid(peerId);
    });
    for (const [id] of left) this.#under.delete(id);
  }

  #of(peerId: PeerId) {
    return [...this.#under].filter(([, each]) => each.peerId === peerId);
  }

  #later(milliseconds: number, work: () => void): void {
    const cancel = this.#parts.clock.setTimer(milliseconds, () => {
      this.#cancels.delete(cancel);
      try {
        work();
      } catch (error) {
        // A full disk, say: it is brought again, or due again at the next start.
        this.#parts.logger.error('relay.not-settled', { reason: error instanceof Error ? error.name : 'unknown' });
      }
    });
    this.#cancels.add(cancel);
  }
}

/** 80 ‖ first 7 bytes of H(dialog id ‖ index u8) ‖ first 8 bytes of the hash of the exchange credential. No place in an outbox begins so. */
export function controlIdOf(crypto: Crypto, dialogId: DialogId, index: number, { exchange }: Pick<Recipient, 'exchange'>): Uint8Array {
  const id = new Uint8Array(relayIdBytes);
  id[0] = 0x80;
  id.set(crypto.sha256(id16ToBytes(dialogId), Uint8Array.of(index & 0xff)).subarray(0, 7), 1);
  id.set(exchange.hash.subarray(0, 8), 8);
  return id;
}

export function isControlId(id: Uint8Array): boolean {
  return id[0] === 0x80;
}
