import { KeyshiftError } from '../../../shared/errors';
import type { Crypto } from '../crypto/crypto';
import type { InstanceId, PeerId } from '../ids';
import { type Chain, IdentityLapsed, parseChain, type VerifiedCache, type VerifiedChain, verifyChain } from './chain';
import type { LocalParty } from './local-party';

/** What is pinned of a person (protocol.md §2): contacts are pins, never authorities (A46). */
export interface Pin {
  readonly spkiHash: Uint8Array;
  readonly blocked: boolean;
  /** Blocked for no other reason than that two keys are in question (A73): another one than the pinned key is refused as such, and may be asked about. */
  readonly frozen?: boolean;
  /** A later key that the pinned one vouches for: taken too, and pinned once somebody proved to hold it (S5-09). 32 bytes. */
  readonly successor?: Uint8Array;
  /** The recovery key named the successor: the pinned key counts for nothing any more, and its lists of devices neither (A71). */
  readonly overtaken?: boolean;
  /** Version of the newest instance list seen; an older one is refused. */
  readonly listVersion?: number;
  /** The user said that the certificate of this very key counts past its end, and that still holds. */
  readonly mayLapse?: boolean;
}

export interface PeerLookup {
  pinned(peerId: PeerId): Pin | undefined;
  /** Another device of that person stopped this one, and their identity has not spoken since (protocol.md §10). */
  isSuspended?(peerId: PeerId, instanceId: InstanceId): boolean;
}

export type ChainRefusal = 'chain' | 'own-instance' | 'not-a-contact' | 'blocked' | 'contact.key-mismatch' | 'list-version' | /** Nothing is wrong but that the identity certificate ended long ago: the user may say that it counts. */ 'lapsed';

/** Why a sender's chain was not taken. For logs and tests; the sender never learns it. */
export class ChainRefused extends Error {
  readonly reason: ChainRefusal;
  /** With `contact.key-mismatch`: whose key it is not; with `lapsed`: whose it is. */
  readonly peerId: PeerId | undefined;

  constructor(reason: ChainRefusal, peerId?: PeerId) {
    super(reason);
    this.reason = reason;
    this.peerId = peerId;
  }
}

type OwnSide = Pick<LocalParty, 'peerId' | 'instanceId' | 'identity' | 'instance' | 'list'>;

/** The chain somebody else sent with a handshake message or a deposit, structure only. Never this very device's own (A43). One that passed before is not parsed again. */
export function parseSendersChain(crypto: Crypto, local: OwnSide, bytes: Uint8Array, kept?: { readonly verified: VerifiedCache; readonly bytesHash: Uint8Array }): Chain {
  let chain: Chain;
  try {
    const parse = (): Chain => parseChain(crypto, bytes);
    chain = kept ? kept.verified.chainOf(kept.bytesHash, parse) : parse();
  } catch {
    throw new ChainRefused('chain');
  }
  if (chain.instance.instanceId === local.instanceId || crypto.equal(chain.instance.signingKey, local.instance.credential.signingKey)) throw new ChainRefused('own-instance');
  return chain;
}

export interface SendersPin {
  /** What the sender's key must hash to: the pin, or its successor where the sender shows that one. 32 bytes. */
  readonly spkiHash: Uint8Array;
  readonly isSuccessor: boolean;
  readonly listVersion: number | undefined;
}

/**
 * The pin of a sender: a contact's, or our own identity's for another device of ours. Such a device must be active on
 * the list we hold: a removed one could show an older list.
 */
export function pinOfSender(crypto: Crypto, local: OwnSide, peers: PeerLookup, { identity, instance }: Chain): SendersPin {
  const { peerId } = identity;
  if (peerId === local.peerId) {
    const listed = local.list.instances.some((entry) => entry.state === 'active' && crypto.equal(entry.credentialHash, instance.hash));
    if (!listed) throw new ChainRefused('not-a-contact');
    return { spkiHash: local.identity.spkiHash, isSuccessor: false, listVersion: undefined };
  }
  const pin = peers.pinned(peerId);
  if (!pin) throw new ChainRefused('not-a-contact');
  const isBlocked = pin.blocked && !(pin.frozen === true && !crypto.equal(pin.spkiHash, identity.spkiHash));
  if (isBlocked || peers.isSuspended?.(peerId, instance.instanceId) === true) throw new ChainRefused('blocked');
  const isSuccessor = isUnderSuccessor(crypto, pin, identity.spkiHash);
  if (isOvertaken(crypto, pin, identity.spkiHash)) throw new ChainRefused('blocked');
  return { spkiHash: isSuccessor ? identity.spkiHash : pin.spkiHash, isSuccessor, listVersion: listVersionFor(crypto, pin, identity.spkiHash) };
}

