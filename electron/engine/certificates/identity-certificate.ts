import { X509Certificate } from 'node:crypto';
import { KeyshiftError } from '../../../shared/errors';
import type { Crypto, RsaKeyPair } from '../crypto/crypto';
import { parseRsaPublicKey } from '../crypto/rsa';
import { peerIdOf, spkiHash } from '../identity/peer-id';
import type { PeerId } from '../ids';
import { fromBase64, toBase64, toHex } from '../wire/encoding';
import { parsePeerId } from '../wire/ids';
import { WireError } from '../wire/wire-error';
import { BoundedCache } from './bounded-cache';
import { readCertificate, writeCertificate } from './certificate-profile';
import { parsing, unacceptable } from './unacceptable';

/** Before any byte of a certificate is looked at (A85). Ours have about 1.1 KiB. */
export const maxCertificateBytes = 8 * 1024;

/** A person's X.509 certificate, its shape and self-signature checked. Whether it is trusted is the pin's matter. */
export interface IdentityCertificate {
  readonly der: Uint8Array;
  /** `-----BEGIN CERTIFICATE-----` …, with a newline at the end. */
  pem(): string;
  /** Common name, 1–64 characters: for people to read, never to decide by. */
  readonly name: string;
  readonly peerId: PeerId;
  /** Of the identity key, from 1. */
  readonly epoch: number;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** H(SPKI), 32 bytes: the pin. */
  readonly spkiHash: Uint8Array;
  /** H(DER), 32 bytes. */
  readonly fingerprint: Uint8Array;
  /** DER of the subject name. */
  readonly subject: Uint8Array;
  /** Unix milliseconds, whole seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** H(recovery key), 32 bytes. */
  readonly recoveryKeyHash?: Uint8Array;
}

export interface NewIdentityCertificate {
  readonly name: string;
  readonly keyPair: RsaKeyPair;
  /** Left out for a first key: then it is that key's. */
  readonly peerId?: PeerId;
  readonly epoch: number;
  readonly recoveryKeyHash?: Uint8Array;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Signs a certificate for an identity key with that key. Throws `key.unacceptable` for a name no certificate can hold. */
export async function createIdentityCertificate(crypto: Crypto, input: NewIdentityCertificate): Promise<IdentityCertificate> {
  const { keyPair, name, epoch, recoveryKeyHash, notBefore, notAfter } = input;
  const serial = crypto.random(16);
  // A positive INTEGER of exactly 16 bytes: 126 random bits.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  crypto.meter.count('rsaSign');
  try {
    const peerIdText = input.peerId ?? peerIdOf(crypto, keyPair.spki);
    const bytes = await writeCertificate(keyPair.privateKey, { serial, name, peerIdText, epoch, recoveryKeyHash, notBefore, notAfter, spki: keyPair.spki });
    return parseIdentityCertificate(crypto, bytes);
  } catch (error) {
    throw error instanceof WireError ? unacceptable(error.message) : error;
  }
}

/** Certificates that passed, by their hash: the answer depends on the bytes alone, so a repeat costs no signature check. */
const passed = new WeakMap<Crypto, BoundedCache<IdentityCertificate>>();
const passedLimit = 256;

/**
 * The one door for certificate bytes. At most 8 KiB, RSA 3072–4096 with e = 65537, SHA-256 or better, a good
 * self-signature (proof of possession, A14), and at epoch 1 a peer id that is the hash of this very key. Validity is
 * judged where a moment is known (`verifyChain`). Throws `key.unacceptable`.
 */
export function parseIdentityCertificate(crypto: Crypto, der: Uint8Array): IdentityCertificate {
  return cached(crypto, der, (spki, owned) => assertSelfSigned(crypto, owned, spki));
}

/**
 * The same for bytes that passed `parseIdentityCertificate` on this device before and were kept in its encrypted
 * database since: their signature is not checked once more.
 */
export function recallIdentityCertificate(crypto: Crypto, der: Uint8Array): IdentityCertificate {
  return cached(crypto, der, () => {});
}

/** The same from PEM text holding exactly one certificate. Throws `key.garbled` for other text. */
export function parseIdentityCertificatePem(crypto: Crypto, text: string): IdentityCertificate {
  const match = text.length <= 2 * maxCertificateBytes && /^-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----$/.exec(text.trim());
  let der: Uint8Array;
  try {
    if (!match) throw new WireError('no certificate');
    der = fromBase64((match[1] ?? '').replace(/\s/g, ''));
  } catch {
    throw new KeyshiftError('key.garbled', 'This text holds no certificate, or only a part of one.');
  }
  return parseIdentityCertificate(crypto, der);
}

type SignatureCheck = (spki: Uint8Array, der: Uint8Array) => void;

function cached(crypto: Crypto, der: Uint8Array, check: SignatureCheck): IdentityCertificate {
  if (der.length > maxCertificateBytes) throw unacceptable('the certificate is too long');
  const fingerprint = crypto.sha256(der);
  const cache = cacheOf(crypto);
  const key = toHex(fingerprint);
  const known = cache.get(key);
  if (known) return known;
  const certificate = parsing(() => read(crypto, der.slice(), fingerprint, check));
  cache.set(key, certificate);
  return certificate;
}

function read(crypto: Crypto, der: Uint8Array, fingerprint: Uint8Array, checkSignature: SignatureCheck): IdentityCertificate {
  const { name, peerIdText, epoch, recoveryKeyHash, notBefore, notAfter, spki, subject } = readCertificate(der);
  const peerId = parsePeerId(peerIdText);
  if (epoch === 1 && peerIdOf(crypto, spki) !== peerId) throw unacceptable('its peer id belongs to another key');
  checkSignature(spki, der);
  return {
    der,
    pem: () => pemOf(der),
    name,
    peerId,
    epoch,
    spki,
    spkiHash: spkiHash(crypto, spki),
    fingerprint,
    subject,
    notBefore,
    notAfter,
    ...(recoveryKeyHash && { recoveryKeyHash }),
  };
}

/** The runtime's own parser is the second opinion: it must find the same key, and that key's signature. */
function assertSelfSigned(crypto: Crypto, der: Uint8Array, spki: Uint8Array): void {
  const key = parseRsaPublicKey(spki);
  if (!key) throw unacceptable('its key is not RSA of 3072 to 4096 bits');
  crypto.meter.count('rsaVerify');
  let good: boolean;
  try {
    const certificate = new X509Certificate(der);
    good = certificate.publicKey.equals(key) && certificate.verify(key);
  } catch {
    good = false;
  }
  if (!good) throw unacceptable('its signature is not good');
}

function cacheOf(crypto: Crypto): BoundedCache<IdentityCertificate> {
  let cache = passed.get(crypto);
  if (!cache) {
    cache = new BoundedCache(passedLimit);
    passed.set(crypto, cache);
  }
  return cache;
}

function pemOf(der: Uint8Array): string {
  const lines = toBase64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
