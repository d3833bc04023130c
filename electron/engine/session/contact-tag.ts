import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import type { Secret } from '../crypto/secret';
import type { PeerId } from '../ids';

export const pairSecretBytes = 32;

/** HKDF(MK, "pair-secret"), 32 bytes: MK does not follow from it. */
export function pairSecretOf(crypto: Crypto, master: Secret<'session-master'>): Secret<'pair'> {
  return crypto.secret('pair', crypto.hkdf(master.bytes, 'pair-secret', pairSecretBytes));
}

/** HMAC(pair secret, "contact-tag" ‖ channel hash), 32 bytes: shows on this one channel that a contact asks, and to nobody else which (protocol.md §9). */
export function contactTag(crypto: Crypto, pairSecret: Uint8Array, channelHash: Uint8Array): Uint8Array {
  return crypto.hmac(pairSecret, label('contact-tag'), channelHash);
}

/** Whose tag this is. One HMAC for each secret, wherever it is found. */
export function contactOfTag(crypto: Crypto, tag: Uint8Array, channelHash: Uint8Array, secrets: Iterable<readonly [peerId: PeerId, pairSecret: Uint8Array]>): PeerId | undefined {
  let found: PeerId | undefined;
  for (const [peerId, pairSecret] of secrets) {
    if (crypto.equal(tag, contactTag(crypto, pairSecret, channelHash))) found ??= peerId;
  }
  return found;
}
