import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import { concat } from '../wire/writer';

/**
 * What a device shows on the local network so that contacts recognise it, and nobody else (protocol.md §11):
 *
 * lan tag   nonce[8] | tag of the newest exchange credential[8] | tag of the one before it[8]
 * tag       first 8 bytes of HMAC(H(label("lan-tag") ‖ exchange credential hash), nonce)
 *
 * Two of them, because a contact may have heard of this week's credential or of last week's only. Whoever has one has only
 * random bytes in the other place.
 */
const nonceBytes = 8;
const tagBytes = 8;
const announcedTags = 2;
export const lanTagBytes = nonceBytes + announcedTags * tagBytes;

/** `exchangeHashes`: of the own exchange credentials, newest first. Fresh at each call. */
export function lanTag(crypto: Crypto, exchangeHashes: readonly Uint8Array[]): Uint8Array {
  const nonce = crypto.random(nonceBytes);
  const keys = exchangeHashes.slice(0, announcedTags).map((hash) => lanTagKey(crypto, hash));
  while (keys.length < announcedTags) keys.push(crypto.random(32));
  return concat(nonce, ...keys.map((key) => tagOf(crypto, key, nonce)));
}

/** By what a person's tags are recognised: 32 bytes for one of their exchange credentials. */
export function lanTagKey(crypto: Crypto, exchangeHash: Uint8Array): Uint8Array {
  return crypto.sha256(label('lan-tag'), exchangeHash);
}

/** Whether one of the tags was made with the key. False for anything of another length. */
export function matchesLanTag(crypto: Crypto, lan: Uint8Array, key: Uint8Array): boolean {
  if (lan.length !== lanTagBytes) return false;
  const expected = tagOf(crypto, key, lan.subarray(0, nonceBytes));
  let matches = false;
  for (let at = nonceBytes; at < lanTagBytes; at += tagBytes) {
    matches = crypto.equal(expected, lan.subarray(at, at + tagBytes)) || matches;
  }
  return matches;
}

function tagOf(crypto: Crypto, key: Uint8Array, nonce: Uint8Array): Uint8Array {
  return crypto.hmac(key, nonce).subarray(0, tagBytes);
}
