import type { Chain } from '../../engine/certificates/chain';
import type { KeyElement } from '../../engine/certificates/key-history';
import type { LocalParty } from '../../engine/certificates/local-party';
import type { MailboxPlace } from '../../engine/certificates/mailbox-place';
import type { Crypto } from '../../engine/crypto/crypto';
import { sealToldDeposit, type Told } from '../../engine/dialog/told-deposit';
import type { PeerId } from '../../engine/ids';
import type { Clock } from '../../engine/ports';
import { toHex } from '../../engine/wire/encoding';
import type { HeldKeysParts } from '../held-keys';
import { isSame } from '../moving-pins';
import type { Stores } from '../ports';
import { SlidingLimit } from '../sliding-limit';
import { toTell, waysInQuestion } from '../telling-back';

const hourMs = 60 * 60 * 1000;
/**
 * Answers left for whoever comes with a key of one contact that is not the pinned one: one for each device and key, and so many in all. What goes where a card
 * says is counted by itself: who copied a key may send cards of made-up devices, and must not use up what the owner's device gets where it is known to take mail.
 */
const answersOfOne = 6;
type Named = 'by-card' | 'known';
/** What one contact says of own keys is looked at so often: each may cost 32 checks of a signature. */
const looksForOne = 6;

export interface TellingByMailParts extends HeldKeysParts {
  readonly crypto: Crypto;
  readonly clock: Clock;
  readonly local: LocalParty;
  readonly stores: Pick<Stores, 'peerKeys' | 'contacts' | 'ways'>;
  /** Once, and not again: whoever comes again is told again. Never throws. */
  readonly leave: (places: readonly MailboxPlace[], deposit: Uint8Array) => void;
  /** What a contact says led on from an own key. Throws what the disk says. */
  readonly onTold: (peerId: PeerId, elements: readonly KeyElement[]) => void;
}

/** Something to be left in the mailbox of whoever has the pinned key. */
export interface DueWord {
  readonly deposit: Uint8Array;
  /** It lies there. */
  readonly left: () => void;
}

/**
 * Tells by mailbox what is told on a channel (protocol.md §9): to who has a key of a contact that another one may have copied, where that key led. Its owner's
 * device sees by its own signature that it was copied, whoever tells it (A71).
 */
export class TellingByMail {
  readonly #parts: TellingByMailParts;
  /** By who named the places, contact, device and key: monotonic milliseconds of the last answer. */
  readonly #answered = new Map<string, number>();
  readonly #answers: Readonly<Record<Named, Map<PeerId, SlidingLimit>>> = { 'by-card': new Map(), known: new Map() };
  readonly #looks = new Map<PeerId, SlidingLimit>();
  /** Which keys whoever has the pinned one was told of, since the start. */
  readonly #said = new Map<PeerId, Set<string>>();

  constructor(parts: TellingByMailParts) {
    this.#parts = parts;
  }

  /** A device wrote in a contact's name: `chain` is good, but for whose key it is. `places`: by its card, else what is known of that very device. Never in a transaction. */
  wrote(chain: Chain, places?: readonly MailboxPlace[]): void {
    const { crypto, clock, local, leave } = this.#parts;
    const { identity, instance, exchange } = chain;
    const { peerId, spkiHash } = identity;
    if (!this.#concerns(peerId) || !this.#isTheirs(peerId, spkiHash)) return;
    const steps = toTell(crypto, this.#parts, peerId, spkiHash);
    const to = (places ?? this.#placesOf(chain)).filter(({ expiresAt }) => expiresAt === 0 || expiresAt > clock.now());
    if (steps.length === 0 || to.length === 0) return;
    const named: Named = places === undefined ? 'known' : 'by-card';
    const who = `${named}/${peerId}/${instance.instanceId}/${toHex(spkiHash)}`;
    const now = clock.monotonic();
    if (now - (this.#answered.get(who) ?? -hourMs) < hourMs || !this.#limit(this.#answers[named], peerId, answersOfOne).take()) return;
    for (const [known, at] of this.#answered) if (now - at >= hourMs) this.#answered.delete(known);
    this.#answered.set(who, now);
    leave(to, sealToldDeposit(crypto, local, { peerId, exchange }, steps));
  }

  /** For who has the pinned key, while others are in question, one after the other: nothing else is left for them. Which of two is the owner's nobody can say here. */
  dueTo(peerId: PeerId): DueWord | undefined {
    const { crypto, book, local, stores } = this.#parts;
    const known = book.find(peerId);
    if (book.held(peerId) !== 'frozen' || known === undefined || !this.#concerns(peerId)) {
      this.#said.delete(peerId);
      return undefined;
    }
    const said = this.#said.get(peerId) ?? new Set<string>();
    const next = waysInQuestion(crypto, stores, peerId).find(({ spkiHash }) => !isSame(spkiHash, known.record.pinnedSpkiHash) && !said.has(toHex(spkiHash)));
    if (next === undefined) return undefined;
    const left = (): void => void this.#said.set(peerId, said.add(toHex(next.spkiHash)));
    return { deposit: sealToldDeposit(crypto, local, { peerId, exchange: known.exchange }, next.steps), left };
  }

  /** A contact left word of own keys. Throws what the disk says. */
  came({ peerId, elements }: Told): void {
    const looks = this.#limit(this.#looks, peerId, looksForOne);
    if (!this.#concerns(peerId) || looks.waitMs() > 0) return;
    this.#parts.onTold(peerId, elements);
    // Behind it: what the disk refused comes again, however often, and counts once.
    looks.take();
  }

  /** Anybody can make a device with a key of their own that says to be a contact's: only who comes with one that was theirs, or is in question, hears anything. */
  #isTheirs(peerId: PeerId, spkiHash: Uint8Array): boolean {
    const { peerKeys } = this.#parts.stores;
    return peerKeys.history(peerId).some((row) => row.spki !== undefined && isSame(row.spkiHash, spkiHash)) || peerKeys.candidates(peerId).some((row) => row.vouched !== 'nothing' && isSame(row.spkiHash, spkiHash));
  }

  #placesOf({ identity, instance }: Chain): readonly MailboxPlace[] {
    return this.#parts.stores.ways.mailboxesOf(identity.peerId).filter(({ saidBy }) => saidBy === instance.instanceId);
  }

  #concerns(peerId: PeerId): boolean {
    const contact = this.#parts.stores.contacts.byPeer(peerId);
    return contact?.relation === 'mutual' && !contact.blocked;
  }

  #limit(limits: Map<PeerId, SlidingLimit>, peerId: PeerId, most: number): SlidingLimit {
    const known = limits.get(peerId) ?? new SlidingLimit(this.#parts.clock, most, hourMs);
    limits.set(peerId, known);
    return known;
  }
}
