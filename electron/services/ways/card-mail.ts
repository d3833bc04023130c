import type { Card } from '../../engine/certificates/card';
import type { OpenedCard } from '../../engine/dialog/card-deposit';
import type { PeerId } from '../../engine/ids';
import type { Clock } from '../../engine/ports';
import type { Introductions } from '../introductions';
import type { PeerBook } from '../peer-book';
import type { Stores } from '../ports';
import type { CardMailRow } from '../ports/ways';
import type { InvitationMail } from './invitation-mail';

/** A request that was not answered is left again after this long: the other side's mailbox keeps nothing longer than 30 days. */
const askAgainMs = 25 * 24 * 60 * 60 * 1000;
/** Who accepted an invitation says it again sooner: it runs out, and that it was used is told once only. */
const acceptAgainMs = 24 * 60 * 60 * 1000;
/** Of one contact who asks again and again, so often one gets an answer. */
const answerGapMs = 60 * 60 * 1000;

export interface CardMailParts {
  readonly clock: Clock;
  readonly stores: Stores;
  readonly book: PeerBook;
  readonly introductions: () => Pick<Introductions, 'requested'>;
  readonly invitations: Pick<InvitationMail, 'shown' | 'heard'>;
  readonly commit: <T>(work: () => T) => T;
  /** A contact's card under another key than the pinned one. */
  readonly onOtherKey: (card: Card) => void;
  /** Something is due to this person. */
  readonly onDue: (peerId: PeerId) => void;
}

/** Cards that travel alone, for people who are never here together: asking, answering, and where contacts are now (protocol.md §11). */
export class CardMail {
  readonly #parts: CardMailParts;
  readonly #answered = new Map<PeerId, number>();

  constructor(parts: CardMailParts) {
    this.#parts = parts;
  }

  /** This person's card was imported: ask them. */
  ask(peerId: PeerId): void {
    this.#due(peerId, true);
  }

  /** Both agreed. Whoever asked by card (`answers`) hears it the same way; whoever was asked has said all with the question. */
  agreed(peerId: PeerId, answers: boolean): void {
    const { ways } = this.#parts.stores;
    if (ways.cardMailFor(peerId)?.asks === true) this.#parts.commit(() => ways.removeCardMail(peerId));
    else if (answers) this.tell(peerId);
  }

  /** This contact is to get the card as it is now. */
  tell(peerId: PeerId): void {
    this.#due(peerId, false);
  }

  /** All contacts among these are to get it. At once: one by one, a thousand people are as many waits for the disk. */
  tellAll(among: ReadonlySet<PeerId>): void {
    const { stores, commit } = this.#parts;
    commit(() => {
      for (const { peerId, relation, blocked } of stores.contacts.list()) if (relation === 'mutual' && !blocked && among.has(peerId)) this.tell(peerId);
    });
  }

  /** Somebody's card came by mailbox or in a file; who it is it has proven itself. Gives whether they ask to be a contact. Throws what the disk says. */
  received(found: OpenedCard): 'request' | 'news' {
    const { card, wantsAnswer, proof, verdict } = found;
    const { stores, book, introductions, commit, onOtherKey, invitations } = this.#parts;
    const { peerId, spkiHash } = card.chain.identity;
    const contact = stores.contacts.byPeer(peerId);
    if (contact?.blocked === true) return 'news';
    if (verdict !== undefined) invitations.heard(found);
    else if (proof !== undefined && invitations.shown(found)) this.#answer(peerId);
    if (verdict !== undefined || proof !== undefined) return 'news';
    if (contact?.relation !== 'mutual') {
      introductions().requested(card);
      // Asked here as well, and perhaps in vain: a question that was declined, or found no room, does not say there that both want it.
      if (wantsAnswer && stores.contacts.byPeer(peerId)?.relation === 'mutual') this.#answer(peerId);
      return stores.requests.byPeer(peerId)?.declined === false ? 'request' : 'news';
    }
    const pinned = book.find(peerId)?.record.pinnedSpkiHash;
    // A pin moves by rekeying alone.
    if (pinned === undefined || Buffer.compare(pinned, spkiHash) !== 0) {
      onOtherKey(card);
      return 'news';
    }
    commit(() => book.learnCard(card));
    if (wantsAnswer) this.#answer(peerId);
    return 'news';
  }

  /** What is due to this person now. */
  dueTo(peerId: PeerId): CardMailRow | undefined {
    const row = this.#parts.stores.ways.cardMailFor(peerId);
    const now = this.#parts.clock.now();
    // Later than anything is put off: that was said by a clock that was ahead.
    return row !== undefined && (row.dueAt <= now || row.dueAt > now + askAgainMs) ? row : undefined;
  }

  /** It lies in their mailbox. What became due while that took its time stays, and who agreed meanwhile is asked no more. In the caller's transaction. */
  left(row: CardMailRow): void {
    const { ways } = this.#parts.stores;
    if (!this.#isStill(row)) return;
    const again = this.#parts.stores.contacts.byPeer(row.peerId)?.relation === 'invited' ? acceptAgainMs : askAgainMs;
    if (row.asks) ways.putCardMail({ ...row, dueAt: Math.trunc(this.#parts.clock.now()) + again });
    else ways.removeCardMail(row.peerId);
  }

  /** A card is given to this person on a session: what ends once they have it, undefined where none is due. What becomes due meanwhile stays. */
  waitsForCard(peerId: PeerId): (() => void) | undefined {
    const { stores: { ways }, commit } = this.#parts;
    const row = ways.cardMailFor(peerId);
    if (row === undefined) return undefined;
    return () => {
      if (this.#isStill(row)) commit(() => ways.removeCardMail(peerId));
    };
  }

  #isStill({ peerId, dueAt, asks }: CardMailRow): boolean {
    const now = this.#parts.stores.ways.cardMailFor(peerId);
    return now?.dueAt === dueAt && now.asks === asks;
  }

  #answer(peerId: PeerId): void {
    const now = this.#parts.clock.monotonic();
    if (now - (this.#answered.get(peerId) ?? -answerGapMs) < answerGapMs) return;
    this.tell(peerId);
    // Not before: what the disk did not take is asked once more.
    this.#answered.set(peerId, now);
  }

  #due(peerId: PeerId, asks: boolean): void {
    const { stores, clock, commit, onDue } = this.#parts;
    commit(() => stores.ways.putCardMail({ peerId, asks, dueAt: Math.max(0, Math.trunc(clock.now())) }));
    onDue(peerId);
  }
}
