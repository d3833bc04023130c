import type { Crypto, KeyPair } from '../../engine/crypto/crypto';
import type { PeerId } from '../../engine/ids';
import { id16ToBytes, peerIdToBytes } from '../../engine/wire/ids';
import { Writer } from '../../engine/wire/writer';
import type { Fact } from './replica';

export const signatureBytes = 64;
export const signingKeyBytes = 32;

/** A fact with its author's word for it: whoever passes it on can change nothing, nor say anything in another device's name. */
export interface SignedFact extends Fact {
  /** Ed25519 of the author's signing key, 64 bytes. */
  readonly signature: Uint8Array;
}

/** peer id[32] ‖ author[16] ‖ number u64 ‖ stamp u64 ‖ kind LP ‖ key LP ‖ H(value)[32] (protocol.md §10). */
function bodyOf(crypto: Crypto, peerId: PeerId, { author, number, stamp, kind, key, value }: Fact): Uint8Array {
  return new Writer(192).fixed(peerIdToBytes(peerId)).fixed(id16ToBytes(author)).u64(number).u64(stamp).text(kind).text(key).fixed(crypto.sha256(value)).finish();
}

/** The same fact has the same signature each time. */
export function signFact(crypto: Crypto, peerId: PeerId, signing: KeyPair<'instance-signing'>, { author, number, stamp, kind, key, value }: Fact): SignedFact {
  const fact = { author, number, stamp, kind, key, value };
  return { ...fact, signature: crypto.sign('own-fact', signing.secret, bodyOf(crypto, peerId, fact)) };
}

export function isSigned(crypto: Crypto, peerId: PeerId, signingKey: Uint8Array, fact: SignedFact): boolean {
  return crypto.verify('own-fact', signingKey, bodyOf(crypto, peerId, fact), fact.signature);
}
