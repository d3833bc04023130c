import { type Card, maxCardBytes, parseCard } from '../certificates/card';
import type { LocalExchange, LocalParty } from '../certificates/local-party';
import { mayLapse, type PeerLookup } from '../certificates/pinned-chain';
import type { Crypto } from '../crypto/crypto';
import { pad, unpad } from '../crypto/padding';
import { openSigned, sealSigned, selectorBytes, selectorOf } from '../crypto/sealed-envelope';
import { Reader, WireError } from '../wire/reader';
import { concat, Writer } from '../wire/writer';
import { contextOf, recipientKeyOf } from './deposit';
import type { RemoteParty } from './dialog-types';
import { encodeProof, encodeVerdict, type InvitationProof, type InvitationVerdict, readProof, readVerdict } from './invitation-mail';
import { KeyshiftError } from '../../../shared/errors';

/**
 * A card for one person, on the ways deposits go (protocol.md §11): how somebody who was never met asks, how that is answered, and how
 * contacts who are never online together hear of new places and keys.
 *
 * ```
 * card deposit  selector[8], made with "card-selector" | sealed envelope of purpose "card-deposit", signed by the card's device
 * statement     pad(flags u8 | LP(card) | more)          bit 0: an answer is wanted; bit 1: more is a proof, bit 2: a verdict (`invitation-mail.ts`), not
 *                                                        both; else there is no more; the others are 0
 * context       as of any deposit
 * ```
 */
export interface CardMail {
  readonly card: Uint8Array;
  readonly wantsAnswer: boolean;
  /** Its owner accepts this invitation. */
  readonly proof?: InvitationProof;
  /** What became of an invitation that the receiver accepted. */
  readonly verdict?: InvitationVerdict;
}

/** What was inside, from the device of that card. */
export interface OpenedCard extends Omit<CardMail, 'card'> {
  readonly card: Card;
  /** Hash of the exchange credential it was sealed to. */
  readonly sealedTo: Uint8Array;
}

const flagBits = { wantsAnswer: 1, proof: 2, verdict: 4 } as const;

/** Throws `WireError` when that person's key is unusable or the card does not fit. */
export function sealCardDeposit(crypto: Crypto, from: Pick<LocalParty, 'instance'>, to: Pick<RemoteParty, 'peerId' | 'exchange'>, { card, wantsAnswer, proof, verdict }: CardMail): Uint8Array {
  if (card.length > maxCardBytes) throw new WireError('longer than its cap');
  const flags = (wantsAnswer ? flagBits.wantsAnswer : 0) | (proof ? flagBits.proof : 0) | (verdict ? flagBits.verdict : 0);
  const more = proof ? encodeProof(proof) : verdict ? encodeVerdict(verdict) : new Uint8Array(0);
  const envelope = sealSigned(crypto, 'card-deposit', {
    signing: from.instance.signing.secret,
    recipientKem: to.exchange.kemKey,
    recipientContext: contextOf(to.peerId, to.exchange.hash),
    statement: pad(new Writer(card.length + 128).u8(flags).lp(card).fixed(more).finish()),
  });
  return concat(selectorOf(crypto, to.exchange.hash, envelope, 'card-selector'), envelope);
}

/** The exchange key a card is sealed to; undefined for anything else. */
export function recipientKeyOfCard(crypto: Crypto, local: Pick<LocalParty, 'exchange'>, deposit: Uint8Array): LocalExchange | undefined {
  return recipientKeyOf(crypto, local, deposit, 'card-selector');
}

export interface CardDepositParts {
  readonly crypto: Crypto;
  readonly local: LocalParty;
  /** Whose certificate the user lets count past its end. */
  readonly peers?: PeerLookup;
  /** Asked once, before the decapsulation. */
  readonly mayDecapsulate: () => boolean;
  /** Unix milliseconds. */
  readonly now: number;
}

/** A sound card that its device sealed for this very person; who that is proves the card itself. Undefined for everything else. Changes nothing. */
export function openCardDeposit({ crypto, local, peers, mayDecapsulate, now }: CardDepositParts, deposit: Uint8Array): OpenedCard | undefined {
  const key = recipientKeyOfCard(crypto, local, deposit);
  if (!key || !mayDecapsulate()) return undefined;
  let read: OpenedCard | undefined;
  try {
    const opened = openSigned(crypto, 'card-deposit', key.kem, contextOf(local.peerId, key.credential.hash), deposit.subarray(selectorBytes), (padded) => {
      const statement = unpad(padded);
      if (!statement) return undefined;
      const reader = new Reader(statement);
      const flags = reader.u8();
      const bytes = reader.lp(maxCardBytes);
      const [isProof, isVerdict] = [(flags & flagBits.proof) !== 0, (flags & flagBits.verdict) !== 0];
      if (flags > 7 || (isProof && isVerdict)) return undefined;
      const more = isProof ? { proof: readProof(reader) } : isVerdict ? { verdict: readVerdict(reader) } : {};
      reader.end();
      read = { card: parseCard(crypto, bytes, now, peers && { mayLapse: (identity) => mayLapse(crypto, local, peers, identity) }), wantsAnswer: (flags & flagBits.wantsAnswer) !== 0, sealedTo: key.credential.hash, ...more };
      return read.card.chain.instance.signingKey;
    });
    opened?.contentKey.wipe();
    if (!opened || !read || read.card.chain.identity.peerId === local.peerId) return undefined;
    return read;
  } catch (error) {
    if (error instanceof WireError || error instanceof KeyshiftError) return undefined;
    throw error;
  }
}
