import { KeyshiftError, type ErrorCode } from '../../shared/errors';
import type { Card } from '../engine/certificates/card';
import { parseCard } from '../engine/certificates/card';
import type { LocalParty } from '../engine/certificates/local-party';
import type { Crypto } from '../engine/crypto/crypto';
import { parseInvitation } from '../engine/identity/invitation-link';
import type { PeerId } from '../engine/ids';
import type { Address, Clock, Logger, Random, Transport } from '../engine/ports';
import type { Channel } from '../engine/session/channel';
import { openChannel } from '../engine/session/channel';
import { answerInvitations, type RedeemResult } from '../engine/session/meeting-inviter';
import { inviteOverChannel } from '../engine/session/meeting-invitee';
import { answerRequests, type RequestResult } from '../engine/session/meeting-requestee';
import { requestOverChannel } from '../engine/session/meeting-requester';
import { MeetingRefusal } from '../engine/session/meeting-roles';
import { backoffMs } from './backoff';
import type { EventHub } from './event-hub';
import { newHandle } from './local-handle';
import type { PeerBook } from './peer-book';
import type { ContactRow, Stores } from './ports';

const dialTimeoutMs = 5_000;
/** Requests that wait for an answer at once: strangers must not fill the disk. Further ones may come again later. */
const maxRequests = 100;

/** What a person may do who was let in; narrower rights come with the contact's settings. */
export const fullPermissions = { message: true, openConversation: true, sendFile: true } as const;

/**
 * The code of an error that ends a pending contact for good; undefined for what is worth another try. A refusal counts
 * only from whoever proved to be the person asked: anybody may sit at an address.
 */
function finalCode(error: unknown): ErrorCode | undefined {
  if (error instanceof MeetingRefusal && !error.proven) return undefined;
  if (!(error instanceof KeyshiftError)) return undefined;
  // What is wrong here, with disk or vault, says nothing about the other side.
  return error.code === 'internal' || /^(?:disk|vault|profile)\./.test(error.code) ? undefined : error.code;
}

interface Attempt {
  failures: number;
  running: boolean;
  cancelTimer: (() => void) | undefined;
}

export interface IntroductionsParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly transport: Transport;
  readonly stores: Stores;
  readonly events: EventHub;
  readonly local: LocalParty;
  readonly book: PeerBook;
  readonly ownAddresses: () => readonly Address[];
  /** Both sides agreed: reach for this person, seal what waited. */
  readonly onMutual: (peerId: PeerId) => void;
}

/** How two people who never met become contacts: accepted links, imported cards, and the answers to both. */
export class Introductions {
  readonly #parts: IntroductionsParts;
  readonly #attempts = new Map<string, Attempt>();
  /** Channels under way: they use keys that are gone once the vault is locked. */
  readonly #channels = new Set<Channel>();
  #closed = false;

  constructor(parts: IntroductionsParts) {
    this.#parts = parts;
  }

