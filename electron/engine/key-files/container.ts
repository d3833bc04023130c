import { encodeEndorsements, readEndorsements } from '../certificates/endorsement-list';
import { parseIdentityCertificate } from '../certificates/identity-certificate';
import type { Crypto, PasswordCost } from '../crypto/crypto';
import { nonceLength, tagLength } from '../crypto/aead';
import { pkcs8Of } from '../crypto/rsa';
import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { concat, Writer } from '../wire/writer';
import type { KeyFile } from './key-file';
import { encodeFittingPapers, readPapers } from './key-papers';
import { isAcceptableFileCost } from './kdf-limits';
import { passphraseBytes } from './passphrase-bytes';
import { openPrivateKey } from './private-key';
import { garbled, tooWeak, wrongPassphrase } from './refusals';

/**
 * Keyshift's own container of an identity key (protocol.md §9):
 *
 *     magic "KEYSHIFTKEY" 00 | version u8 | memory u32, KiB | passes u8 | salt[16] | nonce[24] | sealed
 *
 * sealed = AEAD('key-file', Argon2id(passphrase, salt), nonce, aad = all before it); inside: payload LP, then zeros to the next 4 KiB, so that
 * the length tells little of how many keys there were. Payload: private key LP (PKCS #8) ‖ papers ‖ recovery public key LP (32 bytes, or
 * empty) ‖ endorsements as in a card, if there are any.
 */
export const containerMagic = new TextEncoder().encode('KEYSHIFTKEY\0');
const version = 1;
const saltBytes = 16;
const headerBytes = containerMagic.length + 1 + 4 + 1 + saltBytes + nonceLength;
const step = 4 * 1024;
const maxPrivateKey = 4 * 1024;
/** With key, endorsements and padding it stays within what is read of a key file. */
const maxPapersBytes = 960 * 1024;

/** `cost` within the bounds of `kdf-limits.ts`. */
export async function encodeContainer(crypto: Crypto, file: KeyFile, passphrase: string, cost: PasswordCost): Promise<Uint8Array> {
  if (!isAcceptableFileCost(cost)) throw new RangeError('the cost of the passphrase is out of bounds');
  const salt = crypto.random(saltBytes);
  const nonce = crypto.random(nonceLength);
  const header = new Writer(headerBytes).fixed(containerMagic).u8(version).u32(cost.memoryBytes / 1024).u8(cost.passes).fixed(salt).fixed(nonce).finish();
  const plaintext = encodeContainerPayload(crypto, file);
  const secret = passphraseBytes(passphrase);
  try {
    const key = await crypto.passwordKey(secret, salt, cost);
    try {
      return concat(header, crypto.seal('key-file', key, nonce, header, plaintext));
    } finally {
      key.wipe();
    }
  } finally {
    crypto.wipe(secret);
    crypto.wipe(plaintext);
  }
}

/**
 * Throws `key-file.garbled` for what is none, or not all of one, `key-file.too-weak` for work out of bounds (before any is done), and
 * `key-file.wrong-passphrase` for a wrong passphrase and for every other change alike.
 */
export async function openContainer(crypto: Crypto, bytes: Uint8Array, passphrase: string): Promise<KeyFile> {
  const reader = new Reader(bytes);
  if (!crypto.equal(reader.fixed(containerMagic.length), containerMagic)) throw new WireError('another kind of file');
  if (reader.u8() !== version) throw garbled('Another version of Keyshift has made it');
  const cost = { memoryBytes: reader.u32() * 1024, passes: reader.u8() };
  const salt = reader.fixed(saltBytes);
  const nonce = reader.fixed(nonceLength);
  const sealed = reader.fixed(reader.remaining);
  if (sealed.length <= tagLength || (sealed.length - tagLength) % step !== 0) throw garbled('It ends too early, or something follows it');
  if (!isAcceptableFileCost(cost)) throw tooWeak('This file is protected too weakly, or asks for far too much work to open.');
  const secret = passphraseBytes(passphrase);
  try {
    const key = await crypto.passwordKey(secret, salt, cost);
    try {
      const plaintext = crypto.open('key-file', key, nonce, bytes.subarray(0, headerBytes), sealed);
      if (!plaintext) throw wrongPassphrase();
      try {
        return parseContainerPayload(crypto, plaintext);
      } finally {
        crypto.wipe(plaintext);
      }
    } finally {
      key.wipe();
    }
  } finally {
    crypto.wipe(secret);
  }
}

/** Its padding included. The caller wipes it. */
export function encodeContainerPayload(crypto: Crypto, { privateKey, papers, recoveryKey, endorsements = [] }: KeyFile): Uint8Array {
  const pkcs8 = pkcs8Of(privateKey);
  const payload = new Writer(64 * 1024)
    .lp(pkcs8)
    .fixed(encodeFittingPapers(papers, maxPapersBytes))
    .lp(recoveryKey ?? new Uint8Array(0))
    .fixed(encodeEndorsements(endorsements))
    .finish();
  const plaintext = new Uint8Array(Math.ceil((4 + payload.length) / step) * step);
  plaintext.set(new Writer(4).u32(payload.length).finish());
  plaintext.set(payload, 4);
  crypto.wipe(pkcs8);
  crypto.wipe(payload);
  return plaintext;
}

/** What was sealed, its padding included. Throws `WireError`, `key.unacceptable`. */
export function parseContainerPayload(crypto: Crypto, plaintext: Uint8Array): KeyFile {
  const outer = new Reader(plaintext);
  const reader = new Reader(outer.lp(plaintext.length));
  if (outer.remaining >= step || outer.fixed(outer.remaining).some((byte) => byte !== 0)) throw new WireError('not padded as it should be');
  const { privateKey, spki } = openPrivateKey(reader.lp(maxPrivateKey));
  const papers = readPapers(reader);
  const recoveryKey = reader.lp(32).slice();
  const endorsements = reader.remaining > 0 ? readEndorsements(reader) : [];
  reader.end();
  const newest = papers.at(-1);
  if (!newest || (recoveryKey.length !== 0 && recoveryKey.length !== 32)) throw new WireError('a part is missing');
  const certificate = parseIdentityCertificate(crypto, newest.certificate);
  if (!crypto.equal(certificate.spki, spki)) throw new WireError('its certificate is another key’s');
  return { privateKey, certificate, papers, ...(recoveryKey.length > 0 && { recoveryKey }), ...(endorsements.length > 0 && { endorsements }) };
}
