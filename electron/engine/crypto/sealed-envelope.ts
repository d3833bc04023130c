import { Reader, WireError } from '../wire/reader';
import { concat, lp } from '../wire/writer';
import type { Crypto } from './crypto';
import { label } from './label';
import type { Purpose } from './purpose';
import type { Secret } from './secret';
import { kemLengths } from './xwing';

/**
 * The one public-key construction (protocol.md §3): a secret travels to the recipient's X-Wing key and is the content key
 * of what comes with it; the sender and its signature are inside, so a recorder sees neither.
 *
 * ```
 * KEM ciphertext[1120] | sealed content key[48] | sealed payload (payload ‖ tag[16])
 * ```
 * Both seals bind purpose, recipient key and KEM ciphertext. The content key is never the key of a cipher itself: the
 * payload is sealed under its HKDF split, because in the handshake it is CN or SN and goes on to derive keys (S3-17).
 */
const sealedKeyLength = 48;
const signatureLength = 64;
/** Bytes an envelope adds to its payload. */
export const envelopeOverhead = kemLengths.ciphertext + sealedKeyLength + 16;

type KemSecret = Secret<'instance-kem' | 'exchange-kem' | 'channel'>;

export interface OpenedEnvelope {
  readonly contentKey: Secret<'content'>;
  readonly payload: Uint8Array;
  /** H(KEM ciphertext), 32 bytes: what the sender's signature must cover. */
  readonly kemCiphertextHash: Uint8Array;
}

/** `makePayload` learns H(KEM ciphertext) before it signs. Throws when the recipient's key is unusable. */
export function sealTo(
  crypto: Crypto,
  purpose: Purpose,
  recipientKemPublic: Uint8Array,
  contentKey: Secret<'content'>,
  makePayload: (kemCiphertextHash: Uint8Array) => Uint8Array,
): Uint8Array {
  const kem = crypto.encapsulate(recipientKemPublic);
  if (!kem) throw new WireError('the recipient has no usable key');
  try {
    const kemCiphertextHash = crypto.sha256(kem.ciphertext);
    const binding = bindingOf(crypto, purpose, recipientKemPublic, kemCiphertextHash);
    const kemKey = keyFrom(crypto, kem.shared, 'kem-content', binding);
    const payloadKey = keyFrom(crypto, contentKey, 'content-key', binding);
    try {
      const sealedKey = crypto.seal('kem-content', kemKey, undefined, binding, contentKey.bytes);
      return concat(kem.ciphertext, sealedKey, crypto.seal(purpose, payloadKey, undefined, binding, makePayload(kemCiphertextHash)));
    } finally {
      kemKey.wipe();
      payloadKey.wipe();
    }
  } finally {
    kem.shared.wipe();
  }
}

/** Undefined for everything that is not exactly an envelope of this purpose to this key. The caller wipes `contentKey`. */
export function openFrom(crypto: Crypto, purpose: Purpose, kemSecret: KemSecret, bytes: Uint8Array): OpenedEnvelope | undefined {
  if (bytes.length < envelopeOverhead) return undefined;
  const ciphertext = bytes.subarray(0, kemLengths.ciphertext);
  const sealedKey = bytes.subarray(kemLengths.ciphertext, kemLengths.ciphertext + sealedKeyLength);
  const sealedPayload = bytes.subarray(kemLengths.ciphertext + sealedKeyLength);
  const shared = crypto.decapsulate(kemSecret, ciphertext);
  if (!shared) return undefined;
  const kemCiphertextHash = crypto.sha256(ciphertext);
  const binding = bindingOf(crypto, purpose, crypto.kemPublicKey(kemSecret), kemCiphertextHash);
  const kemKey = keyFrom(crypto, shared, 'kem-content', binding);
  shared.wipe();
  const opened = crypto.open('kem-content', kemKey, undefined, binding, sealedKey);
  kemKey.wipe();
  if (!opened) return undefined;
  const contentKey = crypto.secret('content', opened);
  const payloadKey = keyFrom(crypto, contentKey, 'content-key', binding);
  const payload = crypto.open(purpose, payloadKey, undefined, binding, sealedPayload);
  payloadKey.wipe();
  if (!payload) {
    contentKey.wipe();
    return undefined;
  }
  return { contentKey, payload, kemCiphertextHash };
}