/** Whether this is the pinned key, which the recovery key took out of use. */
export function isOvertaken(crypto: Crypto, { spkiHash, overtaken }: Pick<Pin, 'spkiHash' | 'overtaken'>, shown: Uint8Array): boolean {
  return overtaken === true && crypto.equal(spkiHash, shown);
}

/** The lowest version of a device list that counts under this key. Whoever had to recover may have lost the newest list. */
export function listVersionFor(crypto: Crypto, pin: Pin, shown: Uint8Array): number | undefined {
  return pin.overtaken === true && isUnderSuccessor(crypto, pin, shown) ? undefined : pin.listVersion;
}

/** Whether this is the later key that the pinned one vouches for. */
export function isUnderSuccessor(crypto: Crypto, { spkiHash, successor }: Pick<Pin, 'spkiHash' | 'successor'>, shown: Uint8Array): boolean {
  return successor !== undefined && crypto.equal(successor, shown) && !crypto.equal(spkiHash, shown);
}

/** The pin may have changed, or the person been blocked, while the handshake was under way. */
export function isStillPinned(crypto: Crypto, peers: PeerLookup, { identity, instance }: VerifiedChain): boolean {
  const pin = peers.pinned(identity.peerId);
  if (peers.isSuspended?.(identity.peerId, instance.instanceId) === true) return false;
  return pin !== undefined && !pin.blocked && !isOvertaken(crypto, pin, identity.spkiHash) && (crypto.equal(pin.spkiHash, identity.spkiHash) || isUnderSuccessor(crypto, pin, identity.spkiHash));
}

/** Whether a certificate of this key counts past its end (protocol.md §2): between own devices always, of a contact where the user said so. */
export function mayLapse(crypto: Crypto, local: Pick<LocalParty, 'peerId'>, peers: PeerLookup, { peerId, spkiHash }: Chain['identity']): boolean {
  if (peerId === local.peerId) return true;
  const pin = peers.pinned(peerId);
  return pin?.mayLapse === true && crypto.equal(pin.spkiHash, spkiHash);
}

export interface SenderExpectation {
  readonly peerId: PeerId;
  readonly pinnedSpkiHash: Uint8Array;
  readonly listVersion: number | undefined;
  /** Unix milliseconds. */
  readonly now: number;
  readonly verified?: VerifiedCache;
  /** By `mayLapse`. */
  readonly mayLapse: boolean;
  /** Whether the message is well-formed and signed under the chain's own keys: only then is another key a key change. */
  readonly isAuthentic: () => boolean;
}

/**
 * The chain, verified against the pin. Throws `ChainRefused`: `contact.key-mismatch` for a well-formed authentication of
 * the same peer id under another key, which rekeying acts on (protocol.md §9).
 */
export function verifySendersChain(crypto: Crypto, chain: Chain, expected: SenderExpectation): VerifiedChain {
  let verified: VerifiedChain;
  try {
    verified = verifyChain(crypto, chain, {
      now: expected.now,
      pinnedSpkiHash: expected.pinnedSpkiHash,
      expectedPeerId: expected.peerId,
      mayLapse: expected.mayLapse,
      ...(expected.verified && { verified: expected.verified }),
    });
  } catch (error) {
    if (!(error instanceof KeyshiftError)) throw error;
    if (error.code === 'contact.key-mismatch' && expected.isAuthentic()) throw new ChainRefused('contact.key-mismatch', expected.peerId);
    const isLapsed = error instanceof IdentityLapsed && chain.list.version >= (expected.listVersion ?? 0) && expected.isAuthentic();
    throw isLapsed ? new ChainRefused('lapsed', expected.peerId) : new ChainRefused('chain');
  }
  if (verified.list.version < (expected.listVersion ?? 0)) throw new ChainRefused('list-version');
  return verified;
}
