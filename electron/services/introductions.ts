import { type ErrorCode, KeyshiftError } from '../../shared/errors';
import type { Card } from '../engine/certificates/card';
import type { LocalParty } from '../engine/certificates/local-party';
import type { PeerId } from '../engine/ids';
import type { Address, Transport } from '../engine/ports';
import type { Channel } from '../engine/session/channel';
import type { RedeemResult } from '../engine/identity/invitation-proof';
import type { Named } from '../engine/session/meeting-proof';
import { Acquaintances, type AcquaintancesParts } from './acquaintances';
import { Answering, type AnsweringParts } from './answering';
import { Asking, type AskingParts } from './asking';
import { HeldChannels } from './held-channels';
import type { ContactRow } from './ports';

export interface IntroductionsParts extends AcquaintancesParts, Pick<AskingParts, 'tries' | 'places' | 'sightings' | 'network'>, Pick<AnsweringParts, 'rekeyDesk'> {
  readonly transport: Transport;
  readonly local: LocalParty;
  readonly ownAddresses: () => readonly Address[];
}

/** How two people who never met become contacts: asking, answering, and what of it is written down, joined. */
export class Introductions {
  readonly #acquaintances: Acquaintances;
  readonly #asking: Asking;
  readonly #answering: Answering;
  readonly #channels = new HeldChannels();

  readonly #parts: IntroductionsParts;

  constructor(parts: IntroductionsParts) {
    this.#parts = parts;
    this.#acquaintances = new Acquaintances(parts);
    const shared = { ...parts, acquaintances: this.#acquaintances, channels: this.#channels };
    this.#asking = new Asking(shared);
    this.#answering = new Answering(shared);
  }

  /** Takes up every contact that still waits for an answer. */
  start(): void {
    this.#asking.start();
  }

  /** Tries now to reach the other side of a pending contact, and again until it answered or can no longer. Never throws. */
  pursue(contactId: string): void {
    this.#asking.pursue(contactId);
  }

  /** The network is another one: everybody who has not answered is asked at once. */
  lookAgain(): void {
    this.#asking.lookAgain();
  }

  /** A device of this person was heard on the local network; somebody who has not answered yet is asked there. Never throws. */
  sighted(peerId: PeerId): void {
    this.#asking.sighted(peerId);
  }

  /** How asking a pending contact stands, and where it would be tried. */
  get pending(): Pick<Asking, 'search' | 'candidates' | 'tryNow'> {
    return this.#asking;
  }

  /** The listener's side of a fresh encryption-only channel. */
  answer(accepted: Channel): void {
    this.#answering.answer(this.#channels.hold(accepted));
  }

  /** Somebody's card came outside of a connection: a request, or the answer to one. Throws what the disk says. */
  requested(card: Card): void {
    this.#answering.requested(card);
  }

  /** Somebody who proved to hold an invitation accepts it without a connection. Throws what the disk says. */
  redeem(invitationId: string, card: Card): RedeemResult {
    return this.#answering.redeem(invitationId, card);
  }

  /** Whoever invited says so, by this card: nothing comes of it. Never throws. */
  ended(asked: ContactRow, card: Card, code: ErrorCode): void {
    if (this.#acquaintances.fitsPin(card)) this.#acquaintances.end(asked, code);
  }

  /** The user said yes: the requester becomes a contact. Throws what an outdated or unfitting card gives. */
  acceptRequest(card: Card): void {
    this.#acquaintances.becomeMutual(card);
  }

  /** A reason not to meet whoever showed this person and key, as far as is known here. */
  objectionTo({ peerId, spkiHash }: Named): 'blocked' | 'other-key' | undefined {
    if (this.#parts.stores.contacts.byPeer(peerId)?.blocked === true) return 'blocked';
    const pinned = this.#parts.book.find(peerId)?.record.pinnedSpkiHash;
    return pinned === undefined || this.#parts.crypto.equal(pinned, spkiHash) ? undefined : 'other-key';
  }

  /** Two people stood side by side and compared: the other one becomes a contact, checked by this very key. Gives the contact id. Throws `contact.key-mismatch`, or what the disk says. */
  metNearby(card: Card): string {
    try {
      this.#acquaintances.becomeMutual(card, undefined, true);
    } catch (error) {
      if (!(error instanceof KeyshiftError && error.code === 'contact.key-mismatch')) this.#acquaintances.notStored(error);
      throw error;
    }
    return this.#parts.stores.contacts.byPeer(card.chain.identity.peerId)?.contactId ?? '';
  }

  close(): void {
    this.#asking.close();
    this.#channels.closeAll();
  }
}