export interface SignedStatement {
  readonly signing: Secret<'instance-signing'>;
  readonly recipientKem: Uint8Array;
  /** Who it is for, in the words of the purpose: a peer id and a credential hash, say. Signed, not sent. */
  readonly recipientContext: Uint8Array;
  /** CN or SN in the handshake; fresh when left out. */
  readonly contentKey?: Secret<'content'>;
  readonly statement: Uint8Array;
}

/** Signed-Inside-Enveloped-Data: payload = signature[64] ‖ statement. */
export function sealSigned(crypto: Crypto, purpose: Purpose, input: SignedStatement): Uint8Array {
  const contentKey = input.contentKey ?? crypto.randomSecret('content', 32);
  try {
    return sealTo(crypto, purpose, input.recipientKem, contentKey, (kemCiphertextHash) => {
      const signed = signedBytes(input.recipientContext, kemCiphertextHash, input.statement);
      return concat(crypto.sign(purpose, input.signing, signed), input.statement);
    });
  } finally {
    if (!input.contentKey) contentKey.wipe();
  }
}

export interface OpenedStatement {
  readonly contentKey: Secret<'content'>;
  readonly statement: Uint8Array;
  readonly kemCiphertextHash: Uint8Array;
}

/**
 * Undefined for anything wrong. `signingKeyOf` reads the not yet authenticated statement and names the sender's Ed25519
 * key, or undefined to refuse; it may throw, the content key is wiped then.
 */
export function openSigned(
  crypto: Crypto,
  purpose: Purpose,
  kemSecret: KemSecret,
  recipientContext: Uint8Array,
  bytes: Uint8Array,
  signingKeyOf: (statement: Uint8Array) => Uint8Array | undefined,
): OpenedStatement | undefined {
  const opened = openFrom(crypto, purpose, kemSecret, bytes);
  if (!opened) return undefined;
  let good = false;
  try {
    if (opened.payload.length < signatureLength) return undefined;
    const reader = new Reader(opened.payload);
    const signature = reader.fixed(signatureLength);
    const statement = reader.fixed(reader.remaining);
    const key = signingKeyOf(statement);
    good = key !== undefined && crypto.verify(purpose, key, signedBytes(recipientContext, opened.kemCiphertextHash, statement), signature);
    return good ? { contentKey: opened.contentKey, statement, kemCiphertextHash: opened.kemCiphertextHash } : undefined;
  } finally {
    if (!good) opened.contentKey.wipe();
  }
}

export const selectorBytes = 8;

/**
 * Names the key an envelope is sealed to, to whoever knows its credential, and tells nobody else anything: first 8 bytes of
 * H(label("selector") ‖ exchange credential hash ‖ KEM ciphertext). `card-selector` and `told-selector` in its place mark a card and what was told of keys among deposits.
 */
export function selectorOf(crypto: Crypto, exchangeCredentialHash: Uint8Array, envelope: Uint8Array, purpose: 'selector' | 'card-selector' | 'told-selector' = 'selector'): Uint8Array {
  return crypto.sha256(label(purpose), exchangeCredentialHash, envelope.subarray(0, kemLengths.ciphertext)).subarray(0, selectorBytes);
}

/** LP(recipient context) ‖ H(KEM ciphertext) ‖ LP(statement); the label comes in front (protocol.md §3). */
function signedBytes(recipientContext: Uint8Array, kemCiphertextHash: Uint8Array, statement: Uint8Array): Uint8Array {
  return concat(lp(recipientContext), kemCiphertextHash, lp(statement));
}

/** label(purpose) ‖ H(recipient's public key) ‖ H(KEM ciphertext). */
function bindingOf(crypto: Crypto, purpose: Purpose, recipientKemPublic: Uint8Array, kemCiphertextHash: Uint8Array): Uint8Array {
  return concat(label(purpose), crypto.sha256(recipientKemPublic), kemCiphertextHash);
}

function keyFrom(crypto: Crypto, from: Secret<'shared' | 'content'>, purpose: 'kem-content' | 'content-key', binding: Uint8Array): Secret<'content'> {
  return crypto.secret('content', crypto.hkdf(from.bytes, purpose, 32, binding));
}
