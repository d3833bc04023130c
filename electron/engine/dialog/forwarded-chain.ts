import type { VerifiedCache, VerifiedChain } from '../certificates/chain';
import type { LocalParty } from '../certificates/local-party';
import { ChainRefused, type ChainRefusal, parseSendersChain, mayLapse, type PeerLookup, pinOfSender, verifySendersChain } from '../certificates/pinned-chain';
import type { Crypto } from '../crypto/crypto';
import type { InstanceId, PeerId } from '../ids';
import type { FormerPin } from './deposit';

export interface ForwardedChainParts {
  readonly crypto: Crypto;
  readonly local: LocalParty;
  readonly peers: PeerLookup;
  readonly verified: VerifiedCache;
  /** The keys a person had before the pinned one, while messages made under them may still be on their way (S5-34). */
  readonly predecessorsOf: (peerId: PeerId) => readonly FormerPin[];
  /** Whether this is an active device of theirs by the newest list known. */
  readonly isActive: (peerId: PeerId, instanceId: InstanceId) => boolean;
  /** Unix milliseconds. */
  readonly now: number;
}

/** `later`: the person, or the key, may still become known here. */
export type ForwardedChain = { readonly source: VerifiedChain } | { readonly refused: ChainRefusal | 'removed'; readonly later: boolean };

const mayCome: ReadonlySet<ChainRefusal> = new Set(['not-a-contact', 'contact.key-mismatch', 'lapsed']);

/**
 * The chain under which another own device accepted a contact's message, judged as if the contact had shown it here
 * (protocol.md §10). Only the list inside may be older than the newest one known, as long as that has the device.
 */
export function sourceOfForwarded(parts: ForwardedChainParts, bytes: Uint8Array): ForwardedChain {
  const { crypto, local, peers, verified, now } = parts;
  try {
    const chain = parseSendersChain(crypto, local, bytes, { verified, bytesHash: crypto.sha256(bytes) });
    const { peerId, spkiHash } = chain.identity;
    if (peerId === local.peerId) return { refused: 'own-instance', later: false };
    const pin = pinOfSender(crypto, local, peers, chain);
    if (!parts.isActive(peerId, chain.instance.instanceId)) return { refused: 'removed', later: false };
    const former = crypto.equal(spkiHash, pin.spkiHash) ? undefined : parts.predecessorsOf(peerId).find((each) => now <= each.until && crypto.equal(each.spkiHash, spkiHash));
    const source = verifySendersChain(crypto, chain, { peerId, pinnedSpkiHash: former?.spkiHash ?? pin.spkiHash, listVersion: undefined, now, mayLapse: mayLapse(crypto, local, peers, chain.identity), isAuthentic: () => true, verified });
    return { source };
  } catch (error) {
    if (error instanceof ChainRefused) return { refused: error.reason, later: mayCome.has(error.reason) };
    throw error;
  }
}
