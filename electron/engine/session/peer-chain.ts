import { type Chain, parseChain, verifyChain, type VerifiedChain } from '../certificates/chain';
import { KeyshiftError } from '../../../shared/errors';
import type { PeerId } from '../ids';
import { Abort } from './failure';
import type { HandshakeEnvironment } from './handshake-state';

/** The chain a handshake message carries, structure only. Never this very device's own (A43). */
export function parsePeerChain(env: HandshakeEnvironment, bytes: Uint8Array): Chain {
  let chain: Chain;
  try {
    chain = parseChain(env.crypto, bytes);
  } catch {
    throw new Abort('chain');
  }
  const { local } = env;
  if (chain.instance.instanceId === local.instanceId || env.crypto.equal(chain.instance.signingKey, local.instance.credential.signingKey)) throw new Abort('own-instance');
  return chain;
}

export interface ChainExpectation {
  readonly peerId: PeerId;
  readonly pinnedSpkiHash: Uint8Array;
  readonly listVersion: number | undefined;
  readonly now: number;
  /** Whether the message is well-formed and signed under the chain's own keys: only then is another key a key change. */
  readonly isAuthentic: () => boolean;
}

/**
 * The chain, verified against the pin. Throws `Abort`: `contact.key-mismatch` for a well-formed authentication of the
 * same peer id under another key, which rekeying acts on (protocol.md §9).
 */
export function verifyPeerChain(env: HandshakeEnvironment, chain: Chain, expected: ChainExpectation): VerifiedChain {
  let verified: VerifiedChain;
  try {
    verified = verifyChain(env.crypto, chain, {
      now: expected.now,
      pinnedSpkiHash: expected.pinnedSpkiHash,
      expectedPeerId: expected.peerId,
      ...(env.verified && { verified: env.verified }),
    });
  } catch (error) {
    if (!(error instanceof KeyshiftError)) throw error;
    if (error.code === 'contact.key-mismatch' && expected.isAuthentic()) throw new Abort('contact.key-mismatch', expected.peerId);
    throw new Abort('chain');
  }
  if (verified.list.version < (expected.listVersion ?? 0)) throw new Abort('list-version');
  return verified;
}

/**
 * The pin of a sender: a contact's, or our own identity's for another device of ours. Such a device must be active on
 * the list we hold: a removed one could show an older list.
 */
export function pinOf(env: HandshakeEnvironment, { identity: { peerId }, instance }: Chain): { readonly spkiHash: Uint8Array; readonly listVersion: number | undefined } {
  const { local } = env;
  if (peerId === local.peerId) {
    const listed = local.list.instances.some((entry) => entry.state === 'active' && env.crypto.equal(entry.credentialHash, instance.hash));
    if (!listed) throw new Abort('not-a-contact');
    return { spkiHash: local.identity.spkiHash, listVersion: undefined };
  }
  const pin = env.peers.pinned(peerId);
  if (!pin) throw new Abort('not-a-contact');
  if (pin.blocked) throw new Abort('blocked');
  return { spkiHash: pin.spkiHash, listVersion: pin.listVersion };
}
