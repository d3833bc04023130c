import { createHash, createHmac, hkdfSync } from 'node:crypto';
import sodium from 'libsodium-wrappers';

/**
 * The session of protocol.md §8 written a second time, slow and plain, from the paper alone: nothing of the engine is
 * imported. `await ready` first.
 */
export const ready = sodium.ready;

export type TwinRole = 'client' | 'server';

export interface TwinOwner {
  readonly subject: Uint8Array;
  readonly fingerprint: Uint8Array;
  readonly instanceHash: Uint8Array;
}

export interface TwinDirection {
  readonly recordKey: Buffer;
  readonly salt: Buffer;
  readonly confirmKey: Buffer;
  readonly startDigest: Buffer;
}

export function u32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}

export function u64(value: number): Buffer {
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(BigInt(value));
  return out;
}

export function lp(bytes: Uint8Array): Buffer {
  return Buffer.concat([u32(bytes.length), bytes]);
}

/** Every purpose is written LP("keyshift/2 <purpose>"). */
export function label(purpose: string): Buffer {
  return lp(Buffer.from(`keyshift/2 ${purpose}`, 'utf8'));
}

export function sha256(...parts: Uint8Array[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

export function hmac(key: Uint8Array, ...parts: Uint8Array[]): Buffer {
  return createHmac('sha256', key).update(Buffer.concat(parts)).digest();
}

export function hkdf(secret: Uint8Array, info: Uint8Array, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), info, length));
}

/** A frame: type u8 ‖ version u16 ‖ length u32 ‖ payload. */
export function frame(type: number, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(type, 2, 0), u32(payload.length), payload]);
}

export interface TwinSecrets {
  readonly sn: Uint8Array;
  readonly cn: Uint8Array;
  readonly dhEphemeral: Uint8Array;
  readonly dhSemiStatic: Uint8Array;
  /** Whole frames. */
  readonly m1: Uint8Array;
  readonly m2: Uint8Array;
}

export function masterOf(of: TwinSecrets): Buffer {
  return hmac(Buffer.concat([of.sn, of.cn, of.dhEphemeral, of.dhSemiStatic]), sha256(of.m1), sha256(of.m2));
}

export function keyIdOf(master: Uint8Array): Buffer {
  return sha256(label('key-id'), master);
}

export function directionOf(master: Uint8Array, role: TwinRole, owner: TwinOwner, of: Pick<TwinSecrets, 'm1' | 'm2'>): TwinDirection {
  const secret = hmac(master, label(`${role}-record`), lp(owner.subject), owner.fingerprint, owner.instanceHash);
  const split = hkdf(secret, label('direction'), 80);
  return {
    recordKey: split.subarray(0, 32),
    salt: split.subarray(32, 48),
    confirmKey: split.subarray(48, 80),
    startDigest: sha256(label('record'), Buffer.of(role === 'client' ? 1 : 2), sha256(of.m1), sha256(of.m2)),
  };
}

/** M3 (client) or M4 (server): the nonces in the order of the role. */
export function confirmOf(direction: TwinDirection, role: TwinRole, of: TwinSecrets): Buffer {
  const nonces = role === 'client' ? [of.cn, of.sn] : [of.sn, of.cn];
  return hmac(direction.confirmKey, label('confirm'), Buffer.of(role === 'client' ? 1 : 2), ...nonces, sha256(of.m1), sha256(of.m2));
}

/** One item of a record: type u8 ‖ LP(body). */
export function item(type: number, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(type), lp(body)]);
}

/** Seals plaintexts as records 0, 1, 2 … of a direction; gives the frames and the running digest after each. */
export function sealAll(direction: TwinDirection, plaintexts: readonly Uint8Array[]): { frames: Buffer[]; digests: Buffer[] } {
  let digest = direction.startDigest;
  const frames: Buffer[] = [];
  const digests: Buffer[] = [];
  for (const [counter, plaintext] of plaintexts.entries()) {
    const header = frame(3, Buffer.alloc(plaintext.length + 16)).subarray(0, 7);
    const aad = Buffer.concat([label('record'), header, digest]);
    const nonce = Buffer.concat([direction.salt, u64(counter)]);
    const sealed = Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, aad, null, nonce, direction.recordKey));
    frames.push(Buffer.concat([header, sealed]));
    digest = sha256(digest, sealed.subarray(-16));
    digests.push(digest);
  }
  return { frames, digests };
}

/** Opens the records of a direction from the first on. Throws where a tag does not verify. */
export function openAll(direction: TwinDirection, frames: readonly Uint8Array[]): Buffer[] {
  let digest = direction.startDigest;
  return frames.map((whole, counter) => {
    const [header, sealed] = [whole.subarray(0, 7), whole.subarray(7)];
    const aad = Buffer.concat([label('record'), header, digest]);
    const nonce = Buffer.concat([direction.salt, u64(counter)]);
    const plaintext = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, aad, nonce, direction.recordKey);
    digest = sha256(digest, sealed.subarray(-16));
    return Buffer.from(plaintext);
  });
}

