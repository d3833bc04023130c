import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import type { InstanceId, PeerId } from '../ids';
import { instanceIdFromBytes, peerIdFromBytes } from '../wire/ids';

/** H(SPKI): the pin, 32 bytes. Over the DER of SubjectPublicKeyInfo and nothing else (S5-06). */
export function spkiHash(crypto: Crypto, spki: Uint8Array): Uint8Array {
  return crypto.sha256(spki);
}

/** Peer id of the person whose first identity key this is (protocol.md §1). */
export function peerIdOf(crypto: Crypto, spki: Uint8Array): PeerId {
  return peerIdFromBytes(spkiHash(crypto, spki));
}

/** First 16 bytes of H(LP("keyshift/2 instance") ‖ Ed25519 public key). */
export function instanceIdOf(crypto: Crypto, signingKey: Uint8Array): InstanceId {
  return instanceIdFromBytes(crypto.sha256(label('instance'), signingKey).subarray(0, 16));
}
