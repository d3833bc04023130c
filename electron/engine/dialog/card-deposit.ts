import { type Card, maxCardBytes, parseCard } from '../certificates/card';
import type { LocalExchange, LocalParty } from '../certificates/local-party';
import type { Crypto } from '../crypto/crypto';
import { pad, unpad } from '../crypto/padding';
import { openSigned, sealSigned, selectorBytes, selectorOf } from '../crypto/sealed-envelope';
import { Reader, WireError } from '../wire/reader';
import { concat, Writer } from '../wire/writer';
import { contextOf, maxDepositBytes, minDepositBytes } from './deposit';
import type { RemoteParty } from './dialog-types';
import { KeyshiftError } from '../../../shared/errors';

/**
 * A card for one person, on the ways deposits go (protocol.md §11): how somebody who was never met asks, how that is answered, and how
 * contacts who are never online together hear of new places and keys.
 *
 * ```
 * card deposit  selector[8], made with "card-selector" | sealed envelope of purpose "card-deposit", signed by the card's device
 * statement     pad(flags u8 | LP(card))                 bit 0: an answer is wanted; the others are 0
 * context       as of any deposit
 * ```
 */
export interface CardMail {
  readonly card: Uint8Array;
  readonly wantsAnswer: boolean;
}

/** Throws `WireError` when that person's key is unusable or the card does not fit. */
export function sealCardDeposit(crypto: Crypto, from: Pick<LocalParty, 'instance'>, to: Pick<RemoteParty, 'peerId' | 'exchange'>, { card, wantsAnswer }: CardMail): Uint8Array {
  if (card.length > maxCardBytes) throw new WireError('longer than its cap');
  const envelope = sealSigned(crypto, 'card-deposit', {
    signing: from.instance.signing.secret,
    recipientKem: to.exchange.kemKey,
    recipientContext: contextOf(to.peerId, to.exchange.hash),
    statement: pad(new Writer(card.length + 8).u8(wantsAnswer ? 1 : 0).lp(card).finish()),
  });
  return concat(selectorOf(crypto, to.exchange.hash, envelope, 'card-selector'), envelope);
}

/** The exchange key a card is sealed to; undefined for anything else. */
export function recipientKeyOfCard(crypto: Crypto, local: Pick<LocalParty, 'exchange'>, deposit: Uint8Array): LocalExchange | undefined {
  if (deposit.length < minDepositBytes || deposit.length > maxDepositBytes) return undefined;
  const selector = deposit.subarray(0, selectorBytes);
  const envelope = deposit.subarray(selectorBytes);
  return local.exchange.all().find(({ credential }) => crypto.equal(selector, selectorOf(crypto, credential.hash, envelope, 'card-selector')));
}

export interface CardDepositParts {
  readonly crypto: Crypto;
  readonly local: LocalParty;
  /** Asked once, before the decapsulation. */
  readonly mayDecapsulate: () => boolean;
  /** Unix milliseconds. */
  readonly now: number;
}

/** A sound card that its device sealed for this very person; who that is proves the card itself. Undefined for everything else. Changes nothing. */
export function openCardDeposit({ crypto, local, mayDecapsulate, now }: CardDepositParts, deposit: Uint8Array): { readonly card: Card; readonly wantsAnswer: boolean } | undefined {
  const key = recipientKeyOfCard(crypto, local, deposit);
  if (!key || !mayDecapsulate()) return undefined;
  let read: { readonly card: Card; readonly wantsAnswer: boolean } | undefined;
  try {
    const opened = openSigned(crypto, 'card-deposit', key.kem, contextOf(local.peerId, key.credential.hash), deposit.subarray(selectorBytes), (padded) => {
      const statement = unpad(padded);
      if (!statement) return undefined;
      const reader = new Reader(statement);
      const flags = reader.u8();
      const bytes = reader.lp(maxCardBytes);
      reader.end();
      if (flags > 1) return undefined;
      read = { card: parseCard(crypto, bytes, now), wantsAnswer: flags === 1 };
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
