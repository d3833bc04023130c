import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import type { Secret } from '../crypto/secret';
import type { PeerId } from '../ids';

const pairSecretBytes = 32;

/** HKDF(MK, "pair-secret"), 32 bytes: MK does not follow from it. */
export function pairSecretOf(crypto: Crypto, master: Secret<'session-master'>): Secret<'pair'> {
  return crypto.secret('pair', crypto.hkdf(master.bytes, 'pair-secret', pairSecretBytes));
}

/** HMAC(pair secret, "contact-tag" ‖ channel hash), 32 bytes: shows on this one channel that a contact asks, and to nobody else which (protocol.md §9). */
export function contactTag(crypto: Crypto, pairSecret: Uint8Array, channelHash: Uint8Array): Uint8Array {
  return crypto.hmac(pairSecret, label('contact-tag'), channelHash);
}

/**
 * What the two sides of a refused M1 have in common, where its recipient could open it: HKDF(CN, "pair-secret"), 32 bytes. No session ever comes of that CN.
 * It shows who was refused to nobody but the one who did that (protocol.md §9).
 */
export function refusedSecretOf(crypto: Crypto, cn: Secret<'content'>): Secret<'pair'> {
  return crypto.secret('pair', crypto.hkdf(cn.bytes, 'pair-secret', pairSecretBytes));
}

/** HMAC(secret of a refused M1, "contact-tag" ‖ channel hash ‖ nonce of the question), 32 bytes: whoever asks back opened that M1. */
export function askedBackTag(crypto: Crypto, secret: Uint8Array, channelHash: Uint8Array, nonce: Uint8Array): Uint8Array {
  return crypto.hmac(secret, label('contact-tag'), channelHash, nonce);
}

/** Whose tag this is. One HMAC for each secret, wherever it is found. */
export function contactOfTag(crypto: Crypto, tag: Uint8Array, channelHash: Uint8Array, secrets: Iterable<readonly [peerId: PeerId, pairSecret: Uint8Array]>): PeerId | undefined {
  let found: PeerId | undefined;
  for (const [peerId, pairSecret] of secrets) {
    if (crypto.equal(tag, contactTag(crypto, pairSecret, channelHash))) found ??= peerId;
  }
  return found;
}
