import { encodeChain, maxChainBytes, type VerifiedCache } from '../certificates/chain';
import { encodeKeyElements, type KeyElement, parseKeyElements } from '../certificates/key-history';
import type { LocalExchange, LocalParty } from '../certificates/local-party';
import { ChainRefused, mayLapse, parseSendersChain, type PeerLookup, pinOfSender, verifySendersChain } from '../certificates/pinned-chain';
import type { Crypto } from '../crypto/crypto';
import { pad, unpad } from '../crypto/padding';
import { openSigned, sealSigned, selectorBytes, selectorOf } from '../crypto/sealed-envelope';
import type { PeerId } from '../ids';
import { Reader, WireError } from '../wire/reader';
import { concat, Writer } from '../wire/writer';
import { KeyshiftError } from '../../../shared/errors';
import { contextOf, recipientKeyOf } from './deposit';
import type { RemoteParty } from './dialog-types';

/**
 * Where an identity key of the recipient's led that the recipient may not know of (A71), on the way deposits go: for who can be reached by
 * mailbox alone (protocol.md §11).
 *
 * ```
 * told deposit  selector[8], made with "told-selector" | sealed envelope of purpose "told-deposit", signed by the teller's device
 * statement     pad(LP(teller's chain) | LP(steps))      chain <= 12 KiB; steps as in a key history, 1-16, <= 48 KiB
 * context       as of any deposit
 * ```
 * Nothing is believed for having been told: what counts are the signatures in the steps.
 */
const maxSteps = 16;
const maxStepsBytes = 48 * 1024;

export interface Told {
  /** Who tells: a contact, under the key known as theirs. */
  readonly peerId: PeerId;
  /** Structure only: no signature among them was looked at. */
  readonly elements: readonly KeyElement[];
}

/** As many of the first steps as one deposit takes: where they lead off the recipient's own way they prove it, however far they go. Throws `WireError` when that person's key is unusable, or for none. */
export function sealToldDeposit(crypto: Crypto, from: Pick<LocalParty, 'chain' | 'instance'>, to: Pick<RemoteParty, 'peerId' | 'exchange'>, elements: readonly KeyElement[]): Uint8Array {
  const chain = encodeChain(from.chain);
  const steps = encodeKeyElements(firstOf(elements));
  const envelope = sealSigned(crypto, 'told-deposit', {
    signing: from.instance.signing.secret,
    recipientKem: to.exchange.kemKey,
    recipientContext: contextOf(to.peerId, to.exchange.hash),
    statement: pad(new Writer(chain.length + steps.length + 8).lp(chain).lp(steps).finish()),
  });
  return concat(selectorOf(crypto, to.exchange.hash, envelope, 'told-selector'), envelope);
}

function firstOf(elements: readonly KeyElement[]): readonly KeyElement[] {
  const fits = (count: number): boolean => encodeKeyElements(elements.slice(0, count)).length <= maxStepsBytes;
  let count = Math.min(elements.length, maxSteps);
  while (count > 0 && !fits(count)) count -= 1;
  if (count === 0) throw new WireError('no step to tell');
  return elements.slice(0, count);
}

/** The exchange key it is sealed to; undefined for anything else. */
export function recipientKeyOfTold(crypto: Crypto, local: Pick<LocalParty, 'exchange'>, deposit: Uint8Array): LocalExchange | undefined {
  return recipientKeyOf(crypto, local, deposit, 'told-selector');
}

export interface ToldDepositParts {
  readonly crypto: Crypto;
  readonly local: LocalParty;
  readonly peers: PeerLookup;
  readonly verified?: VerifiedCache;
  /** Asked once, before the decapsulation. */
  readonly mayDecapsulate: () => boolean;
  /** Unix milliseconds. */
  readonly now: number;
}

/** What a contact's device sealed for this very person; undefined for everything else, also for another own device, which says such things otherwise. Changes nothing. */
export function openToldDeposit(parts: ToldDepositParts, deposit: Uint8Array): Told | undefined {
  const key = recipientKeyOfTold(parts.crypto, parts.local, deposit);
  if (!key || !parts.mayDecapsulate()) return undefined;
  try {
    return openWith(parts, key, deposit.subarray(selectorBytes));
  } catch (error) {
    if (error instanceof ChainRefused || error instanceof WireError || error instanceof KeyshiftError) return undefined;
    throw error;
  }
}

function openWith({ crypto, local, peers, verified, now }: ToldDepositParts, key: LocalExchange, envelope: Uint8Array): Told | undefined {
  let read: { readonly chain: ReturnType<typeof parseSendersChain>; readonly steps: Uint8Array } | undefined;
  const opened = openSigned(crypto, 'told-deposit', key.kem, contextOf(local.peerId, key.credential.hash), envelope, (padded) => {
    const statement = unpad(padded);
    if (!statement) return undefined;
    const reader = new Reader(statement);
    const [bytes, steps] = [reader.lp(maxChainBytes), reader.lp(maxStepsBytes)];
    reader.end();
    const chain = parseSendersChain(crypto, local, bytes);
    if (chain.identity.peerId === local.peerId) return undefined;
    read = { chain, steps };
    return chain.instance.signingKey;
  });
  opened?.contentKey.wipe();
  if (!opened || !read) return undefined;
  const { chain, steps } = read;
  const { peerId } = chain.identity;
  const { spkiHash, listVersion } = pinOfSender(crypto, local, peers, chain);
  verifySendersChain(crypto, chain, { peerId, pinnedSpkiHash: spkiHash, listVersion, now, mayLapse: mayLapse(crypto, local, peers, chain.identity), isAuthentic: () => true, ...(verified && { verified }) });
  const elements = parseKeyElements(crypto, steps);
  return elements.length >= 1 && elements.length <= maxSteps ? { peerId, elements } : undefined;
}
