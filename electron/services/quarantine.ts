import type { Crypto } from '../engine/crypto/crypto';
import { placeOf } from '../engine/dialog/deposit';
import type { PeerId } from '../engine/ids';
import type { Clock, Logger } from '../engine/ports';
import type { Envelopes, Opened, Suspected, Tally } from './envelopes';
import type { Stores } from './ports';
import type { QuarantineStore } from './ports/quarantine';

/** Per claimed key: how many deposits wait, and how many bytes of them (protocol.md §9). */
const mostDeposits = 20;
const mostBytes = 256 * 1024;
/** Claimed keys per contact: anybody can claim one. */
const mostKeys = 3;
const waitsMs = 7 * 24 * 60 * 60 * 1000;

export interface QuarantineParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stores: Pick<Stores, 'quarantine'>;
  readonly envelopes: Pick<Envelopes, 'reopen' | 'receive'>;
  /** One transaction with its events told after the commit. */
  readonly commit: <T>(work: () => T) => T;
  /** This person showed another key than the known one: find out (at most once per interval, whoever asks). */
  readonly onSuspect: (peerId: PeerId) => void;
  /** Messages came under this person's own key, whose certificate ended long ago. In the transaction. */
  readonly onLapsed: (peerId: PeerId) => void;
  /** Messages of this person were received: answers may be due. */
  readonly onReceived: (peerId: PeerId) => void;
}

/**
 * Messages that arrive under a contact's unknown new key (S5-30), or from somebody who asked to be one: nothing of them is believed, shown or
 * acknowledged. They wait, bounded: for the key, for a week; for an answer, as long as the request does. When the old key, or the person at the
 * screen, vouches for the key, or the request is accepted, they are opened in order like any others.
 */
export class Quarantine {
  readonly #parts: QuarantineParts;
  readonly #store: QuarantineStore;
  #closed = false;

  constructor(parts: QuarantineParts) {
    this.#parts = parts;
    this.#store = parts.stores.quarantine;
  }

  /** Gives how many of them wait now, those that waited before included; the others found no room. */
  hold(suspected: readonly Suspected[]): number {
    const { commit, onSuspect, onLapsed } = this.#parts;
    const held = commit(() => {
      for (const { peerId, lapsed } of suspected) if (lapsed === true) onLapsed(peerId);
      return suspected.reduce((count, each) => count + (this.#hold(each) ? 1 : 0), 0);
    });
    for (const peerId of new Set(suspected.map((each) => each.peerId))) onSuspect(peerId);
    return held;
  }

  /** The key this person is known by is another one now: whatever came under it is opened, in the order it was written. */
  release(peerId: PeerId): void {
    const { envelopes, commit, logger, onReceived } = this.#parts;
    const rows = this.#store.of(peerId);
    if (rows.length === 0) return;
    const opened: Opened[] = [];
    const done: Uint8Array[] = [];
    for (const { hash, deposit } of rows) {
      const outcome = envelopes.reopen(deposit);
      // Still under another key than the known one, or not now: it goes on waiting.
      if (outcome === 'waits') continue;
      done.push(hash);
      if (outcome !== 'refused') opened.push(outcome);
    }
    if (done.length === 0) return;
    opened.sort((a, b) => placeOf(a.message) - placeOf(b.message));
    const tally: Tally = { opened: 0, repeated: 0, refused: done.length - opened.length };
    commit(() => {
      envelopes.receive(opened, tally);
      for (const hash of done) this.#store.remove(hash);
    });
    const { opened: count, refused } = tally;
    logger.info('quarantine.released', { count, refused });
    onReceived(peerId);
  }

  /** As `release`, from no call of anybody's: never throws. What could not be opened, as the disk failed, waits for the next start; a closed profile does nothing. */
  tryRelease(peerId: PeerId): void {
    if (this.#closed) return;
    try {
      this.release(peerId);
    } catch (error) {
      this.#parts.logger.error('quarantine.fault', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  close(): void {
    this.#closed = true;
  }

  /**
   * At the start: what waited too long goes, what a key speaks for by now is opened, as the end may have come between the one and the
   * other, and what waits on is asked about again. Never throws: a full disk keeps nobody out.
   */
  begin(): void {
    const { logger, onSuspect } = this.#parts;
    try {
      this.#sweep();
      for (const peerId of this.#store.people()) {
        this.release(peerId);
        if (this.#store.of(peerId).length > 0) onSuspect(peerId);
      }
    } catch (error) {
      logger.error('quarantine.fault', { reason: error instanceof Error ? error.name : 'unknown' });
    }
  }

  /** Blocked, or no contact any more. */
  drop(peerId: PeerId): void {
    this.#store.removePeer(peerId);
  }

  #sweep(): void {
    // A clock that was ahead must not let anything wait, and take the room of others, until that time comes.
    const now = this.#parts.clock.now();
    this.#store.removeOutside(now - waitsMs, now + waitsMs);
  }

  #hold({ peerId, spkiHash, deposit }: Suspected): boolean {
    const { crypto, clock, logger } = this.#parts;
    const hash = crypto.sha256(deposit);
    if (this.#store.has(hash)) return true;
    this.#sweep();
    const usage = this.#store.usage(peerId);
    const same = usage.find((each) => crypto.equal(each.spkiHash, spkiHash));
    const full = same ? same.count >= mostDeposits || same.bytes + deposit.length > mostBytes : usage.length >= mostKeys;
    if (full) {
      logger.warn('quarantine.full', { keys: usage.length });
      return false;
    }
    this.#store.add({ hash, peerId, spkiHash, deposit, receivedAt: Math.max(0, Math.trunc(clock.now())) });
    return true;
  }
}