export interface TwinHandshakeBody {
  /** CN in M1, SN in M2. */
  readonly nonce: Buffer;
  readonly selector: Buffer;
  readonly kemCiphertextHash: Buffer;
  readonly chain: Buffer;
  readonly share: Buffer;
  readonly statement: Buffer;
  readonly signature: Buffer;
}

/** Opens M1 or M2 with the recipient's X-Wing secret (32 bytes): header[7] ‖ mode ‖ selector[8] ‖ envelope. */
export function openHandshake(message: 'm1' | 'm2', whole: Uint8Array, kemSecret: Uint8Array): TwinHandshakeBody {
  const bytes = Buffer.from(whole);
  if (bytes[0] !== (message === 'm1' ? 1 : 2) || bytes[7] !== 1) throw new Error('not a full handshake message');
  const envelope = bytes.subarray(16);
  const ciphertext = envelope.subarray(0, 1120);
  const pair = sodium.crypto_kem_seed_keypair(kemSecret);
  const shared = sodium.crypto_kem_dec(ciphertext, pair.privateKey);
  const binding = Buffer.concat([label(`${message}-content`), sha256(pair.publicKey), sha256(ciphertext)]);
  const open = (purpose: string, key: Uint8Array, sealed: Uint8Array): Buffer =>
    Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, Buffer.concat([label(purpose), binding]), Buffer.alloc(24), key));
  const nonce = open('kem-content', hkdf(shared, Buffer.concat([label('kem-content'), binding]), 32), envelope.subarray(1120, 1168));
  const body = open(`${message}-content`, hkdf(nonce, Buffer.concat([label('content-key'), binding]), 32), envelope.subarray(1168));
  const chainLength = body.readUInt32BE(0);
  const chain = body.subarray(4, 4 + chainLength);
  const rest = body.subarray(4 + chainLength);
  const statementLength = rest.readUInt32BE(32);
  return {
    nonce,
    selector: bytes.subarray(8, 16),
    kemCiphertextHash: sha256(ciphertext),
    chain,
    share: rest.subarray(0, 32),
    statement: rest.subarray(36, 36 + statementLength),
    signature: rest.subarray(36 + statementLength),
  };
}

export function isSignedBy(signingKey: Uint8Array, purpose: string, message: Uint8Array, signature: Uint8Array): boolean {
  return sodium.crypto_sign_verify_detached(signature, Buffer.concat([label(purpose), message]), signingKey);
}

export interface TwinSealing {
  /** The recipient's X-Wing public key and the hash of the credential that carries it. */
  readonly recipientKey: Uint8Array;
  readonly recipientCredentialHash: Uint8Array;
  /** The 64 random bytes the encapsulation is made of. */
  readonly coins: Uint8Array;
  /** CN in M1, SN in M2. */
  readonly nonce: Uint8Array;
  readonly chain: Uint8Array;
  readonly share: Uint8Array;
  readonly statement: Uint8Array;
  /** Signs when the KEM ciphertext is known. */
  readonly sign: (kemCiphertextHash: Buffer) => Uint8Array;
}

/** Makes M1 or M2 of the full mode as its sender does. */
export function sealHandshake(message: 'm1' | 'm2', of: TwinSealing): Buffer {
  const { ciphertext, sharedSecret } = sodium.crypto_kem_xwing_enc_deterministic(of.recipientKey, of.coins);
  const binding = Buffer.concat([label(`${message}-content`), sha256(of.recipientKey), sha256(ciphertext)]);
  const seal = (purpose: string, key: Uint8Array, plaintext: Uint8Array): Buffer =>
    Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, Buffer.concat([label(purpose), binding]), null, Buffer.alloc(24), key));
  const sealedNonce = seal('kem-content', hkdf(sharedSecret, Buffer.concat([label('kem-content'), binding]), 32), of.nonce);
  const body = Buffer.concat([lp(of.chain), of.share, lp(of.statement), of.sign(sha256(ciphertext))]);
  const sealedBody = seal(`${message}-content`, hkdf(of.nonce, Buffer.concat([label('content-key'), binding]), 32), body);
  const selector = sha256(label('selector'), of.recipientCredentialHash, ciphertext).subarray(0, 8);
  return frame(message === 'm1' ? 1 : 2, Buffer.concat([Buffer.of(1), selector, ciphertext, sealedNonce, sealedBody]));
}

/** Ed25519 over label ‖ message. */
export function signWith(seed: Uint8Array, purpose: string, message: Uint8Array): Buffer {
  return Buffer.from(sodium.crypto_sign_detached(Buffer.concat([label(purpose), message]), sodium.crypto_sign_seed_keypair(seed).privateKey));
}

/** X25519. */
export function agree(secret: Uint8Array, share: Uint8Array): Buffer {
  return Buffer.from(sodium.crypto_scalarmult(secret, share));
}

export function shareOf(secret: Uint8Array): Buffer {
  return Buffer.from(sodium.crypto_scalarmult_base(secret));
}

export function kemPublicOf(secret: Uint8Array): Buffer {
  return Buffer.from(sodium.crypto_kem_xwing_seed_keypair(secret).publicKey);
}
