import { KeyshiftError } from '../../../shared/errors';
import { assertChainInForce, type Chain, encodeChain, recallChain, type VerifiedChain } from '../certificates/chain';
import type { LocalParty } from '../certificates/local-party';
import { ChainRefused, pinOfSender } from '../certificates/pinned-chain';
import type { Crypto } from '../crypto/crypto';
import type { HandshakeEnvironment } from './handshake-state';
import type { ResumeState } from './resume-keys';
import type { ResumptionEntry } from './resumption-entry';

/** How far a clock may have gone back before an entry counts as made in the future (milliseconds). */
const clockToleranceMs = 24 * 3_600_000;

/**
 * The other side's chain, when everything the entry is bound to still holds: time, our device and chain, the other's pin,
 * newest list, device and validity, and that it is not blocked (A57). No signature is checked: that was done before the
 * entry was made. Undefined: the entry is of no use any more.
 */
export function peerOfEntry(env: HandshakeEnvironment, entry: ResumptionEntry, now: number): VerifiedChain | undefined {
  const { crypto, local, peers } = env;
  if (now >= entry.expiresAt || now < entry.madeAt - clockToleranceMs) return undefined;
  if (!crypto.equal(entry.ownInstanceHash, local.instance.credential.hash) || !crypto.equal(entry.ownChainHash, ownChainHash(crypto, local))) return undefined;
  try {
    const chain = recallChain(crypto, entry.peerChain);
    const pin = pinOfSender(crypto, local, peers, chain);
    assertChainInForce(chain, now);
    const { identity, instance, list } = chain;
    const isSame = identity.peerId === entry.peerId && crypto.equal(instance.hash, entry.peerInstanceHash);
    const isPinned = crypto.equal(pin.spkiHash, entry.pinnedSpkiHash) && crypto.equal(pin.spkiHash, identity.spkiHash);
    return isSame && isPinned && list.version >= (pin.listVersion ?? 0) ? chain : undefined;
  } catch (error) {
    if (error instanceof ChainRefused || error instanceof KeyshiftError) return undefined;
    throw error;
  }
}

/**
 * Whether what we sent cannot be what the other side received: it knows more of the session than we do, or something
 * else. Then our state was rolled back or copied, and a resumption would hide it.
 */
export function isStale(crypto: Crypto, entry: Pick<ResumptionEntry, 'sent'>, theirs: ResumeState): boolean {
  if (theirs.counter !== entry.sent.counter) return theirs.counter > entry.sent.counter;
  return !crypto.equal(theirs.digest, entry.sent.digest.subarray(0, theirs.digest.length));
}

const hashes = new WeakMap<Chain, Uint8Array>();

/** H(own chain as encoded), remembered per chain. */
export function ownChainHash(crypto: Crypto, { chain }: Pick<LocalParty, 'chain'>): Uint8Array {
  let hash = hashes.get(chain);
  if (!hash) {
    hash = crypto.sha256(encodeChain(chain));
    hashes.set(chain, hash);
  }
  return hash;
}
