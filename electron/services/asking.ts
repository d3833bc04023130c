import { KeyshiftError, type ErrorCode } from '../../shared/errors';
import type { LocalParty } from '../engine/certificates/local-party';
import type { Crypto } from '../engine/crypto/crypto';
import type { PeerId } from '../engine/ids';
import { parseInvitation } from '../engine/identity/invitation-link';
import { spkiHash } from '../engine/identity/peer-id';
import type { Card } from '../engine/certificates/card';
import type { IdentityCertificate } from '../engine/certificates/identity-certificate';
import type { Address, Clock, DevicePlaces, Logger, Random, Transport } from '../engine/ports';
import { openChannel, type Channel } from '../engine/session/channel';
import { ChannelError, type ChannelPurpose } from '../engine/session/channel-frames';
import { inviteOverChannel } from '../engine/session/meeting-invitee';
import type { Named } from '../engine/session/meeting-proof';
import { requestOverChannel, type RequestAnswer } from '../engine/session/meeting-requester';
import { type MeetingParts, MeetingRefusal } from '../engine/session/meeting-roles';
import { askForKeys } from '../engine/session/rekey-asker';
import type { Acquaintances } from './acquaintances';
import { backoffMs, jitterMs } from './backoff';
import { candidatesOf, type Candidate } from './candidates';
import type { HeldChannels } from './held-channels';
import type { PeerBook } from './peer-book';
import type { NetworkFacts } from './network-facts';
import type { ContactRow, LanSightings, Stores } from './ports';
import { NotNeeded, type Places, race, type Turn } from './racing';
import type { Tries } from './tries';
import { outcomeOf } from './try-outcome';

const dialTimeoutMs = 5_000;
/** A person's act cuts the wait short, but no sooner after the last try than this. */
const actGapMs = 1_000;
const sightingGapMs = 5_000;
/** How often those who are nowhere are gone through, in one pass: nobody is dialled, so none of them waits longer than the longest back-off. */
const nowhereMs = 60_000;
/** After a change of network, and at the start, tries are spread over this long. */
const spreadMs = 250;

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

/** Where somebody is looked for. */
interface Place {
  readonly address: Address;
  readonly isolation: PeerId;
}

interface Timer {
  /** Monotonic milliseconds. */
  readonly due: number;
  readonly cancel: () => void;
}

interface Attempt {
  /** Tries in a row that brought no answer; counted from 0. */
  failures: number;
  /** Calls off what is under way. */
  running: AbortController | undefined;
  /** The network changed meanwhile: the next try follows at once. */
  again: boolean;
  timer: Timer | undefined;
  /** There is no place where this person could be asked: looked for again in the pass over all of them, or at the first sign. */
  nowhere: boolean;
  /** When the last try ended; monotonic milliseconds. */
  endedAt: number | undefined;
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
  readonly tries: Tries;
  readonly places: Places;
  readonly sightings: LanSightings;
  readonly network: NetworkFacts;
}

/** Goes to the people whose link was accepted or whose card was imported, again and again until they answered. */
export class Asking {
  readonly #parts: AskingParts;
  readonly #attempts = new Map<string, Attempt>();
  readonly #sightedAt = new Map<PeerId, number>();
  /** The next pass over those who are nowhere. */
  #pass: Timer | undefined;
  #closed = false;

  constructor(parts: AskingParts) {
    this.#parts = parts;
  }

