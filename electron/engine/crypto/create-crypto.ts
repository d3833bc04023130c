import { timingSafeEqual } from 'node:crypto';
import type { Random } from '../ports';
import { concat } from '../wire/writer';
import { aeadOpen, aeadOpenDetached, aeadSeal, aeadSealDetached } from './aead';
import type { Crypto, KeyPair } from './crypto';
import { hasher, hkdf, hmac, sha256, sha512 } from './hash';
import { joined, label } from './label';
import { lockedBytes } from './locked-memory';
import { Meter } from './meter';
import { outOfHeap, sodium } from './native';
import { generateRsa, rsaPssSign, rsaPssVerify } from './rsa';
import { Secret } from './secret';
import type { SecretKind } from './secret';
import { kemLengths, loadXWing } from './xwing';
import type { XWing } from './xwing';

const empty = new Uint8Array(0);
/** Where a public share is made (`inHeapBytes`). */
const share = outOfHeap(32);

/** The primitives of one engine, with a meter of its own. Waits once for libsodium's WebAssembly (tens of ms). */
export async function createCrypto(ports: { readonly random: Random }): Promise<Crypto> {
  return build(ports.random, await loadXWing());
}

function build(random: Random, xwing: XWing): Crypto {
  const meter = new Meter();
  /** libsodium signs with seed ‖ public key: kept beside the seed, in the same locked slot. */
  const signingKeys = new WeakMap<Secret<SecretKind>, Uint8Array>();
  const kemPublicKeys = new WeakMap<Secret<SecretKind>, Uint8Array>();

  const secret = <K extends SecretKind>(kind: K, bytes: Uint8Array): Secret<K> => {
    const locked = lockedBytes(bytes.length);
    locked.bytes.set(bytes);
    bytes.fill(0);
    return new Secret(kind, locked.bytes, locked.release);
  };
  const drawn = <K extends SecretKind>(kind: K, length: number): Secret<K> => {
    if (!random.fill) return secret(kind, random.bytes(length));
    const locked = lockedBytes(length);
    random.fill(locked.bytes);
    return new Secret(kind, locked.bytes, locked.release);
  };
  const signingFromSeed = (seed: Uint8Array): KeyPair<'instance-signing'> => {
    if (seed.length !== 32) throw new RangeError('an Ed25519 seed has 32 bytes');
    const locked = lockedBytes(64);
    const publicKey = new Uint8Array(32);
    sodium.crypto_sign_seed_keypair(publicKey, locked.bytes, seed);
    seed.fill(0);
    // The whole slot goes when the seed is wiped.
    const held = new Secret('instance-signing', locked.bytes.subarray(0, 32), locked.release);
    signingKeys.set(held, locked.bytes);
    return { publicKey, secret: held };
  };
  const kemFromSecret = <K extends 'instance-kem' | 'exchange-kem' | 'channel'>(kind: K, bytes: Uint8Array): KeyPair<K> => {
    if (bytes.length !== kemLengths.secret) throw new RangeError('an X-Wing secret has 32 bytes');
    meter.count('kemKeygen');
    const publicKey = xwing.publicKey(bytes);
    const held = secret(kind, bytes);
    kemPublicKeys.set(held, publicKey);
    return { publicKey, secret: held };
  };

  return {
    meter,
    random: (length) => random.bytes(length),
    secret,
    randomSecret: drawn,
    wipe: (bytes) => void bytes.fill(0),

    sha256,
    hasher,
    sha512,
    hmac,
    hkdf: (input, purpose, length, context) => hkdf(empty, input, context ? [label(purpose), context] : [label(purpose)], length),
    equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),

    generateRsa: () => {
      meter.count('rsaKeygen');
      return generateRsa();
    },
    rsaSign: (purpose, key, message) => {
      meter.count('rsaSign');
      return rsaPssSign(key, concat(label(purpose), message));
    },
    rsaVerify: (purpose, spki, message, signature) => {
      meter.count('rsaVerify');
      return rsaPssVerify(spki, joined(label(purpose), message), signature);
    },

    generateSigning: () => signingFromSeed(random.bytes(32)),
    signingFromSeed,
    sign: (purpose, held, message) => {
      meter.count('sign');
      const key = signingKeys.get(held);
      if (!key || held.wiped) throw new Error('not a signing key of this engine, or wiped');
      const signature = new Uint8Array(64);
      const signed = joined(label(purpose), message);
      sodium.crypto_sign_detached(signature, signed, key);
      signed.fill(0);
      return signature;
    },
    verify: (purpose, publicKey, message, signature) => {
      meter.count('verify');
      if (publicKey.length !== 32 || signature.length !== 64) return false;
      const signed = joined(label(purpose), message);
      const isGood = sodium.crypto_sign_verify_detached(signature, signed, publicKey);
      // What a device seals for another own one is signed, and holds keys: they must not lie there until something else is.
      signed.fill(0);
      return isGood;
    },

    generateDh: () => {
      const held = drawn('dh', 32);
      sodium.crypto_scalarmult_base(share, held.bytes);
      return { publicKey: share.slice(), secret: held };
    },
    dh: (held, publicKey) => {
      meter.count('dh');
      if (publicKey.length !== 32) return undefined;
      const shared = lockedBytes(32);
      try {
        sodium.crypto_scalarmult(shared.bytes, held.bytes, publicKey);
      } catch (error) {
        shared.release();
        // A wiped secret is a mistake of ours; everything else libsodium refuses is a low-order share (A49).
        if (held.wiped) throw error;
        return undefined;
      }
      return new Secret('shared', shared.bytes, shared.release);
    },

    generateKem: (kind) => kemFromSecret(kind, random.bytes(kemLengths.secret)),
    kemFromSecret,
    kemPublicKey: (held) => {
      let publicKey = kemPublicKeys.get(held);
      if (!publicKey) {
        meter.count('kemKeygen');
        publicKey = xwing.publicKey(held.bytes);
        kemPublicKeys.set(held, publicKey);
      }
      return publicKey;
    },
    encapsulate: (publicKey) => {
      meter.count('kemEncaps');
      if (publicKey.length !== kemLengths.publicKey) throw new RangeError('an X-Wing public key has 1216 bytes');
      const coins = random.bytes(kemLengths.coins);
      const result = xwing.encapsulate(publicKey, coins);
      coins.fill(0);
      return result && { ciphertext: result.ciphertext, shared: secret('shared', result.shared) };
    },
    decapsulate: (held, ciphertext) => {
      meter.count('kemDecaps');
      if (ciphertext.length !== kemLengths.ciphertext) return undefined;
      const shared = xwing.decapsulate(held.bytes, ciphertext, kemPublicKeys.get(held));
      return shared && secret('shared', shared);
    },

    seal: (purpose, key, nonce, aad, plaintext) => {
      meter.count('seal');
      return aeadSeal(key.bytes, nonce, label(purpose), aad, plaintext);
    },
    open: (purpose, key, nonce, aad, sealed) => {
      meter.count('open');
      return aeadOpen(key.bytes, nonce, label(purpose), aad, sealed);
    },
    sealDetached: (purpose, key, nonce, aad, plaintext, tag, out) => {
      meter.count('seal');
      return aeadSealDetached(key.bytes, nonce, label(purpose), aad, plaintext, tag, out);
    },
    openDetached: (purpose, key, nonce, aad, ciphertext, tag, out) => {
      meter.count('open');
      return aeadOpenDetached(key.bytes, nonce, label(purpose), aad, ciphertext, tag, out);
    },

    passwordKey: (passphrase, salt, cost) => passwordKey(passphrase, salt, cost.passes, cost.memoryBytes).then((bytes) => secret('passphrase-derived', bytes)),
  };
}

function passwordKey(passphrase: Uint8Array, salt: Uint8Array, passes: number, memoryBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const out = new Uint8Array(32);
    sodium.crypto_pwhash_async(out, passphrase, salt, passes, memoryBytes, sodium.crypto_pwhash_ALG_ARGON2ID13, (error) => {
      if (error) reject(error);
      else resolve(out);
    });
  });
}
