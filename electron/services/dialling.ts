import type { PeerId } from '../engine/ids';
import type { Address, Clock, Transport } from '../engine/ports';
import type { ExchangeCredential } from '../engine/certificates/credential';
import type { Crypto } from '../engine/crypto/crypto';
import type { Secret } from '../engine/crypto/secret';
import { SessionError } from '../engine/session/failure';
import type { Session } from '../engine/session/session';
import type { SessionHost } from '../engine/session/session-host';
import { type Candidate, candidatesOf } from './candidates';
import type { NetworkFacts } from './network-facts';
import { chainOfDevice } from './known-device';
import type { KnownPeer, PeerBook } from './peer-book';
import type { LanSightings } from './ports';
import { NotNeeded, type Places, race, type Turn } from './racing';
import type { Tries } from './tries';
import { outcomeOf } from './try-outcome';

/** For the connection alone; the handshake has ten seconds of its own (protocol.md §8). */
const dialTimeoutMs = 5_000;

export interface DiallingParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly transport: Transport;
  readonly host: SessionHost;
  readonly book: Pick<PeerBook, 'find' | 'successorOf'>;
  readonly tries: Tries;
  readonly places: Places;
  readonly sightings: LanSightings;
  readonly network: NetworkFacts;
  readonly ownAddresses: () => readonly Address[];
  /** A device where this person was looked for took the words of this one for a stranger's: one of both has another key by now. */
  readonly onRetry?: (peerId: PeerId) => void;
  /** What shows at that device that this one was refused there; the taker wipes it. */
  readonly onRefused?: (peerId: PeerId, secret: Secret<'pair'>) => void;
}

/** One round of looking for a contact: all known places side by side, connection and handshake together. */
export class Dialling {
  readonly #parts: DiallingParts;
  /** Who is dialled by the pinned key the next time although a later one is waited for. */
  readonly #underPin = new Set<PeerId>();

  constructor(parts: DiallingParts) {
    this.#parts = parts;
  }

  /** Where this person would be tried now, best first. */
  candidates(peerId: PeerId): Candidate[] {
    const { book, tries, sightings, network, ownAddresses } = this.#parts;
    return candidatesOf({
      sighted: sightings.of(peerId),
      places: book.find(peerId)?.record.places ?? [],
      lastGood: tries.lastGood(peerId),
      network,
      own: ownAddresses(),
    });
  }

  /**
   * True once there is a confirmed session, which the session host has handed out already; false when there is none.
   * Rejects only when what is known of the person cannot be read.
   */
  async round(peerId: PeerId, quit: AbortSignal, onFailed: (candidate: Candidate, error: unknown) => void): Promise<boolean> {
    const { clock, places, tries } = this.#parts;
    const candidates = this.candidates(peerId);
    return race({
      clock,
      places,
      quit,
      candidates,
      attempt: (candidate, turn) => this.#attempt(peerId, candidate, turn),
      onStart: ({ text }) => tries.began(peerId, text),
      onEnd: (candidate, error, milliseconds) => {
        // Called off, another connection is there, and the other side ended this one for it: that says nothing of the address.
        tries.ended(peerId, candidate.text, error !== undefined && quit.aborted ? 'not-needed' : outcomeOf(error), milliseconds);
        if (error === undefined || error instanceof NotNeeded) return;
        onFailed(candidate, error);
        if (error instanceof SessionError && error.reason === 'retry-asked') this.#refused(peerId);
      },
    }).then(
      () => true,
      () => false,
    );
  }

  async #attempt(peerId: PeerId, { address, instanceId }: Candidate, turn: Turn): Promise<Session> {
    const { crypto, transport, host, onRefused } = this.#parts;
    const link = await transport.dial(address, dialTimeoutMs, turn.signal, peerId);
    const giveUp = (): void => link.destroy();
    const known = this.#stillKnown(peerId, giveUp);
    if (turn.signal.aborted || known === undefined) {
      giveUp();
      throw new NotNeeded();
    }
    turn.signal.addEventListener('abort', giveUp);
    // The other side may soon count on this one, and have ended one that it dialled itself: then it must not be dropped here.
    turn.keep();
    try {
      const device = instanceId && chainOfDevice(crypto, known.record, instanceId);
      const expected = instanceId === undefined ? {} : { instanceId, ...(device && { device }) };
      return await host.dial(link, { peerId, pinnedSpkiHash: known.record.pinnedSpkiHash, exchange: this.#exchangeOf(peerId, known), ...expected }, (secret) => (onRefused ? onRefused(peerId, secret) : secret.wipe()));
    } finally {
      turn.signal.removeEventListener('abort', giveUp);
    }
  }

  /** Of a later key that waits to be proven, unless that was tried last and refused: whoever holds one of both keys is found. */
  #exchangeOf(peerId: PeerId, known: KnownPeer): ExchangeCredential {
    const waiting = this.#parts.book.successorOf(peerId)?.device?.exchange;
    return waiting === undefined || this.#underPin.has(peerId) ? known.exchange : waiting;
  }

  #refused(peerId: PeerId): void {
    if (!this.#underPin.delete(peerId) && this.#parts.book.successorOf(peerId) !== undefined) this.#underPin.add(peerId);
    this.#parts.onRetry?.(peerId);
  }

  /** Whoever was dialled may be gone from the book by now, and a row that cannot be read must not leave the link to itself. */
  #stillKnown(peerId: PeerId, giveUp: () => void): KnownPeer | undefined {
    try {
      return this.#parts.book.find(peerId);
    } catch (error) {
      giveUp();
      throw error;
    }
  }
}
