import { sodium } from './native';

/** How many hashes are done between two turns of the event loop: some ten milliseconds. */
const chunk = 16_384;
const hashBytes = 32;
/** Block of SHA-256. */
const block = 64;
/** "This is a key for a MAC" (RFC 7292 B.3). */
const macId = 3;

/**
 * The MAC key of a PKCS #12 file (RFC 7292 B.2 with SHA-256; its 32 bytes are one round, so nothing is added up). `passphrase`: UTF-16 with
 * its two zeros. `turn`: lets others work; called again and again. The caller wipes the result.
 */
export async function pkcs12MacKey(passphrase: Uint8Array, salt: Uint8Array, iterations: number, turn: () => Promise<void>): Promise<Uint8Array> {
  const first = new Uint8Array(block + padded(salt.length) + padded(passphrase.length));
  first.fill(macId, 0, block);
  repeat(salt, first.subarray(block, block + padded(salt.length)));
  repeat(passphrase, first.subarray(block + padded(salt.length)));
  const key = new Uint8Array(hashBytes);
  const next = new Uint8Array(hashBytes);
  sodium.crypto_hash_sha256(key, first);
  first.fill(0);
  for (let done = 1; done < iterations; ) {
    const until = Math.min(iterations, done + chunk);
    for (; done < until; done += 1) {
      sodium.crypto_hash_sha256(next, key);
      key.set(next);
    }
    await turn();
  }
  next.fill(0);
  return key;
}

function padded(length: number): number {
  return Math.ceil(length / block) * block;
}

function repeat(source: Uint8Array, into: Uint8Array): void {
  for (let at = 0; at < into.length; at += source.length) into.set(source.subarray(0, Math.min(source.length, into.length - at)), at);
}
