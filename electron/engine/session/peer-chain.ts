import { type Chain, chainOfOwnDevice, type VerifiedChain } from '../certificates/chain';
import { ChainRefused, isUnderSuccessor, mayLapse, parseSendersChain, pinOfSender, type SenderExpectation, type SendersPin, verifySendersChain } from '../certificates/pinned-chain';
import { isLapsed } from '../certificates/validity';
import { Abort } from './failure';
import type { DialTarget, HandshakeEnvironment } from './handshake-state';
import { isInStep, isOwnDevice } from './own-device';

// The checks themselves are those of every sender, whichever way its words came; here a refusal ends the handshake.

/** The chain a handshake message carries, structure only. Never this very device's own (A43). `bytesHash`: H(bytes). Throws `Abort`. */
export function parsePeerChain({ crypto, local, verified }: HandshakeEnvironment, bytes: Uint8Array, bytesHash: Uint8Array): Chain {
  return orAbort(() => parseSendersChain(crypto, local, bytes, verified && { verified, bytesHash }));
}

/**
 * The chain, verified against the pin. Throws `Abort`. An older device list than the known one is no reason here: such a
 * device is told so in a session that serves nothing else.
 */
export function verifyPeerChain(env: HandshakeEnvironment, chain: Chain, expected: Omit<SenderExpectation, 'verified' | 'listVersion' | 'mayLapse'>): VerifiedChain {
  if (isBehind(env, chain)) {
    if (!expected.isAuthentic()) throw new Abort('signature');
    return chainOfOwnDevice(chain);
  }
  return orAbort(() => verifySendersChain(env.crypto, chain, { ...expected, listVersion: undefined, mayLapse: isLapsed(chain.identity, expected.now) && mayLapse(env.crypto, env.local, env.peers, chain.identity), ...(env.verified && { verified: env.verified }) }), chain);
}

/** The pin of a sender. Throws `Abort`. */
export function pinOf(env: HandshakeEnvironment, chain: Chain): SendersPin {
  const { crypto, local } = env;
  if (isBehind(env, chain)) return { spkiHash: chain.identity.spkiHash, isSuccessor: false, listVersion: undefined };
  // One that this device has not heard of yet shows the list that names it.
  const isNew = env.takesBehind === true && chain.identity.peerId === local.peerId && chain.list.version > local.list.version && crypto.equal(chain.identity.spkiHash, local.identity.spkiHash);
  if (isNew) return { spkiHash: local.identity.spkiHash, isSuccessor: false, listVersion: undefined };
  return orAbort(() => pinOfSender(env.crypto, env.local, env.peers, chain));
}

/** What the key of whoever was dialled must hash to: the pin dialled, or the successor that is known of it where that one is shown. */
export function pinDialled({ crypto, peers }: HandshakeEnvironment, { peerId, pinnedSpkiHash }: DialTarget, { identity }: Chain): Uint8Array {
  const pin = peers.pinned(peerId);
  return pin && isUnderSuccessor(crypto, pin, identity.spkiHash) ? identity.spkiHash : pinnedSpkiHash;
}

/** An own device that shows something else than this one knows, or is no active one. */
function isBehind({ crypto, local, peers, takesBehind }: HandshakeEnvironment, chain: Chain): boolean {
  return takesBehind === true && isOwnDevice(local, chain) && !isInStep(crypto, local, peers, chain);
}

function orAbort<T>(check: () => T, chain?: Chain): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof ChainRefused) throw new Abort(error.reason, error.reason === 'contact.key-mismatch' || error.reason === 'lapsed' ? chain : undefined);
    throw error;
  }
}
