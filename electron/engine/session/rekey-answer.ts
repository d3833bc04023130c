import type { Chain, VerifiedCache, VerifiedChain } from '../certificates/chain';
import type { KeyElement, KnownKey } from '../certificates/key-history';
import type { LinkPurpose } from '../certificates/key-link';
import type { LocalParty } from '../certificates/local-party';
import type { Crypto } from '../crypto/crypto';
import type { PeerId } from '../ids';
import type { Clock } from '../ports';

/** The key of a person that is pinned here: where every answer must begin. */
export interface HeldKey extends KnownKey {
  readonly peerId: PeerId;
  /** H(SPKI), 32 bytes. */
  readonly spkiHash: Uint8Array;
  /** H(recovery public key), 32 bytes, from the first certificate; without it no recovery statement is believed. */
  readonly recoveryKeyHash?: Uint8Array;
  /** The user lets this very key's certificate count past its end. */
  readonly mayLapse?: boolean;
  /**
   * Whether such a device under this key, or one that this key leads to, is believed what time it is there and that its certificate ended: its signature shows that it was asked just
   * now, and not that its person still counts it. Absent: none is believed.
   */
  readonly isHeard?: (device: Pick<Chain, 'list' | 'instance'>) => boolean;
}

/**
 * What the keys of a person are now, as far as the key held here vouches for it (protocol.md §9). Nothing has moved: a head is pinned only
 * once somebody proved to hold it, in a session or a message (S5-09).
 */
export interface RekeyAnswer {
  readonly peerId: PeerId;
  /** The newest key vouched for; the held one itself when there is none newer. */
  readonly head: KnownKey;
  /** From the held key to the head; empty when there is none newer. */
  readonly elements: readonly KeyElement[];
  /**
   * Of the device that answered, under the head: it signed for this very question, so the answer is fresh. Without it anybody may have
   * repeated an answer of long ago (A72).
   */
  readonly chain?: VerifiedChain;
  /** H(SPKI) of keys a recovery statement took out of use, 32 bytes each. */
  readonly revoked: readonly Uint8Array[];
  /** `compromise` when any step on the way was one, and for every recovery. */
  readonly purpose: LinkPurpose;
}

/** What either side needs to ask and to answer. */
export interface RekeyParts {
  readonly crypto: Crypto;
  readonly local: LocalParty;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly verified?: VerifiedCache;
  /** What time it is at the device that answered just now, Unix milliseconds: signed for this question, and by its own clock all of its chain counts. Not of one that is not heard (`isHeard`). */
  readonly onTime?: (time: number) => void;
}

/** What whoever asks brings. */
export interface AskerParts extends RekeyParts {
  readonly held: HeldKey;
  /** 32 bytes, shared with the person asked since the first session; shows that a contact asks. Not kept, not wiped. */
  readonly pairSecret?: Uint8Array;
  /** Which later keys of the own person are known there, from an own key on: nothing is verified, and nothing is to be believed but signatures. */
  readonly onTold?: (elements: readonly KeyElement[]) => void;
  /** Tell the one asked, once it has proven who it is, that the own key may be another one than it knows. */
  readonly offer: boolean;
}

/** Keys asked about in answer to one offer: with the answers it stays within the frames of a channel. */
export const maxAskedBack = 6;

/** What only the books of this device know: who asks, and whose keys it holds. */
export interface RekeyDesk {
  /** The contact whose tag this is (`contactOfTag`); not of blocked ones. */
  contactOfTag(tag: Uint8Array, channelHash: Uint8Array): PeerId | undefined;
  /** Whose M1 was refused here a moment ago, by the tag that shows it: who they say to be, under which key (H(SPKI), 32 bytes), and the tag of whoever asks them back. */
  shownOfTag(tag: Uint8Array, channelHash: Uint8Array, nonce: Uint8Array): { readonly peerId: PeerId; readonly headHash: Uint8Array; readonly answer: Uint8Array } | undefined;
  /** This contact says that its newest key has this hash (32 bytes): what is held of it when that is another one, to be asked about in this order until it knows one. */
  askBack(peerId: PeerId, headHash: Uint8Array): readonly HeldKey[];
  /** Whoever has this key of theirs (H(SPKI), 32 bytes) may not know of another one that is known here: the steps to it. Empty where there is none. */
  toTell(peerId: PeerId, headHash: Uint8Array): readonly KeyElement[];
  /** The verified answer to that, which begins at the key that was given then. */
  onAnswer(answer: RekeyAnswer, held: HeldKey): void;
}

/** Where nobody is known: strangers who hold an old key are still told the keys that came after it. */
export const deskOfNobody: RekeyDesk = { contactOfTag: () => undefined, shownOfTag: () => undefined, askBack: () => [], toTell: () => [], onAnswer: () => {} };

/** What whoever answers brings. */
export interface AnswererParts extends RekeyParts, RekeyDesk {
  readonly clock: Clock;
  /** Whether one more question is looked at now; by contact where it showed to be one. Every refusal looks alike. */
  readonly mayAnswer: (source: string, contact: PeerId | undefined) => boolean;
  /** For the log (S5-11); the other side learns none of it. */
  readonly onRefused?: (reason: RekeyRefusal, source: string) => void;
}

/** Why a question was not answered. `newest-key`: a stranger knows the key in use; that we are here is not for everybody to know. `fault`: ours. */
export type RekeyRefusal = 'malformed' | 'busy' | 'other-person' | 'unknown-key' | 'newest-key' | 'fault';