  /** Takes up every contact that still waits for an answer. */
  start(): void {
    for (const contact of this.#parts.stores.contacts.list()) this.pursue(contact.contactId);
  }

  /** Tries now to reach the other side of a pending contact, and again until it answered or can no longer. */
  pursue(contactId: string): void {
    if (this.#closed || !this.#isPending(contactId)) return;
    let attempt = this.#attempts.get(contactId);
    if (attempt === undefined) {
      attempt = { failures: 0, running: false, cancelTimer: undefined };
      this.#attempts.set(contactId, attempt);
    }
    if (attempt.running) return;
    attempt.cancelTimer?.();
    attempt.cancelTimer = undefined;
    attempt.running = true;
    // A damaged row costs this attempt, not the process.
    this.#run(contactId, attempt).catch((error: unknown) => this.#notStored(error));
  }

  /** The listener's side of a fresh encryption-only channel. */
  answer(accepted: Channel): void {
    const channel = this.#held(accepted);
    const { crypto, clock, local } = this.#parts;
    const common = { crypto, local, now: () => clock.now(), myAddresses: this.#parts.ownAddresses() };
    if (channel.purpose === 'invite') {
      answerInvitations(channel, {
        ...common,
        find: (invitationId) => this.#parts.stores.invitations.find(invitationId),
        redeem: (invitationId, card) => this.#redeemOrThrow(invitationId, card),
      });
    } else {
      answerRequests(channel, { ...common, onRequest: (card) => this.#requestedOrPending(card) });
    }
  }

  /** The user said yes: the requester becomes a contact. */
  acceptRequest(card: Card): void {
    this.#becomeMutual(card);
  }

  close(): void {
    this.#closed = true;
    for (const attempt of this.#attempts.values()) attempt.cancelTimer?.();
    for (const channel of this.#channels) channel.close();
    this.#channels.clear();
  }

  /** The channel, known as open until it ends either way. */
  #held(channel: Channel): Channel {
    const { purpose, role, hash } = channel;
    this.#channels.add(channel);
    const over = (): void => void this.#channels.delete(channel);
    channel.onClose(over);
    return {
      purpose,
      role,
      hash,
      send: (frame) => channel.send(frame),
      onFrame: (handler) => channel.onFrame(handler),
      onClose: (handler) =>
        channel.onClose((error) => {
          over();
          handler(error);
        }),
      close: () => {
        over();
        channel.close();
      },
    };
  }

  /** A full disk ends the channel without an answer: a refusal would be final for the holder of a good link. */
  #redeemOrThrow(invitationId: string, card: Card): RedeemResult {
    try {
      return this.#redeem(invitationId, card);
    } catch (error) {
      this.#notStored(error);
      throw error; // the link's owner closes it
    }
  }

  /** A full disk: the stranger is told nothing of it and asks again. */
  #requestedOrPending(card: Card): RequestResult {
    try {
      return this.#requested(card);
    } catch (error) {
      this.#notStored(error);
      return 'pending';
    }
  }

  #notStored(error: unknown): void {
    this.#parts.book.dropCache(); // it may have read what was then rolled back
    this.#parts.logger.error('introduction.not-stored', { reason: error instanceof Error ? error.name : 'unknown' });
  }

  #isPending(contactId: string): boolean {
    const contact = this.#parts.stores.contacts.byId(contactId);
    return contact !== undefined && contact.relation !== 'mutual' && contact.ended === undefined && !contact.blocked;
  }

  async #run(contactId: string, attempt: Attempt): Promise<void> {
    let contact: ContactRow | undefined;
    try {
      contact = this.#parts.stores.contacts.byId(contactId);
      if (contact !== undefined) await this.#ask(contact);
      attempt.failures = 0;
    } catch (error) {
      attempt.failures += 1;
      const code = finalCode(error);
      if (contact !== undefined && code !== undefined && !this.#closed) this.#end(contact, code);
      else this.#parts.logger.debug('introduction.failed', { reason: error instanceof Error ? error.name : 'unknown' });
    } finally {
      attempt.running = false;
      if (!this.#closed && this.#isPending(contactId)) {
        attempt.cancelTimer = this.#parts.clock.setTimer(backoffMs(this.#parts.random, attempt.failures), () => {
          attempt.cancelTimer = undefined;
          this.pursue(contactId);
        });
      }
    }
  }

