// The operator's key pairs. The library derives a public key anew, in JavaScript, whenever it is asked for one or signs: nine times for the right to one slot, of which a device gets
// dozens. Here each is derived once, and Node signs.
import { createPrivateKey, sign } from 'node:crypto';
import { fromSeed } from '@nats-io/nkeys';

/** What stands before the 32 bytes of an Ed25519 seed in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** By the seeds of one mailbox, as they were read. */
const known = new WeakMap();

/**
 * The pair with this name among the seeds of a mailbox.
 * @param {import('./state.mjs').State['seeds']} seeds
 * @param {keyof import('./state.mjs').State['seeds']} name
 * @returns {any} for the library a KeyPair, of which tokens need no more
 */
export function pairOf(seeds, name) {
  const made = known.get(seeds) ?? {};
  known.set(seeds, made);
  return (made[name] ??= new Pair(fromSeed(new TextEncoder().encode(seeds[name]))));
}

/** A pair of the library that derives nothing twice, with the part of its interface that signs tokens. */
export class Pair {
  #pair;
  #publicKey;
  #privateKey;
  #signing;

  /** @param {any} pair the library's, with its seed: `getRawSeed` is not among what its typings tell of one */
  constructor(pair) {
    this.#pair = pair;
  }

  getSeed() {
    return this.#pair.getSeed();
  }

  getPublicKey() {
    return (this.#publicKey ??= this.#pair.getPublicKey());
  }

  getPrivateKey() {
    return (this.#privateKey ??= this.#pair.getPrivateKey());
  }

  sign(input) {
    this.#signing ??= createPrivateKey({ key: Buffer.concat([PKCS8, this.#pair.getRawSeed()]), format: 'der', type: 'pkcs8' });
    return new Uint8Array(sign(null, input, this.#signing));
  }
}