  /** Takes up every contact that still waits for an answer, a little apart. */
  start(): void {
    for (const { contactId } of this.#parts.stores.contacts.list()) {
      if (this.#isPending(contactId)) this.#pursueIn(jitterMs(this.#parts.random, spreadMs), contactId, this.#attempt(contactId));
    }
  }

  /** Tries now to reach the other side of a pending contact, and again until it answered or can no longer. Never throws. */
  pursue(contactId: string): void {
    if (this.#closed || !this.#isPending(contactId)) return;
    const attempt = this.#attempt(contactId);
    if (attempt.running !== undefined) return;
    attempt.timer?.cancel();
    attempt.timer = undefined;
    attempt.nowhere = false;
    attempt.again = false;
    attempt.running = new AbortController();
    void this.#run(contactId, attempt, attempt.running.signal);
  }

  /** A person asks for a try now: as soon as may be. */
  tryNow(contactId: string): void {
    const attempt = this.#attempts.get(contactId);
    const gap = attempt?.endedAt === undefined ? 0 : attempt.endedAt + actGapMs - this.#parts.clock.monotonic();
    if (attempt === undefined || gap <= 0) this.pursue(contactId);
    else if (attempt.running === undefined) this.#pursueIn(gap, contactId, attempt);
  }

  /** A device of this person was heard on the local network. Anybody there can say so: no more often than every five seconds. */
  sighted(peerId: PeerId): void {
    const now = this.#parts.clock.monotonic();
    if (this.#sightedAt.get(peerId) !== undefined && now - (this.#sightedAt.get(peerId) ?? 0) < sightingGapMs) return;
    const contactId = this.#pendingOf(peerId);
    if (contactId === undefined) return;
    this.#sightedAt.set(peerId, now);
    this.tryNow(contactId);
  }

  /** The network is another one, or was away: everybody who has not answered is asked at once, a little apart. */
  lookAgain(): void {
    for (const [contactId, attempt] of this.#attempts) {
      attempt.failures = 0;
      if (attempt.running === undefined) this.#pursueIn(jitterMs(this.#parts.random, spreadMs), contactId, attempt);
      else {
        attempt.again = true;
        attempt.running.abort();
      }
    }
  }

  /** How asking this contact stands; `nextTryAt` in Unix milliseconds. */
  search(contactId: string): { readonly trying: boolean; readonly nextTryAt: number | undefined; readonly failures: number } {
    const attempt = this.#attempts.get(contactId);
    const { clock } = this.#parts;
    const next = attempt?.timer ?? (attempt?.nowhere === true ? this.#pass : undefined);
    return {
      trying: attempt?.running !== undefined,
      nextTryAt: next === undefined ? undefined : clock.now() + Math.max(0, next.due - clock.monotonic()),
      failures: attempt?.failures ?? 0,
    };
  }

  /** Where this contact would be tried now, best first. */
  candidates(contact: ContactRow): Candidate[] {
    const { book, tries, sightings, network, ownAddresses } = this.#parts;
    const hinted: DevicePlaces = { time: 0, addresses: contact.hints };
    const places = contact.relation === 'invited' ? [hinted] : (book.find(contact.peerId)?.record.places ?? []);
    return candidatesOf({ sighted: sightings.of(contact.peerId), places, lastGood: tries.lastGood(contact.peerId), network, own: ownAddresses() });
  }

  close(): void {
    this.#closed = true;
    this.#pass?.cancel();
    for (const attempt of this.#attempts.values()) {
      attempt.timer?.cancel();
      attempt.running?.abort();
    }
    this.#attempts.clear();
  }

  #isPending(contactId: string): boolean {
    return this.#pendingRow(contactId) !== undefined;
  }

  /** A row that cannot be read now is not pending now; the next start looks again. */
  #pendingRow(contactId: string): ContactRow | undefined {
    try {
      const contact = this.#parts.stores.contacts.byId(contactId);
      return contact !== undefined && contact.relation !== 'mutual' && contact.ended === undefined && !contact.blocked ? contact : undefined;
    } catch (error) {
      this.#parts.acquaintances.notStored(error);
      return undefined;
    }
  }

  /** Nothing to dial: only a key was imported, or no address is known. A link that was accepted runs out, which is found by trying, and so is what cannot be read now. */
  #isNowhere(contact: ContactRow): boolean {
    try {
      return contact.relation !== 'invited' && (this.#parts.book.find(contact.peerId) === undefined || this.candidates(contact).length === 0);
    } catch (error) {
      this.#parts.acquaintances.notStored(error);
      return false;
    }
  }

  #pendingOf(peerId: PeerId): string | undefined {
    try {
      const contactId = this.#parts.stores.contacts.byPeer(peerId)?.contactId;
      return contactId !== undefined && this.#isPending(contactId) ? contactId : undefined;
    } catch (error) {
      this.#parts.acquaintances.notStored(error);
      return undefined;
    }
  }

  async #run(contactId: string, attempt: Attempt, quit: AbortSignal): Promise<void> {
    let contact: ContactRow | undefined;
    try {
      contact = this.#parts.stores.contacts.byId(contactId);
      if (contact !== undefined) await this.#ask(contact, quit);
      // Whoever is not answered yet asks ever more seldom, too: a person may need days.
      attempt.failures += 1;
    } catch (error) {
      if (!attempt.again) attempt.failures += 1;
      const code = finalCode(error);
      if (contact !== undefined && code !== undefined && !this.#closed) this.#parts.acquaintances.end(contact, code);
      else this.#parts.logger.debug('introduction.failed', { reason: error instanceof Error ? error.name : 'unknown' });
    }
    attempt.running = undefined;
    attempt.endedAt = this.#parts.clock.monotonic();
    if (this.#closed) return;
    const pending = this.#pendingRow(contactId);
    if (pending === undefined) {
      this.#attempts.delete(contactId);
      return;
    }
    const { random } = this.#parts;
    attempt.nowhere = !attempt.again && this.#isNowhere(pending);
    if (attempt.nowhere) this.#passLater();
    else this.#pursueIn(attempt.again ? jitterMs(random, spreadMs) : backoffMs(random, attempt.failures), contactId, attempt);
    this.#parts.network.touched();
  }

  #attempt(contactId: string): Attempt {
    const known = this.#attempts.get(contactId);
    if (known !== undefined) return known;
    const attempt: Attempt = { failures: 0, running: undefined, again: false, timer: undefined, nowhere: false, endedAt: undefined };
    this.#attempts.set(contactId, attempt);
    return attempt;
  }

  #pursueIn(milliseconds: number, contactId: string, attempt: Attempt): void {
    attempt.timer?.cancel();
    attempt.timer = this.#timer(milliseconds, () => {
      attempt.timer = undefined;
      this.pursue(contactId);
    });
  }

  /** Where nobody can be dialled, a try of its own for each of hundreds would only look up again and again that it is so. */
  #passLater(): void {
    this.#pass ??= this.#timer(nowhereMs, () => {
      this.#pass = undefined;
      this.#lookForAll();
    });
  }

  /** An address may have come by way of an own device or a mailbox. Never throws. */
  #lookForAll(): void {
    let left = false;
    for (const [contactId, attempt] of this.#attempts) {
      if (!attempt.nowhere || attempt.timer !== undefined) continue;
      const contact = this.#pendingRow(contactId);
      if (contact === undefined) this.#attempts.delete(contactId);
      else if (this.#isNowhere(contact)) left = true;
      else this.#pursueIn(jitterMs(this.#parts.random, spreadMs), contactId, attempt);
    }
    if (left) this.#passLater();
  }

  #timer(milliseconds: number, run: () => void): Timer {
    const { clock } = this.#parts;
    return { due: clock.monotonic() + milliseconds, cancel: clock.setTimer(milliseconds, run) };
  }

  /** Ends without an error also when the other side has yet to decide. */
  async #ask(contact: ContactRow, quit: AbortSignal): Promise<void> {
    const { crypto, clock, local, acquaintances, stores } = this.#parts;
    // Who was removed while the answer was on its way does not come back with it.
    const isAwaited = (): boolean => !this.#closed && stores.contacts.byId(contact.contactId) !== undefined;
    const common = { crypto, local, now: () => clock.now(), myAddresses: this.#parts.ownAddresses() };
    if (contact.relation === 'invited' && contact.invitation !== undefined) {
      const invitation = parseInvitation(crypto, new TextDecoder().decode(contact.invitation));
      try {
        if (invitation.expiresAt <= clock.now()) {
          throw new KeyshiftError('invitation.expired', 'The invitation ran out before the other side could be reached.');
        }
        const { card } = await this.#overAny(contact, quit, (to, turn) =>
          this.#overOne(to, 'invite', turn, (channel) => inviteOverChannel(channel, { ...common, invitation, beforeProof: (shown) => this.#onlyOnce(shown, turn) })),
        );
        if (isAwaited()) acquaintances.becomeMutual(card);
      } finally {
        crypto.wipe(invitation.secret);
      }
      return;
    }
    const known = this.#parts.book.find(contact.peerId);
    if (known === undefined) throw new Error('nothing to dial: only a key was imported');
    const answer = await this.#overAny(contact, quit, (to, turn) => this.#requestAt(to, turn, known.identity, common));
    if (!isAwaited()) return;
    if (answer.status === 'declined') throw new KeyshiftError('request.declined', 'The request was declined.');
    if (answer.status === 'accepted') acquaintances.becomeMutual(answer.card);
  }

  /**
   * Asks under the key of the card; whoever has another one since refuses that, and tells who names it exactly what came after it (protocol.md §9): then
   * under the newest. Their card shows by its history that it leads there from the one held, or nothing comes of it.
   */
  async #requestAt(to: Place, turn: Turn, held: IdentityCertificate, common: MeetingParts): Promise<RequestAnswer> {
    const request = (wanted: Named): Promise<RequestAnswer> =>
      this.#overOne(to, 'request', turn, (channel) => requestOverChannel(channel, { ...common, wanted, beforeProof: (shown) => this.#onlyOnce(shown, turn) }));
    try {
      return await request(held);
    } catch (error) {
      if (!(error instanceof ChannelError && error.reason === 'refused') || turn.signal.aborted) throw error;
      // Before a first recovery there was none.
      const key = { ...held, ...(held.epoch === 1 && { recovered: 0 }) };
      const { peerId, head } = await this.#overOne(to, 'rekey', turn, (channel) => askForKeys(channel, { ...common, held: key, offer: false }));
      return await request({ peerId, spkiHash: spkiHash(common.crypto, head.spki) });
    }
  }

  /** Of the channels opened side by side only one comes as far as showing who we are, which is what redeems a link. */
  #onlyOnce(card: Card, turn: Turn): void {
    if (!this.#parts.acquaintances.fitsPin(card)) {
      throw new MeetingRefusal('invitation.wrong-person', 'Whoever answered has another key than the person who is looked for.', false);
    }
    if (!turn.claim()) throw new NotNeeded();
  }

  #overAny<T>(contact: ContactRow, quit: AbortSignal, attempt: (to: Place, turn: Turn) => Promise<T>): Promise<T> {
    const { clock, places, tries } = this.#parts;
    const { peerId } = contact;
    return race({
      clock,
      places,
      quit,
      candidates: this.candidates(contact),
      attempt: ({ address }, turn) => attempt({ address, isolation: peerId }, turn),
      isFinal: (error) => finalCode(error) !== undefined,
      onStart: ({ text }) => tries.began(peerId, text),
      onEnd: ({ text }, error, milliseconds) => tries.ended(peerId, text, outcomeOf(error), milliseconds),
    });
  }

  async #overOne<T>(to: Place, purpose: Extract<ChannelPurpose, 'invite' | 'request' | 'rekey'>, turn: Turn, talk: (channel: Channel) => Promise<T>): Promise<T> {
    const { transport, crypto, clock, channels } = this.#parts;
    const link = await transport.dial(to.address, dialTimeoutMs, turn.signal, to.isolation);
    if (turn.signal.aborted) {
      link.destroy();
      throw new NotNeeded();
    }
    const giveUp = (): void => link.destroy();
    turn.signal.addEventListener('abort', giveUp);
    try {
      const channel = channels.hold(await openChannel(crypto, clock, link, purpose));
      try {
        if (turn.signal.aborted) throw new NotNeeded();
        return await talk(channel);
      } finally {
        channel.close();
      }
    } finally {
      turn.signal.removeEventListener('abort', giveUp);
    }
  }
}
