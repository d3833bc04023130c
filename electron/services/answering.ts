import type { Card } from '../engine/certificates/card';
import type { LocalParty } from '../engine/certificates/local-party';
import type { Crypto } from '../engine/crypto/crypto';
import type { Address, Clock, Logger, Random } from '../engine/ports';
import type { Channel } from '../engine/session/channel';
import { type AnswererParts, deskOfNobody, type RekeyDesk } from '../engine/session/rekey-answer';
import { Rejections } from '../engine/session/rejections';
import { RekeyBudget } from '../engine/session/rekey-budget';
import type { RedeemResult } from '../engine/identity/invitation-proof';
import { answerInvitations } from '../engine/session/meeting-inviter';
import { answerRekey } from '../engine/session/rekey-answerer';
import { answerRequests, type RequestResult } from '../engine/session/meeting-requestee';
import type { Acquaintances } from './acquaintances';
import type { EventHub } from './event-hub';
import { openInvitation } from './invitation-keeper';
import { newHandle } from './local-handle';
import type { NetworkFacts } from './network-facts';
import type { InvitationRow, Stores } from './ports';

/** Requests that wait for an answer at once: strangers must not fill the disk. Further ones may come again later. */
const maxRequests = 100;

export interface AnsweringParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly stores: Stores;
  readonly events: EventHub;
  readonly local: LocalParty;
  readonly acquaintances: Acquaintances;
  readonly network: NetworkFacts;
  readonly ownAddresses: () => readonly Address[];
  /** Whose keys are held here, and who may be told which. */
  readonly rekeyDesk?: RekeyDesk;
}

/** What those hear who come to us: holders of our links and of our card. */
export class Answering {
  readonly #parts: AnsweringParts;
  readonly #rekeyBudget: RekeyBudget;
  readonly #rekeyRefusals: Rejections;

  constructor(parts: AnsweringParts) {
    this.#parts = parts;
    this.#rekeyBudget = new RekeyBudget(parts.clock.monotonic());
    this.#rekeyRefusals = new Rejections(parts.clock, parts.logger, 'rekey.refused');
  }

  /** The listener's side of a fresh encryption-only channel, which closes itself. */
  answer(channel: Channel): void {
    const { crypto, clock, local, stores } = this.#parts;
    const common = { crypto, local, now: () => clock.now(), myAddresses: this.#parts.ownAddresses() };
    if (channel.purpose === 'rekey') return answerRekey(channel, { ...this.#rekeyParts(), ...(this.#parts.rekeyDesk ?? deskOfNobody) });
    if (channel.purpose === 'invite') {
      answerInvitations(channel, {
        ...common,
        find: (invitationId) => openInvitation(stores.invitations.find(invitationId)),
        redeem: (invitationId, card) => this.#redeemOrThrow(invitationId, card),
      });
    } else {
      answerRequests(channel, { ...common, onRequest: (card) => this.#requestedOrPending(card) });
    }
  }

  #rekeyParts(): Omit<AnswererParts, keyof RekeyDesk> {
    const { crypto, clock, local, network } = this.#parts;
    const onRefused: AnswererParts['onRefused'] = (reason, source) => {
      this.#rekeyRefusals.note(reason, source);
      network.turnedAway.note(reason, source, clock.now());
    };
    const mayAnswer: AnswererParts['mayAnswer'] = (source, contact) => this.#rekeyBudget.take(source, contact, clock.monotonic());
    return { crypto, clock, local, now: () => clock.now(), mayAnswer, onRefused };
  }

  /** As a channel does, for an invitation that came another way; the holder proved itself. Throws what the disk says. */
  redeem(invitationId: string, card: Card): RedeemResult {
    return this.#redeemOrThrow(invitationId, card);
  }

  /** A full disk ends the channel without an answer: a refusal would be final for the holder of a good link. */
  #redeemOrThrow(invitationId: string, card: Card): RedeemResult {
    try {
      return this.#redeem(invitationId, card);
    } catch (error) {
      this.#parts.acquaintances.notStored(error);
      throw error; // the link's owner closes it
    }
  }

  /** A full disk: the stranger is told nothing of it and asks again. */
  #requestedOrPending(card: Card): RequestResult {
    try {
      return this.requested(card);
    } catch (error) {
      this.#parts.acquaintances.notStored(error);
      return 'pending';
    }
  }

  /** Redeems a link once and durably; the same person may repeat the step after a lost answer (protocol.md §12). */
  #redeem(invitationId: string, card: Card): RedeemResult {
    const { stores, crypto } = this.#parts;
    const invitation = stores.invitations.find(invitationId);
    if (invitation === undefined) return 'refused';
    try {
      return this.#judged(invitation, card);
    } finally {
      crypto.wipe(invitation.secret);
    }
  }

  #judged(invitation: InvitationRow, card: Card): RedeemResult {
    const { stores, clock, crypto, local, acquaintances } = this.#parts;
    const { peerId, spkiHash } = card.chain.identity;
    if (invitation.redeemedBy !== undefined) {
      const same =
        invitation.redeemedBy === peerId &&
        invitation.redeemedSpkiHash !== undefined &&
        crypto.equal(invitation.redeemedSpkiHash, spkiHash);
      // Who was removed since is no contact by it: told otherwise they would write to somebody who does not know them.
      return same && stores.contacts.byPeer(peerId)?.relation === 'mutual' ? 'accepted' : 'used';
    }
    if (invitation.expiresAt <= clock.now()) return 'expired';
    if (peerId === local.peerId || stores.contacts.byPeer(peerId)?.blocked === true) return 'refused';
    if (!acquaintances.fitsPin(card)) return 'refused';
    acquaintances.becomeMutual(card, () => {
      stores.invitations.put({ ...invitation, redeemedBy: peerId, redeemedSpkiHash: spkiHash });
    });
    return 'accepted';
  }

  /** Somebody who holds our card asks to be a contact, by whichever way. Throws what the disk says. */
  requested(card: Card): RequestResult {
    const { stores, clock, random, events, local, acquaintances } = this.#parts;
    const { peerId, name } = card.chain.identity;
    if (peerId === local.peerId) return 'declined';
    const contact = stores.contacts.byPeer(peerId);
    if (contact?.blocked === true) return 'pending'; // a blocked person learns nothing
    if (!acquaintances.fitsPin(card)) return 'pending';
    if (contact !== undefined) {
      // We know this person or asked for them ourselves: both sides want it.
      acquaintances.becomeMutual(card);
      return 'accepted';
    }
    const earlier = stores.requests.byPeer(peerId);
    if (earlier?.declined === true) return 'declined';
    if (earlier === undefined && stores.requests.list().filter(({ declined }) => !declined).length >= maxRequests) return 'pending';
    const row = {
      requestId: earlier?.requestId ?? newHandle(random),
      peerId,
      name,
      via: 'card' as const,
      card: card.bytes,
      receivedAt: clock.now(),
      declined: false,
    };
    events.during(() =>
      stores.transaction(() => {
        stores.requests.put(row);
        if (earlier === undefined) events.emit({ type: 'contact.request', requestId: row.requestId, peerId, name, via: row.via });
      }),
    );
    return 'pending';
  }
}
