import type { Crypto } from '../../engine/crypto/crypto';
import type { LocalParty } from '../../engine/certificates/local-party';
import { placeOf, sealDeposit } from '../../engine/dialog/deposit';
import type { DialogEngine } from '../../engine/dialog/dialog-engine';
import type { InstanceId, PeerId } from '../../engine/ids';
import type { Clock, Logger } from '../../engine/ports';
import type { Session } from '../../engine/session/session';
import { id16ToBytes, instanceIdFromBytes } from '../../engine/wire/ids';
import type { Envelopes, Opened, Tally } from '../envelopes';
import type { Relay } from './relay';
import { toContact } from './relay';

/** What one session may bring before it is looked at: no more than one device carries for another. */
const mostWaiting = 4_096;
/** In bytes: of one session, so that nobody takes the place of others, and of all. What is beyond comes again with the next connection. */
export const mostOfOne = 8 * 1024 * 1024;
export const mostOfAll = 32 * 1024 * 1024;
const page = 16;

export interface BroughtParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly envelopes: Envelopes;
  readonly engine: Pick<DialogEngine, 'acknowledgements'>;
  readonly relay: Pick<Relay, 'takeBack'>;
  readonly commit: <T>(work: () => T) => T;
  /** Other own devices that count. */
  readonly siblings: () => readonly InstanceId[];
  readonly onReceived: (peerId: PeerId) => void;
}

interface Waiting {
  readonly session: Session;
  readonly deposit: Uint8Array;
}

/** Deposits that a contact's device brings for another device of the same person, or takes to another one of this person (protocol.md §11). */
export class Brought {
  readonly #parts: BroughtParts;
  #waiting: Waiting[] = [];
  #bytes = 0;
  readonly #bytesOf = new WeakMap<Session, number>();
  #cancel: (() => void) | undefined;

  constructor(parts: BroughtParts) {
    this.#parts = parts;
  }

  /** Item `deposit` of a session with this person; a view. */
  take(peerId: PeerId, session: Session, item: Uint8Array): void {
    if (item.length <= 16) return;
    const deposit = item.slice(16);
    const target = item.subarray(0, 16);
    if (target.some((byte) => byte !== 0)) {
      const instanceId = instanceIdFromBytes(target);
      if (this.#parts.siblings().includes(instanceId)) return this.#parts.relay.takeBack(peerId, instanceId, deposit);
      if (instanceId !== this.#parts.local.instanceId) return;
    }
    const held = this.#bytesOf.get(session) ?? 0;
    if (this.#waiting.length >= mostWaiting || held + deposit.length > mostOfOne || this.#bytes + deposit.length > mostOfAll) return;
    this.#waiting.push({ session, deposit });
    this.#count(session, deposit.length);
    this.#soon(0);
  }

  /** A word that another own device brought. Throws what the disk says. */
  open(deposit: Uint8Array): void {
    const one = this.#parts.envelopes.open(deposit);
    if (one === undefined || !('source' in one)) return;
    for (const peerId of this.#receive([one])) this.#parts.onReceived(peerId);
  }

  close(): void {
    this.#cancel?.();
    this.#waiting = [];
    this.#bytes = 0;
  }

  #count(session: Session, bytes: number): void {
    this.#bytes += bytes;
    this.#bytesOf.set(session, (this.#bytesOf.get(session) ?? 0) + bytes);
  }

  #soon(milliseconds: number): void {
    this.#cancel ??= this.#parts.clock.setTimer(milliseconds, () => {
      this.#cancel = undefined;
      this.#some();
    });
  }

  #some(): void {
    const { envelopes, logger } = this.#parts;
    const batch = this.#waiting.slice(0, page);
    const wait = envelopes.waitFor(batch.map(({ deposit }) => deposit));
    if (wait > 0) return this.#soon(wait);
    this.#waiting = this.#waiting.slice(page);
    for (const { session, deposit } of batch) this.#count(session, -deposit.length);
    try {
      this.#takeBatch(batch);
    } catch (error) {
      // Nothing of it is acknowledged: it is brought again with the next connection.
      logger.error('deposit.not-stored', { reason: error instanceof Error ? error.name : 'unknown' });
      for (const { session } of batch) session.close();
    }
    if (this.#waiting.length > 0) this.#soon(0);
  }

  #takeBatch(batch: readonly Waiting[]): void {
    const bySession = new Map<Session, Opened[]>();
    for (const { session, deposit } of batch) {
      const one = this.#parts.envelopes.open(deposit);
      // A device brings what its own person's devices wrote, nothing else.
      if (one === undefined || !('source' in one) || one.source.identity.peerId !== session.peer.identity.peerId) continue;
      bySession.set(session, [...(bySession.get(session) ?? []), one]);
    }
    for (const [session, opened] of bySession) {
      for (const peerId of this.#receive(opened)) this.#parts.onReceived(peerId);
      this.#answer(session, opened);
    }
  }

  #receive(opened: Opened[]): Set<PeerId> {
    opened.sort((a, b) => placeOf(a.message) - placeOf(b.message));
    const tally: Tally = { opened: 0, repeated: 0, refused: 0 };
    return this.#parts.commit(() => this.#parts.envelopes.receive(opened, tally));
  }

  /** What is due to the devices that wrote goes back with the one that brought it. */
  #answer(session: Session, opened: readonly Opened[]): void {
    const { crypto, local, engine, commit } = this.#parts;
    const { peerId } = session.peer.identity;
    for (const source of new Map(opened.map(({ source: each }) => [each.instance.instanceId, each])).values()) {
      const due = commit(() => engine.acknowledgements(peerId, source));
      const target = id16ToBytes(source.instance.instanceId);
      session.send(due.map(({ bytes }) => ({ kind: 'deposit', bytes: toContact(sealDeposit(crypto, local, { peerId, exchange: source.exchange }, bytes), target) })));
    }
  }
}
