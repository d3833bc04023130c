import type { LocalExchange, LocalParty } from '../certificates/local-party';
import { type Chain, encodeChain, maxChainBytes, type VerifiedCache, type VerifiedChain } from '../certificates/chain';
import { ChainRefused, type ChainRefusal, mayLapse, parseSendersChain, type PeerLookup, pinOfSender, verifySendersChain } from '../certificates/pinned-chain';
import type { Crypto } from '../crypto/crypto';
import { pad, unpad } from '../crypto/padding';
import { envelopeOverhead, openSigned, sealSigned, selectorBytes, selectorOf } from '../crypto/sealed-envelope';
import type { Secret } from '../crypto/secret';
import type { InstanceId, PeerId } from '../ids';
import { peerIdToBytes } from '../wire/ids';
import { Reader, WireError } from '../wire/reader';
import { concat, Writer } from '../wire/writer';
import type { RemoteParty } from './dialog-types';
import { maxMessageBytes, spanOfMessage } from './message-layout';

/**
 * A message on a way of its own: outside a session, opened by whoever holds the exchange key, from nothing but these
 * bytes (protocol.md §11; S1-48, S1-50).
 *
 * ```
 * deposit    selector[8] | sealed envelope of purpose "deposit" (§3), signed by the sender's device
 * statement  pad(LP(sender's chain) | LP(canonical message))
 * context    recipient peer id[32] | H(recipient's exchange credential)[32]        signed, not sent
 * ```
 * Who sends stands inside only; the padding keeps the length of a name from telling senders apart. The message is the
 * canonical bytes of the outbox: whichever way it comes, it is the same message and counts once (A22).
 */
export const maxDepositBytes = 70_000;
const signatureBytes = 64;
const minDepositBytes = selectorBytes + envelopeOverhead + signatureBytes;

export interface DepositContent {
  /** Encoded chain of the sender. */
  readonly chain: Uint8Array;
  readonly message: Uint8Array;
  readonly signing: Secret<'instance-signing'>;
  readonly recipient: { readonly peerId: PeerId; readonly credentialHash: Uint8Array; readonly kemKey: Uint8Array };
}

/** From parts as they stand on the wire. Throws `WireError` when the recipient's key is unusable. */
export function encodeDeposit(crypto: Crypto, { chain, message, signing, recipient }: DepositContent): Uint8Array {
  const envelope = sealSigned(crypto, 'deposit', {
    signing,
    recipientKem: recipient.kemKey,
    recipientContext: contextOf(recipient.peerId, recipient.credentialHash),
    statement: pad(new Writer(chain.length + message.length + 8).lp(chain).lp(message).finish()),
  });
  return concat(selectorOf(crypto, recipient.credentialHash, envelope), envelope);
}

/** One message of the outbox for one person. Throws `WireError` when that person's key is unusable. */
export function sealDeposit(crypto: Crypto, from: Pick<LocalParty, 'chain' | 'instance'>, to: Pick<RemoteParty, 'peerId' | 'exchange'>, message: Uint8Array): Uint8Array {
  return encodeDeposit(crypto, {
    chain: encodeChain(from.chain),
    message,
    signing: from.instance.signing.secret,
    recipient: { peerId: to.peerId, credentialHash: to.exchange.hash, kemKey: to.exchange.kemKey },
  });
}

/** The exchange key a deposit of this purpose is sealed to, by its selector: one hash per key held. Undefined for anything that is not for this person. */
export function recipientKeyOf(crypto: Crypto, local: Pick<LocalParty, 'exchange'>, deposit: Uint8Array, purpose?: Parameters<typeof selectorOf>[3]): LocalExchange | undefined {
  if (deposit.length < minDepositBytes || deposit.length > maxDepositBytes) return undefined;
  const selector = deposit.subarray(0, selectorBytes);
  const envelope = deposit.subarray(selectorBytes);
  return local.exchange.all().find(({ credential }) => crypto.equal(selector, selectorOf(crypto, credential.hash, envelope, purpose)));
}

export interface DepositParts {
  readonly crypto: Crypto;
  readonly local: LocalParty;
  readonly peers: PeerLookup;
  readonly verified?: VerifiedCache;
  /** The keys a person had before the pinned one, while messages made under them may still be on their way (S5-34). */
  readonly predecessorsOf?: (peerId: PeerId) => readonly FormerPin[];
  /** Asks the budget; called at most once per deposit. */
  readonly mayDecapsulate: () => boolean;
  /** Unix milliseconds. */
  readonly now: number;
}

export interface FormerPin {
  readonly spkiHash: Uint8Array;
  /** Unix milliseconds. */
  readonly until: number;
  /** Whether this device is one of theirs by the list of today. */
  isActive(instanceId: InstanceId): boolean;
}

