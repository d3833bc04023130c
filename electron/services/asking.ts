import { KeyshiftError, type ErrorCode } from '../../shared/errors';
import type { LocalParty } from '../engine/certificates/local-party';
import type { Crypto } from '../engine/crypto/crypto';
import { parseInvitation } from '../engine/identity/invitation-link';
import type { Address, Clock, Logger, Random, Transport } from '../engine/ports';
import { openChannel, type Channel } from '../engine/session/channel';
import { inviteOverChannel } from '../engine/session/meeting-invitee';
import { requestOverChannel } from '../engine/session/meeting-requester';
import { MeetingRefusal } from '../engine/session/meeting-roles';
import type { Acquaintances } from './acquaintances';
import { backoffMs } from './backoff';
import type { HeldChannels } from './held-channels';
import type { PeerBook } from './peer-book';
import type { ContactRow, Stores } from './ports';

const dialTimeoutMs = 5_000;

/**
 * The code of an error that ends a pending contact for good; undefined for what is worth another try. A refusal counts
 * only from whoever proved to be the person asked: anybody may sit at an address.
 */
export function finalCode(error: unknown): ErrorCode | undefined {
  if (error instanceof MeetingRefusal && !error.proven) return undefined;
  if (!(error instanceof KeyshiftError)) return undefined;
  // What is wrong here, with disk or vault, says nothing about the other side.
  return error.code === 'internal' || /^(?:disk|vault|profile)\./.test(error.code) ? undefined : error.code;
}

interface Attempt {
  /** Tries in a row that brought no answer; counted from 0. */
  failures: number;
  running: boolean;
  cancelTimer: (() => void) | undefined;
}

export interface AskingParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly transport: Transport;
  readonly stores: Stores;
  readonly local: LocalParty;
  readonly book: PeerBook;
  readonly acquaintances: Acquaintances;
  readonly channels: HeldChannels;
  readonly ownAddresses: () => readonly Address[];
}

/** Goes to the people whose link was accepted or whose card was imported, again and again until they answered. */
export class Asking {
  readonly #parts: AskingParts;
  readonly #attempts = new Map<string, Attempt>();
  #closed = false;

  constructor(parts: AskingParts) {
    this.#parts = parts;
  }

  /** Takes up every contact that still waits for an answer. */
  start(): void {
    for (const contact of this.#parts.stores.contacts.list()) this.pursue(contact.contactId);
  }

  /** Tries now to reach the other side of a pending contact, and again until it answered or can no longer. Never throws. */
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
    void this.#run(contactId, attempt);
  }

  close(): void {
    this.#closed = true;
    for (const attempt of this.#attempts.values()) attempt.cancelTimer?.();
    this.#attempts.clear();
  }

  /** A row that cannot be read now is not pending now; the next start looks again. */
  #isPending(contactId: string): boolean {
    try {
      const contact = this.#parts.stores.contacts.byId(contactId);
      return contact !== undefined && contact.relation !== 'mutual' && contact.ended === undefined && !contact.blocked;
    } catch (error) {
      this.#parts.acquaintances.notStored(error);
      return false;
    }
  }

  async #run(contactId: string, attempt: Attempt): Promise<void> {
    let contact: ContactRow | undefined;
    try {
      contact = this.#parts.stores.contacts.byId(contactId);
      if (contact !== undefined) await this.#ask(contact);
      // Whoever is not answered yet asks ever more seldom, too: a person may need days.
      attempt.failures += 1;
    } catch (error) {
      attempt.failures += 1;
      const code = finalCode(error);
      if (contact !== undefined && code !== undefined && !this.#closed) this.#parts.acquaintances.end(contact, code);
      else this.#parts.logger.debug('introduction.failed', { reason: error instanceof Error ? error.name : 'unknown' });
    }
    attempt.running = false;
    if (this.#closed) return;
    if (!this.#isPending(contactId)) {
      this.#attempts.delete(contactId);
      return;
    }
    attempt.cancelTimer = this.#parts.clock.setTimer(backoffMs(this.#parts.random, attempt.failures), () => {
      attempt.cancelTimer = undefined;
      this.pursue(contactId);
    });
  }

  /** Ends without an error also when the other side has yet to decide. */
  async #ask(contact: ContactRow): Promise<void> {
    const { crypto, clock, local, acquaintances } = this.#parts;
    const common = { crypto, local, now: () => clock.now(), myAddresses: this.#parts.ownAddresses() };
    if (contact.relation === 'invited' && contact.invitation !== undefined) {
      const invitation = parseInvitation(crypto, new TextDecoder().decode(contact.invitation));
      if (invitation.expiresAt <= clock.now()) {
        throw new KeyshiftError('invitation.expired', 'The invitation ran out before the other side could be reached.');
      }
      const { card } = await this.#overAny(contact.hints, 'invite', (channel) =>
        inviteOverChannel(channel, { ...common, invitation }).then((answer) => {
          if (acquaintances.fitsPin(answer.card)) return answer;
          throw new MeetingRefusal('invitation.wrong-person', 'Whoever answered has another key than the person who made this invitation.', false);
        }),
      );
      if (!this.#closed) acquaintances.becomeMutual(card);
      return;
    }
    const known = this.#parts.book.find(contact.peerId);
    if (known === undefined) throw new Error('nothing to dial: only a key was imported');
    const answer = await this.#overAny(known.record.addresses, 'request', (channel) =>
      requestOverChannel(channel, { ...common, wanted: known.identity }),
    );
    if (this.#closed) return;
    if (answer.status === 'declined') throw new KeyshiftError('request.declined', 'The request was declined.');
    if (answer.status === 'accepted') acquaintances.becomeMutual(answer.card);
  }

  async #overAny<T>(addresses: readonly Address[], purpose: 'invite' | 'request', talk: (channel: Channel) => Promise<T>): Promise<T> {
    const { transport, crypto, clock, channels } = this.#parts;
    let failure: unknown = new Error('no address to dial');
    for (const address of addresses) {
      if (this.#closed) break;
      try {
        const link = await transport.dial(address, dialTimeoutMs);
        if (this.#closed) {
          link.destroy();
          break;
        }
        const channel = channels.hold(await openChannel(crypto, clock, link, purpose));
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
}
