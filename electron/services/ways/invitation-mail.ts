import type { ErrorCode } from '../../../shared/errors';
import type { Card } from '../../engine/certificates/card';
import type { LocalParty } from '../../engine/certificates/local-party';
import type { MailboxPlace } from '../../engine/certificates/mailbox-place';
import type { Crypto } from '../../engine/crypto/crypto';
import { type OpenedCard, sealCardDeposit } from '../../engine/dialog/card-deposit';
import { type InvitationProof, type InvitationVerdict, judgeInvitation, proveInvitation } from '../../engine/dialog/invitation-mail';
import { invitationIdOf, parseInvitation } from '../../engine/identity/invitation-link';
import type { PeerId } from '../../engine/ids';
import type { Clock } from '../../engine/ports';
import type { Introductions } from '../introductions';
import { openInvitation } from '../invitation-keeper';
import type { Stores } from '../ports';
import { SlidingLimit } from '../sliding-limit';
import type { Recipient } from './posting';

/** Verdicts left for people who are no contacts: who holds a link that was used may show it again and again. */
const mostVerdicts = 32;
const perMs = 60 * 60 * 1000;

const endings: Readonly<Record<InvitationVerdict['result'], ErrorCode>> = { used: 'invitation.used', expired: 'invitation.expired' };

export interface InvitationMailParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly local: LocalParty;
  readonly stores: Pick<Stores, 'contacts' | 'invitations'>;
  readonly introductions: () => Pick<Introductions, 'redeem' | 'ended'>;
  /** Once, and not again: whoever asks again is told again. */
  readonly leave: (places: readonly MailboxPlace[], deposit: Uint8Array) => void;
  /** In no transaction. */
  readonly cardForAnybody: () => Uint8Array;
}

/** Invitations that are accepted, and answered, by mailbox or in a file (protocol.md §12). */
export class InvitationMail {
  readonly #parts: InvitationMailParts;
  readonly #verdicts: SlidingLimit;

  constructor(parts: InvitationMailParts) {
    this.#parts = parts;
    this.#verdicts = new SlidingLimit(parts.clock, mostVerdicts, perMs);
  }

  /** To stand behind `card` when this person is asked; undefined for whom no invitation is held of. */
  proofFor({ peerId, exchange }: Recipient, card: Uint8Array): InvitationProof | undefined {
    const { crypto, local } = this.#parts;
    const secret = this.#secretOf(peerId);
    if (secret === undefined) return undefined;
    try {
      const invitee = { peerId: local.peerId, spkiHash: local.identity.spkiHash };
      return proveInvitation(crypto, { secret, invitationId: invitationIdOf(crypto, secret) }, { peerId, exchangeHash: exchange.hash }, invitee, card);
    } finally {
      crypto.wipe(secret);
    }
  }

  /**
   * Somebody accepted an invitation. Only the device that made it knows it; on the others, and for whoever does not hold it, this is
   * nothing. Gives whether that person is a contact now. Throws what the disk says.
   */
  shown({ card, proof, sealedTo }: OpenedCard): boolean {
    const { crypto, local, stores, introductions } = this.#parts;
    const known = proof && openInvitation(stores.invitations.find(proof.invitationId));
    if (proof === undefined || known === undefined) return false;
    const holds = judgeInvitation(crypto, known, proof, { peerId: local.peerId, exchangeHash: sealedTo }, card.chain.identity, card.bytes);
    crypto.wipe('secret' in known ? known.secret : known.helloKey);
    if (holds === 'nobody') return false;
    const result = introductions().redeem(proof.invitationId, card);
    if (result === 'accepted') return true;
    // Whoever is blocked, or shows another key than the one known, learns nothing.
    if (result !== 'refused') this.#tell(card, proof.invitationId, result);
    return false;
  }

  /** Whoever invites says that nothing comes of it. Counts from that very person and for the invitation that is held. Never throws. */
  heard({ card, verdict }: OpenedCard): void {
    const { crypto, stores, introductions } = this.#parts;
    const { peerId } = card.chain.identity;
    const contact = stores.contacts.byPeer(peerId);
    const secret = this.#secretOf(peerId);
    if (verdict === undefined || contact === undefined || secret === undefined) return;
    const isOurs = invitationIdOf(crypto, secret) === verdict.invitationId;
    crypto.wipe(secret);
    if (isOurs) introductions().ended(contact, card, endings[verdict.result]);
  }

  #tell(card: Card, invitationId: string, result: InvitationVerdict['result']): void {
    const { crypto, local, leave, cardForAnybody } = this.#parts;
    const places = card.mailboxes ?? [];
    if (places.length === 0 || !this.#verdicts.take()) return;
    const to = { peerId: card.chain.identity.peerId, exchange: card.chain.exchange };
    leave(places, sealCardDeposit(crypto, local, to, { card: cardForAnybody(), wantsAnswer: false, verdict: { invitationId, result } }));
  }

  #secretOf(peerId: PeerId): Uint8Array | undefined {
    const { crypto, stores, clock } = this.#parts;
    const contact = stores.contacts.byPeer(peerId);
    if (contact?.relation !== 'invited' || contact.ended !== undefined || contact.invitation === undefined) return undefined;
    const { secret, expiresAt } = parseInvitation(crypto, new TextDecoder().decode(contact.invitation));
    if (expiresAt > clock.now()) return secret;
    crypto.wipe(secret);
    return undefined;
  }
}
