import { createCard, parseCard } from '../engine/certificates/card';
import type { VerifiedCache } from '../engine/certificates/chain';
import type { LocalParty } from '../engine/certificates/local-party';
import { mayLapse } from '../engine/certificates/pinned-chain';
import type { Crypto } from '../engine/crypto/crypto';
import type { MailboxPlace } from '../engine/certificates/mailbox-place';
import type { PeerId } from '../engine/ids';
import type { Address, Clock, Logger } from '../engine/ports';
import type { Session } from '../engine/session/session';
import type { PeerBook } from './peer-book';

/** Several parts of the addresses change together: all of it goes into one card. */
const settleMs = 300;
/** Cards given to one session, the first included; the other side takes sixteen. What changes later is told to the next session. */
const givenPerSession = 12;
/** Beside these, cards of the own other devices. */
const siblingsPerSession = 4;

/** Cards one session may bring: one is usual, each costs signature checks and perhaps a write. */
const takenPerSession = 16;

export interface CardExchangeParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly local: LocalParty;
  readonly book: PeerBook;
  /** Chains of sessions: the card that follows has the same parts. */
  readonly verified: VerifiedCache;
  readonly sessions: () => readonly Session[];
  readonly ownAddresses: () => readonly Address[];
  /** Newest cards of the own other devices. */
  readonly siblingCards?: () => readonly Uint8Array[];
  readonly commit: <T>(work: () => T) => T;
  /** What time it is at this person. */
  readonly onTime?: (peerId: PeerId, time: number) => void;
  /** Where this contact may leave something; in the transaction. Undefined says nothing of it. */
  readonly places?: (reader: PeerId | 'anybody') => readonly MailboxPlace[] | undefined;
  /** What is over once this person has the card as it is now; undefined: nothing waits for that. */
  readonly waitsForCard?: (peerId: PeerId) => (() => void) | undefined;
}

/** Tells people on live sessions where this device is, by signed card, at the beginning and when it changes; takes theirs. */
export class CardExchange {
  readonly #parts: CardExchangeParts;
  readonly #given = new WeakMap<Session, number>();
  readonly #taken = new WeakMap<Session, number>();
  readonly #ofSiblings = new WeakMap<Session, number>();
  #cancel: (() => void) | undefined;
  #lastTime = 0;

  constructor(parts: CardExchangeParts) {
    this.#parts = parts;
  }

  /** A session came into use. */
  greet(session: Session): void {
    this.#give(session);
    for (const card of this.#parts.siblingCards?.() ?? []) this.#giveSiblings(session, card);
  }

  /** Another device of the own person is elsewhere, or is new: contacts find it, too (protocol.md §10.5). */
  siblingMoved(card: Uint8Array): void {
    for (const session of this.#parts.sessions()) this.#giveSiblings(session, card);
  }

  /** The own addresses are different. */
  changed(): void {
    this.#cancel ??= this.#parts.clock.setTimer(settleMs, () => {
      this.#cancel = undefined;
      for (const session of this.#parts.sessions()) this.#give(session);
    });
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  /** A contact tells where it can be reached now; the card must be its own. */
  take(session: Session, bytes: Uint8Array): void {
    const { crypto, clock, logger, local, book, verified, commit, onTime } = this.#parts;
    const taken = (this.#taken.get(session) ?? 0) + 1;
    this.#taken.set(session, taken);
    if (taken > takenPerSession) return;
    try {
      const card = parseCard(crypto, bytes, clock.now(), { verified, pinnedSpkiHash: session.peer.identity.spkiHash, mayLapse: (identity) => mayLapse(crypto, local, book, identity) });
      const { identity, instance } = card.chain;
      const fromItself = instance.instanceId === session.peer.instance.instanceId;
      const own = identity.peerId === session.peer.identity.peerId;
      if (own) commit(() => book.learnCard(card, fromItself));
      // Made for this session just now; a later one may have waited for the network.
      if (own && fromItself && taken === 1) onTime?.(identity.peerId, card.time);
    } catch {
      logger.warn('card.rejected');
    }
  }

  /** For this person alone. Later than the one before, whatever the wall clock does: of two cards of one device the later counts. */
  cardFor(peerId: PeerId | 'anybody', reader: 'anybody' | 'contact'): Uint8Array {
    const { crypto, clock, local, book, ownAddresses, places, commit } = this.#parts;
    this.#lastTime = Math.max(clock.now(), this.#lastTime + 1);
    const mailboxes = places && commit(() => places(peerId));
    return createCard(crypto, local, ownAddresses(), this.#lastTime, reader, { mailboxes, suspensions: book.suspensionsOf(local.peerId) });
  }

  #giveSiblings(session: Session, card: Uint8Array): void {
    const given = this.#ofSiblings.get(session) ?? 0;
    if (given >= siblingsPerSession) return;
    this.#ofSiblings.set(session, given + 1);
    session.send([{ kind: 'card', bytes: card }]);
  }

  #give(session: Session): void {
    const given = this.#given.get(session) ?? 0;
    if (given >= givenPerSession) return;
    this.#given.set(session, given + 1);
    const { peerId } = session.peer.identity;
    const taken = this.#parts.waitsForCard?.(peerId);
    session.send([{ kind: 'card', bytes: this.cardFor(peerId, 'contact') }]);
    if (taken !== undefined) session.onTaken(taken);
  }
}