  async #ask(contact: ContactRow): Promise<void> {
    const { crypto, clock, local } = this.#parts;
    const common = { crypto, local, now: () => clock.now(), myAddresses: this.#parts.ownAddresses() };
    if (contact.relation === 'invited' && contact.invitation !== undefined) {
      const invitation = parseInvitation(crypto, new TextDecoder().decode(contact.invitation));
      if (invitation.expiresAt <= clock.now()) {
        throw new KeyshiftError('invitation.expired', 'The invitation ran out before the other side could be reached.');
      }
      const { card } = await this.#overAny(contact.hints, 'invite', (channel) =>
        inviteOverChannel(channel, { ...common, invitation }).then((answer) => {
          if (this.#fitsPin(answer.card)) return answer;
          throw new MeetingRefusal('invitation.wrong-person', 'Whoever answered has another key than the person who made this invitation.', false);
        }),
      );
      if (!this.#closed) this.#becomeMutual(card);
      return;
    }
    const known = this.#parts.book.find(contact.peerId);
    if (known === undefined) throw new Error('nothing to dial: only a key was imported');
    const answer = await this.#overAny(known.record.addresses, 'request', (channel) =>
      requestOverChannel(channel, { ...common, wanted: known.identity }),
    );
    if (this.#closed) return;
    if (answer.status === 'declined') throw new KeyshiftError('request.declined', 'The request was declined.');
    if (answer.status === 'accepted') this.#becomeMutual(answer.card);
  }

  async #overAny<T>(addresses: readonly Address[], purpose: 'invite' | 'request', talk: (channel: Channel) => Promise<T>): Promise<T> {
    let failure: unknown = new Error('no address to dial');
    for (const address of addresses) {
      if (this.#closed) break;
      try {
        const link = await this.#parts.transport.dial(address, dialTimeoutMs);
        if (this.#closed) {
          link.destroy();
          break;
        }
        const opened = await openChannel(this.#parts.crypto, this.#parts.clock, link, purpose);
        const channel = this.#held(opened);
        try {
          if (this.#closed) break;
          return await talk(channel);
        } finally {
          channel.close();
        }
      } catch (error) {
        if (finalCode(error) !== undefined) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  /** Redeems a link once and durably; the same person may repeat the step after a lost answer (protocol.md §12). */
  #redeem(invitationId: string, card: Card): RedeemResult {
    const { stores, clock, crypto } = this.#parts;
    const peerId = card.chain.identity.peerId;
    const invitation = stores.invitations.find(invitationId);
    if (invitation === undefined) return 'refused';
    if (invitation.redeemedBy !== undefined) {
      const same =
        invitation.redeemedBy === peerId &&
        invitation.redeemedSpkiHash !== undefined &&
        crypto.equal(invitation.redeemedSpkiHash, card.chain.identity.spkiHash);
      return same ? 'accepted' : 'used';
    }
    if (invitation.expiresAt <= clock.now()) return 'expired';
    if (peerId === this.#parts.local.peerId || stores.contacts.byPeer(peerId)?.blocked === true) return 'refused';
    if (!this.#fitsPin(card)) return 'refused';
    this.#parts.events.during(() =>
      stores.transaction(() => {
        stores.invitations.put({
          ...invitation,
          redeemedBy: peerId,
          redeemedSpkiHash: card.chain.identity.spkiHash,
        });
        this.#store(card);
      }),
    );
    this.#parts.onMutual(peerId);
    return 'accepted';
  }

  /** Somebody who holds our card asks to be a contact. */
  #requested(card: Card): RequestResult {
    const { stores, clock, random } = this.#parts;
    const { peerId, name } = card.chain.identity;
    if (peerId === this.#parts.local.peerId) return 'declined';
    const contact = stores.contacts.byPeer(peerId);
    if (contact?.blocked === true) return 'pending'; // a blocked person learns nothing
    if (!this.#fitsPin(card)) return 'pending';
    if (contact !== undefined) {
      // We know this person or asked for them ourselves: both sides want it.
      this.#becomeMutual(card);
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
    this.#parts.events.during(() =>
      stores.transaction(() => {
        stores.requests.put(row);
        if (earlier === undefined) {
          this.#parts.events.emit({ type: 'contact.request', requestId: row.requestId, peerId, name, via: row.via });
        }
      }),
    );
    return 'pending';
  }

  #becomeMutual(card: Card): void {
    const checked = parseCard(this.#parts.crypto, card.bytes, this.#parts.clock.now());
    if (!this.#fitsPin(checked)) {
      throw new KeyshiftError('contact.key-mismatch', 'This person is known under another identity key.');
    }
    this.#parts.events.during(() => this.#parts.stores.transaction(() => this.#store(checked)));
    this.#parts.onMutual(checked.chain.identity.peerId);
  }

  /**
   * A pin never moves here: only rekeying may do that. Without a pin only a first key proves whose it is, because the peer
   * id is its hash; a later certificate may name anybody.
   */
  #fitsPin(card: Card): boolean {
    const { crypto, book } = this.#parts;
    const { peerId, spkiHash, epoch } = card.chain.identity;
    const pinned = book.find(peerId)?.record.pinnedSpkiHash;
    return pinned === undefined ? epoch === 1 : crypto.equal(pinned, spkiHash);
  }

  #store(card: Card): void {
    const { stores, clock, random, book, events } = this.#parts;
    const { peerId, name } = card.chain.identity;
    book.learnCard(card);
    const before = stores.contacts.byPeer(peerId);
    const row: ContactRow = {
      contactId: before?.contactId ?? newHandle(random),
      peerId,
      name,
      createdAt: before?.createdAt ?? clock.now(),
      relation: 'mutual',
      checked: before?.checked ?? false,
      ...(before?.checkedSpkiHash === undefined ? {} : { checkedSpkiHash: before.checkedSpkiHash }),
      blocked: before?.blocked ?? false,
      permissions: before?.permissions ?? fullPermissions,
      hints: [],
    };
    stores.contacts.put(row);
    const request = stores.requests.byPeer(peerId);
    if (request !== undefined) stores.requests.remove(request.requestId);
    events.emit({ type: 'contact.changed', contactId: row.contactId });
  }

  /** `asked`: the contact as it was asked for. A newer link or card accepted meanwhile is not answered by this. Never throws. */
  #end(asked: ContactRow, code: ErrorCode): void {
    const { stores, events, crypto } = this.#parts;
    const { contactId } = asked;
    try {
      const contact = stores.contacts.byId(contactId);
      if (contact === undefined || contact.relation !== asked.relation) return;
      const none = new Uint8Array(0);
      if (!crypto.equal(contact.invitation ?? none, asked.invitation ?? none)) return;
      const { invitation: _spent, ...rest } = contact;
      events.during(() => stores.transaction(() => stores.contacts.put({ ...rest, ended: code, hints: [] })));
      events.emit({ type: 'contact.changed', contactId });
    } catch (error) {
      this.#notStored(error); // still pending: it is asked again
    }
  }
}
