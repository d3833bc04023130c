import { KeyshiftError, type ErrorCode } from '../../shared/errors';
import { parseCard, type Card } from '../engine/certificates/card';
import type { Crypto } from '../engine/crypto/crypto';
import type { PeerId } from '../engine/ids';
import type { Clock, Logger, Random } from '../engine/ports';
import type { EventHub } from './event-hub';
import { newHandle } from './local-handle';
import { fits, makeRoom } from './later-card';
import type { PeerBook } from './peer-book';
import type { ContactRow, Stores } from './ports';

/** What a person may do who was let in; narrower rights come with the contact's settings. */
export const fullPermissions = { message: true, openConversation: true, sendFile: true } as const;

export interface AcquaintancesParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly stores: Stores;
  readonly events: EventHub;
  readonly book: PeerBook;
  /** Both sides agreed: reach for this person, seal what waited. `answers`: they had asked by card, and may not hear the answer on a connection. */
  readonly onMutual: (peerId: PeerId, answers: boolean) => void;
  /** This person will not answer any more. */
  readonly onEnded: (peerId: PeerId) => void;
}

/** How the outcome of a meeting is written down: a contact that stands, or one that ended with a reason. */
export class Acquaintances {
  readonly #parts: AcquaintancesParts;

  constructor(parts: AcquaintancesParts) {
    this.#parts = parts;
  }

  /**
   * A contact's pin never moves here: only rekeying may do that. Without a pin the card has proven its peer id itself, by the first key
   * or by the history from it; so it has where it leads on from the pin of somebody who never answered.
   */
  fitsPin(card: Card): boolean {
    const { book, stores } = this.#parts;
    return fits({ book, contact: stores.contacts.byPeer(card.chain.identity.peerId) }, card);
  }

  /**
   * Makes this person a contact, now; what else is written in `also` stands or falls with it. `compared`: two people held this
   * very key against each other. Throws `contact.key-mismatch`.
   */
  becomeMutual(card: Card, also: () => void = () => undefined, compared = false): void {
    const { crypto, clock, events, stores, book, onMutual } = this.#parts;
    const checked = parseCard(crypto, card.bytes, clock.now());
    if (!this.fitsPin(checked)) {
      throw new KeyshiftError('contact.key-mismatch', 'This person is known under another identity key.');
    }
    const { peerId } = checked.chain.identity;
    const spent = stores.contacts.byPeer(peerId)?.invitation !== undefined;
    const answers = stores.requests.byPeer(peerId) !== undefined;
    try {
      events.during(() =>
        stores.transaction(() => {
          also();
          this.#store(checked, compared);
        }),
      );
    } catch (error) {
      book.dropCache(); // else the same card, once the disk takes it, would count as known, and be stored by nobody
      throw error;
    }
    if (spent) stores.purge();
    onMutual(peerId, answers);
  }

  /** `asked`: the contact as it was asked for. A newer link or card accepted meanwhile is not answered by this. Never throws. */
  end(asked: ContactRow, code: ErrorCode): void {
    const { stores, events, crypto, onEnded } = this.#parts;
    const { contactId } = asked;
    try {
      const contact = stores.contacts.byId(contactId);
      if (contact === undefined || contact.relation !== asked.relation) return;
      const none = new Uint8Array(0);
      if (!crypto.equal(contact.invitation ?? none, asked.invitation ?? none)) return;
      const { invitation: _spent, ...rest } = contact;
      events.during(() =>
        stores.transaction(() => {
          stores.contacts.put({ ...rest, ended: code, hints: [] });
          events.emit({ type: 'contact.changed', contactId });
        }),
      );
      if (contact.invitation !== undefined) stores.purge();
      onEnded(contact.peerId);
    } catch (error) {
      this.notStored(error); // still pending: it is asked again
    }
  }

  /** After a transaction that threw. */
  notStored(error: unknown): void {
    this.#parts.book.dropCache(); // it may have read what was then rolled back
    this.#parts.logger.error('introduction.not-stored', { reason: error instanceof Error ? error.name : 'unknown' });
  }

  #store(card: Card, compared: boolean): void {
    const { stores, clock, random, book, events } = this.#parts;
    const { peerId, name, spkiHash } = card.chain.identity;
    const before = stores.contacts.byPeer(peerId);
    makeRoom({ book, contact: before }, card);
    book.learnCard(card);
    const row: ContactRow = {
      contactId: before?.contactId ?? newHandle(random),
      peerId,
      name,
      createdAt: before?.createdAt ?? clock.now(),
      relation: 'mutual',
      ...checkOf(before),
      ...(compared ? { checked: true, checkedAt: Math.max(0, Math.trunc(clock.now())), checkedSpkiHash: spkiHash } : {}),
      blocked: before?.blocked ?? false,
      permissions: before?.permissions ?? fullPermissions,
      hints: [],
    };
    stores.contacts.put(row);
    // Somebody blocked before the first card came has no record that says so yet.
    book.setBlocked(peerId, row.blocked);
    const request = stores.requests.byPeer(peerId);
    if (request !== undefined) stores.requests.remove(request.requestId);
    events.emit({ type: 'contact.changed', contactId: row.contactId });
  }
}

/** What was compared of this person before. */
function checkOf(before: ContactRow | undefined): Pick<ContactRow, 'checked' | 'checkedAt' | 'checkedSpkiHash'> {
  return {
    checked: before?.checked ?? false,
    ...(before?.checkedAt === undefined ? {} : { checkedAt: before.checkedAt }),
    ...(before?.checkedSpkiHash === undefined ? {} : { checkedSpkiHash: before.checkedSpkiHash }),
  };
}
