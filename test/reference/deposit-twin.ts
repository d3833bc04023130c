import { createHash, hkdfSync } from 'node:crypto';
import sodium from 'libsodium-wrappers';
import { label, lp, pad, sha256, u32, unpad } from './dialog-twin';

/**
 * Sealed deposits and files of them (protocol.md §3 and §11) written a second time from the paper alone: nothing of the
 * engine is imported. `await ready` of the dialog's twin first.
 */
const zeroNonce = Buffer.alloc(24);
const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);

function hkdf(secret: Uint8Array, purpose: string, context: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), Buffer.concat([label(purpose), context]), 32));
}

function seal(purpose: string, key: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Buffer {
  return Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, Buffer.concat([label(purpose), aad]), null, zeroNonce, key));
}

function open(purpose: string, key: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer {
  return Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, Buffer.concat([label(purpose), aad]), zeroNonce, key));
}

/** Recipient's peer id and credential hash: signed, not sent. */
export interface TwinRecipient {
  readonly peerId: Buffer;
  readonly credentialHash: Buffer;
}

export interface TwinDeposit {
  readonly chain: Buffer;
  readonly message: Buffer;
  /** libsodium's 64-byte Ed25519 secret key of the sender's device. */
  readonly signingKey: Uint8Array;
  readonly recipient: TwinRecipient;
  readonly recipientKem: Uint8Array;
  readonly contentKey: Buffer;
  /** 64 bytes: what the encapsulation draws. */
  readonly coins: Buffer;
}

function signedBytes(purpose: string, context: Uint8Array, ciphertextHash: Buffer, statement: Uint8Array): Buffer {
  return Buffer.concat([label(purpose), lp(Buffer.from(context)), ciphertextHash, lp(Buffer.from(statement))]);
}

function bindingOf(purpose: string, recipientKem: Uint8Array, ciphertext: Uint8Array): Buffer {
  return Buffer.concat([label(purpose), sha256(recipientKem), sha256(ciphertext)]);
}

export interface TwinSealing {
  /** libsodium's 64-byte Ed25519 secret key. */
  readonly signingKey: Uint8Array;
  readonly recipientKem: Uint8Array;
  /** Signed, not sent. */
  readonly context: Uint8Array;
  readonly contentKey: Buffer;
  /** 64 bytes: what the encapsulation draws. */
  readonly coins: Buffer;
}

/** The envelope of §3, without a selector. */
export function sealSigned(purpose: string, input: TwinSealing, statement: Uint8Array): { envelope: Buffer; ciphertext: Buffer; signature: Buffer } {
  const made = sodium.crypto_kem_xwing_enc_deterministic(input.recipientKem, input.coins);
  const ciphertext = Buffer.from(made.ciphertext);
  const binding = bindingOf(purpose, input.recipientKem, ciphertext);
  const signature = Buffer.from(sodium.crypto_sign_detached(signedBytes(purpose, input.context, sha256(ciphertext), statement), input.signingKey));
  const sealedKey = seal('kem-content', hkdf(made.sharedSecret, 'kem-content', binding), binding, input.contentKey);
  const sealedPayload = seal(purpose, hkdf(input.contentKey, 'content-key', binding), binding, Buffer.concat([signature, statement]));
  return { envelope: Buffer.concat([ciphertext, sealedKey, sealedPayload]), ciphertext, signature };
}

/** Gives the statement; throws where it must be refused. */
export function openSigned(purpose: string, envelope: Buffer, kem: { readonly kemPublic: Uint8Array; readonly kemSecret: Uint8Array }, context: Uint8Array, signerOf: (statement: Buffer) => Uint8Array): Buffer {
  const ciphertext = envelope.subarray(0, 1_120);
  const binding = bindingOf(purpose, kem.kemPublic, ciphertext);
  const shared = sodium.crypto_kem_xwing_dec(ciphertext, kem.kemSecret);
  const contentKey = open('kem-content', hkdf(shared, 'kem-content', binding), binding, envelope.subarray(1_120, 1_168));
  const payload = open(purpose, hkdf(contentKey, 'content-key', binding), binding, envelope.subarray(1_168));
  const [signature, statement] = [payload.subarray(0, 64), payload.subarray(64)];
  if (!sodium.crypto_sign_verify_detached(signature, signedBytes(purpose, context, sha256(ciphertext), statement), signerOf(statement))) throw new Error('bad signature');
  return statement;
}

export function selectorOf(credentialHash: Uint8Array, ciphertext: Uint8Array, purpose = 'selector'): Buffer {
  return sha256(label(purpose), Buffer.from(credentialHash), ciphertext).subarray(0, 8);
}

export function makeDeposit(input: TwinDeposit): { deposit: Buffer; statement: Buffer; signature: Buffer; selector: Buffer } {
  const statement = pad(Buffer.concat([lp(input.chain), lp(input.message)]));
  const { envelope, ciphertext, signature } = sealSigned('deposit', { ...input, context: contextOf(input.recipient) }, statement);
  const selector = selectorOf(input.recipient.credentialHash, ciphertext);
  return { deposit: Buffer.concat([selector, envelope]), statement, signature, selector };
}

function contextOf({ peerId, credentialHash }: TwinRecipient): Buffer {
  return Buffer.concat([peerId, credentialHash]);
}

export interface TwinOpened {
  readonly chain: Buffer;
  readonly message: Buffer;
}

/** Throws where it must be refused. `signerOf` reads the device's Ed25519 key from the chain. */
export function openDeposit(deposit: Buffer, recipient: TwinRecipient & { readonly kemPublic: Uint8Array; readonly kemSecret: Uint8Array }, signerOf: (chain: Buffer) => Uint8Array): TwinOpened {
  if (deposit.length > 70_000) throw new Error('too long');
  if (!deposit.subarray(0, 8).equals(selectorOf(recipient.credentialHash, deposit.subarray(8, 1_128)))) throw new Error('not for this key');
  let inner: Buffer = Buffer.alloc(0);
  const chainOf = (statement: Buffer): Buffer => {
    inner = unpad(statement);
    if (!pad(inner).equals(statement)) throw new Error('padding');
    return inner.subarray(4, 4 + inner.readUInt32BE(0));
  };
  openSigned('deposit', deposit.subarray(8), recipient, contextOf(recipient), (statement) => signerOf(chainOf(statement)));
  const chainLength = inner.readUInt32BE(0);
  const chain = inner.subarray(4, 4 + chainLength);
  const messageLength = inner.readUInt32BE(4 + chainLength);
  const message = inner.subarray(8 + chainLength);
  if (message.length !== messageLength) throw new Error('lengths');
  return { chain, message };
}

/** identity LP ‖ list LP ‖ instance LP(LP(body) ‖ …): the Ed25519 key stands behind binding(1) in the body. */
export function signerInChain(chain: Buffer): Buffer {
  let at = 0;
  for (let skipped = 0; skipped < 2; skipped += 1) at += 4 + chain.readUInt32BE(at);
  const bodyAt = at + 4 + 4;
  const bindingBytes = 1 + 32 + 32 + 4;
  return chain.subarray(bodyAt + bindingBytes, bodyAt + bindingBytes + 32);
}

export function envelopeFile(deposits: readonly Buffer[]): Buffer {
  const before = Buffer.concat([Buffer.from('keyshift-envelopes'), u16(1), u32(deposits.length), ...deposits.map((each) => lp(each))]);
  return Buffer.concat([before, createHash('sha256').update(before).digest()]);
}