/** A good deposit of this person under a key that is not known as theirs: it may become readable (protocol.md §9, S5-30). */
export interface Suspect {
  readonly peerId: PeerId;
  /** H(SPKI) of the key it came under, 32 bytes. */
  readonly spkiHash: Uint8Array;
  /** Good in itself, and the deposit is signed by its device: only whose key it is does not hold. */
  readonly chain: Chain;
  /** It is their key, but its certificate ended too long ago to count without the user's word. */
  readonly lapsed?: boolean;
}

/** For logs and tests; from outside every refusal is the same. */
export type DepositRefusal = ChainRefusal | 'not-for-us' | 'throttled' | 'envelope' | 'layout';

export type OpenedDeposit =
  | { readonly kind: 'opened'; readonly source: VerifiedChain; /** Canonical bytes, for the ordinary receiving path. */ readonly message: Uint8Array }
  | { readonly kind: 'refused'; readonly reason: DepositRefusal; readonly suspect?: Suspect };

/**
 * Size, selector, budget, one decapsulation, pin, signature, chain: in the order of their cost. Changes nothing and says
 * nothing of the message, which `DialogEngine.receive` judges like any other.
 */
export function openDeposit(parts: DepositParts, deposit: Uint8Array): OpenedDeposit {
  const { crypto, local } = parts;
  const key = recipientKeyOf(crypto, local, deposit);
  if (!key) return refused('not-for-us');
  if (!parts.mayDecapsulate()) return refused('throttled');
  try {
    return openWith(parts, key, deposit.subarray(selectorBytes));
  } catch (error) {
    if (error instanceof ChainRefused) return refused(error.reason);
    if (error instanceof WireError) return refused('layout');
    throw error;
  }
}

function openWith(parts: DepositParts, key: LocalExchange, envelope: Uint8Array): OpenedDeposit {
  const { crypto, local, peers, now } = parts;
  let read: { readonly chain: ReturnType<typeof parseSendersChain>; readonly pin: ReturnType<typeof pinOfSender>; readonly message: Uint8Array } | undefined;
  const opened = openSigned(crypto, 'deposit', key.kem, contextOf(local.peerId, key.credential.hash), envelope, (statement) => {
    const { chain: bytes, message } = parseStatement(statement);
    const chain = parseSendersChain(crypto, local, bytes);
    read = { chain, pin: pinOfSender(crypto, local, peers, chain), message };
    return chain.instance.signingKey;
  });
  opened?.contentKey.wipe();
  if (!opened || !read) return refused('envelope');
  const { chain, pin, message } = read;
  const { peerId, spkiHash } = chain.identity;
  const former = crypto.equal(spkiHash, pin.spkiHash) ? undefined : formerPin(parts, chain);
  try {
    const source = verifySendersChain(crypto, chain, {
      peerId,
      pinnedSpkiHash: former?.spkiHash ?? pin.spkiHash,
      // What was under way when the key changed names the list of that time.
      listVersion: former ? undefined : pin.listVersion,
      now,
      mayLapse: mayLapse(crypto, local, peers, chain.identity),
      isAuthentic: () => true,
      ...(parts.verified && { verified: parts.verified }),
    });
    return { kind: 'opened', source, message };
  } catch (error) {
    if (!(error instanceof ChainRefused) || (error.reason !== 'contact.key-mismatch' && error.reason !== 'lapsed')) throw error;
    return { ...refused(error.reason), suspect: { peerId, spkiHash, chain, ...(error.reason === 'lapsed' && { lapsed: true }) } };
  }
}

function formerPin({ crypto, now, predecessorsOf }: DepositParts, { identity, instance }: Chain): FormerPin | undefined {
  const former = predecessorsOf?.(identity.peerId).find(({ spkiHash, until }) => now <= until && crypto.equal(spkiHash, identity.spkiHash));
  return former?.isActive(instance.instanceId) === true ? former : undefined;
}

/**
 * Place of a message in its stream, for putting many into order before they are received: what came in any order then
 * waits nowhere. Control messages come last. Not authenticated; nothing is believed because of it.
 */
export function placeOf(message: Uint8Array): number {
  const span = spanOfMessage(Buffer.from(message.buffer, message.byteOffset, message.length));
  if (!span) return Number.POSITIVE_INFINITY;
  return span.control ? Number.MAX_SAFE_INTEGER : span.sequence;
}

/** Throws `WireError`. */
function parseStatement(padded: Uint8Array): { readonly chain: Uint8Array; readonly message: Uint8Array } {
  const statement = unpad(padded);
  if (!statement) throw new WireError('padding is not canonical');
  const reader = new Reader(statement);
  const parts = { chain: reader.lp(maxChainBytes), message: reader.lp(maxMessageBytes) };
  reader.end();
  return parts;
}

/** What every deposit is bound to: for whom, and to which key of theirs. Both of fixed length. */
export function contextOf(peerId: PeerId, credentialHash: Uint8Array): Uint8Array {
  return concat(peerIdToBytes(peerId), credentialHash);
}

function refused(reason: DepositRefusal): Extract<OpenedDeposit, { kind: 'refused' }> {
  return { kind: 'refused', reason };
}
