import { KeyshiftError } from '../../../shared/errors';
import { assertChainInForce, encodedOnce, recallChain, type VerifiedChain } from '../certificates/chain';
import type { LocalParty } from '../certificates/local-party';
import { ChainRefused, mayLapse, pinOfSender } from '../certificates/pinned-chain';
import type { Crypto } from '../crypto/crypto';
import type { DialTarget, HandshakeEnvironment } from './handshake-state';
import type { ResumeState } from './resume-keys';
import type { ResumptionEntry } from './resumption-entry';

/** What an entry is judged against. */
export type EntryEnvironment = Pick<HandshakeEnvironment, 'crypto' | 'local' | 'peers' | 'verified'>;

/** How far a clock may have gone back before an entry counts as made in the future (milliseconds). */
const clockToleranceMs = 24 * 3_600_000;

/**
 * The other side's chain, when everything the entry is bound to still holds: time, our device and chain, the other's pin,
 * newest list, device and validity, and that it is not blocked (A57). No signature is checked: that was done before the
 * entry was made. Undefined: the entry is of no use any more.
 */
export function peerOfEntry(env: EntryEnvironment, entry: ResumptionEntry, now: number): VerifiedChain | undefined {
  const { crypto, local, peers } = env;
  if (now >= entry.expiresAt || now < entry.madeAt - clockToleranceMs) return undefined;
  if (!crypto.equal(entry.ownInstanceHash, local.instance.credential.hash) || !crypto.equal(entry.ownChainHash, ownChainHash(crypto, local))) return undefined;
  try {
    const chain = recalled(env, entry);
    const pin = pinOfSender(crypto, local, peers, chain);
    assertChainInForce(chain, now, mayLapse(crypto, local, peers, chain.identity));
    const { identity, instance, list } = chain;
    const isSame = identity.peerId === entry.peerId && instance.instanceId === entry.peerInstance && crypto.equal(instance.hash, entry.peerInstanceHash);
    // A successor is pinned by a session of its own, never by one made from an older.
    const isPinned = !pin.isSuccessor && crypto.equal(pin.spkiHash, entry.pinnedSpkiHash) && crypto.equal(pin.spkiHash, identity.spkiHash);
    return isSame && isPinned && list.version >= (pin.listVersion ?? 0) ? chain : undefined;
  } catch (error) {
    if (error instanceof ChainRefused || error instanceof KeyshiftError) return undefined;
    throw error;
  }
}

/**
 * The chain of the device dialled, where an entry of another device of the same person may be shown to it (seed 003, figure 3; S4-21): the signed list
 * in force says so, of both. Addresses say nothing of it (A66).
 */
export function deviceBeside({ crypto, local, peers }: HandshakeEnvironment, entry: ResumptionEntry, { peerId, instanceId, device }: DialTarget, now: number): VerifiedChain | undefined {
  const pin = peers.pinned(peerId);
  if (!device || !pin || device.identity.peerId !== peerId || device.instance.instanceId !== instanceId) return undefined;
  const { list } = device;
  const listed = (hash: Uint8Array) => list.instances.find(({ state, credentialHash }) => state === 'active' && crypto.equal(credentialHash, hash));
  if (!crypto.equal(pin.spkiHash, device.identity.spkiHash) || list.version < (pin.listVersion ?? 0)) return undefined;
  const shownTo = listed(device.instance.hash);
  // An archive would refuse it (S4-30): a round trip saved, and what passes by once less.
  if (!listed(entry.peerInstanceHash) || !shownTo || shownTo.roles.includes('archive')) return undefined;
  try {
    assertChainInForce(device, now, mayLapse(crypto, local, peers, device.identity));
    return device;
  } catch (error) {
    if (error instanceof KeyshiftError) return undefined;
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

/** As it was parsed for a session before, or else parsed now: the bytes come from our own database. Throws `key.unacceptable`. */
function recalled({ crypto, verified }: EntryEnvironment, { peerChain, peerInstance }: ResumptionEntry): VerifiedChain {
  if (!verified) return recallChain(crypto, peerChain);
  // It passed before.
  const same = verified.sameOf(peerInstance, peerChain) as VerifiedChain | undefined;
  if (same) return same;
  const chain = verified.chainOf(crypto.sha256(peerChain), () => recallChain(crypto, peerChain));
  verified.passed(chain);
  // What the cache gives for these bytes passed here before, or comes from `recallChain` just now.
  return chain as VerifiedChain;
}

/** H(own chain as encoded). */
export function ownChainHash(crypto: Crypto, { chain }: Pick<LocalParty, 'chain'>): Uint8Array {
  return encodedOnce(crypto, chain).hash;
}
