import { createHash, hkdfSync } from 'node:crypto';
import sodium from 'libsodium-wrappers';

/**
 * Dialog messages of protocol.md §4–§7 written a second time, slow and plain, from the paper alone: nothing of the
 * engine is imported. `await ready` first.
 */
export const ready = sodium.ready;

export function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

export function u32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value);
  return out;
}

export function u64(value: number | bigint): Buffer {
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

function hkdf(secret: Uint8Array, info: Uint8Array): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), info, 32));
}

function seal(purpose: string, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Buffer {
  return Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, Buffer.concat([label(purpose), aad]), null, nonce, key));
}

function open(purpose: string, key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer {
  return Buffer.from(sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, sealed, Buffer.concat([label(purpose), aad]), nonce, key));
}

/** Padmé on the length with its marker, then zeros. */
export function pad(bytes: Uint8Array): Buffer {
  const length = bytes.length + 1;
  const exponent = Math.floor(Math.log2(length));
  const bitsOfExponent = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** Math.max(0, exponent - bitsOfExponent);
  const padded = Math.ceil(length / step) * step;
  return Buffer.concat([bytes, Buffer.of(0x80), Buffer.alloc(padded - length)]);
}

export function unpad(padded: Buffer): Buffer {
  return padded.subarray(0, padded.lastIndexOf(0x80));
}

export interface TwinNames {
  readonly initiatorCert: Buffer;
  readonly initiatorIssued: Buffer;
  readonly targetCert: Buffer;
  readonly targetIssued: Buffer;
}

/** LP identity subject ‖ serial ‖ H(credential). */
export function certName(subject: Uint8Array, serial: Uint8Array, credentialHash: Uint8Array): Buffer {
  return Buffer.concat([lp(subject), serial, credentialHash]);
}

export interface TwinKek {
  readonly kekId: Buffer;
  readonly creatingInstance: Buffer;
  readonly epoch: number;
  readonly notBefore: number;
  readonly notAfter: number;
}

function kekFields(kek: TwinKek): Buffer {
  return Buffer.concat([kek.kekId, kek.creatingInstance, u32(kek.epoch), u64(kek.notBefore), u64(kek.notAfter)]);
}

/** KEM ciphertext ‖ AEAD(HKDF(shared, "kek"), zero nonce, LP(targetCert) ‖ KEK header fields, KEK). */
export function wrapKek(kek: Uint8Array, fields: TwinKek, names: TwinNames, recipientKem: Uint8Array, coins: Uint8Array): Buffer {
  const { ciphertext, sharedSecret } = sodium.crypto_kem_xwing_enc_deterministic(recipientKem, coins);
  const aad = Buffer.concat([lp(names.targetCert), kekFields(fields)]);
  return Buffer.concat([ciphertext, seal('kek-wrap', hkdf(sharedSecret, label('kek')), Buffer.alloc(24), aad, kek)]);
}

/** Service pair and KEK header, signed over version, names and the whole KEK header. */
export function kekBlock(names: TwinNames, fields: TwinKek, wrappedKek: Uint8Array, signingKey: Uint8Array): Buffer {
  const encodedNames = Buffer.concat([lp(names.initiatorCert), lp(names.initiatorIssued), lp(names.targetCert), lp(names.targetIssued)]);
  const header = Buffer.concat([kekFields(fields), lp(wrappedKek)]);
  const signature = sodium.crypto_sign_detached(Buffer.concat([label('kek-block'), u16(0x0200), encodedNames, header]), signingKey);
  return Buffer.concat([encodedNames, lp(signature), header]);
}

export interface TwinDsk {
  readonly dskId: Buffer;
  readonly epoch: number;
  readonly firstSequence: number;
  /** 1 routine, 2 compromise, 3 again. */
  readonly kind: number;
}

export interface TwinStream {
  readonly sender: Buffer;
  readonly recipient: Buffer;
  readonly dialogId: Buffer;
  readonly senderInstance: Buffer;
}

function dskAad(stream: TwinStream, dsk: TwinDsk, kekId: Buffer): Buffer {
  return Buffer.concat([
    stream.sender,
    stream.recipient,
    stream.dialogId,
    stream.senderInstance,
    dsk.dskId,
    u32(dsk.epoch),
    u64(dsk.firstSequence),
    Buffer.of(dsk.kind),
    kekId,
  ]);
}

export function dskHeader(stream: TwinStream, dsk: TwinDsk, kekId: Buffer, kek: Uint8Array, key: Uint8Array, nonce: Buffer): Buffer {
  const wrapped = Buffer.concat([nonce, seal('dsk', kek, nonce, dskAad(stream, dsk, kekId), key)]);
  return Buffer.concat([dsk.dskId, u32(dsk.epoch), u64(dsk.firstSequence), Buffer.of(dsk.kind), lp(wrapped)]);
}

export interface TwinMessage {
  readonly block: Buffer;
  readonly dskHeader: Buffer;
  readonly stream: TwinStream;
  readonly key: Uint8Array;
  readonly control: boolean;
  readonly sequence: number;
  readonly time: number;
  readonly salt: Buffer;
  /** c ‖ content. */
  readonly plaintext: Buffer;
}

export function message(input: TwinMessage): { bytes: Buffer; aad: Buffer; nonce: Buffer; hdr1: Buffer; hdr2: Buffer } {
  const version = u16(0x0200);
  const flags = u16(input.control ? 1 : 0);
  const sequence = u64(BigInt(input.sequence) | (input.control ? 1n << 63n : 0n));
  const dialogHeader = Buffer.concat([input.stream.dialogId, input.stream.senderInstance, sequence]);
  const hdr1 = sha256(input.block);
  const hdr2 = sha256(input.dskHeader);
  const time = u64(input.time);
  const aad = Buffer.concat([version, time, input.salt, flags, hdr1, hdr2, dialogHeader]);
  const nonce = Buffer.concat([input.salt, sequence]);
  const sealed = seal('body', input.key, nonce, aad, pad(input.plaintext));
  const body = sealed.subarray(0, -16);
  const mic = sealed.subarray(-16);
  const bytes = Buffer.concat([version, mic, time, input.salt, flags, input.block, input.dskHeader, dialogHeader, lp(body)]);
  return { bytes, aad, nonce, hdr1, hdr2 };
}

/** protocol.md §4.8: the headers replaced by the first 16 bytes of their hashes. */
export function shortForm(bytes: Buffer): Buffer {
  const { blockAt, dskAt, dialogAt } = places(bytes);
  const references = [bytes.subarray(blockAt, dskAt), bytes.subarray(dskAt, dialogAt)].map((header) => sha256(header).subarray(0, 16));
  return Buffer.concat([bytes.subarray(0, blockAt), ...references, bytes.subarray(dialogAt)]);
}

/** The canonical bytes again, from headers that are known. Undefined when they are not, or not one of a kind. */
export function fromShortForm(short: Buffer, known: { readonly blocks: readonly Buffer[]; readonly dskHeaders: readonly Buffer[] }): Buffer | undefined {
  const alike = (headers: readonly Buffer[], at: number): Buffer[] => headers.filter((header) => sha256(header).subarray(0, 16).equals(short.subarray(at, at + 16)));
  const [block, anotherBlock] = alike(known.blocks, 44);
  const [header, anotherHeader] = alike(known.dskHeaders, 60);
  if (!block || !header || anotherBlock || anotherHeader) return undefined;
  return Buffer.concat([short.subarray(0, 44), block, header, short.subarray(76)]);
}

function places(bytes: Buffer): { blockAt: number; dskAt: number; dialogAt: number } {
  const blockAt = 2 + 16 + 8 + 16 + 2;
  let dskAt = blockAt;
  // Four names and the signature, each with its length in front; then the KEK header.
  for (let field = 0; field < 5; field += 1) dskAt += 4 + bytes.readUInt32BE(dskAt);
  dskAt += 16 + 16 + 4 + 8 + 8;
  dskAt += 4 + bytes.readUInt32BE(dskAt);
  return { blockAt, dskAt, dialogAt: dskAt + 16 + 4 + 8 + 1 + 4 + 72 };
}

/** What a reader with only the paper does with a message: every step, nothing cached. Throws where it must be refused. */
export function openMessage(
  bytes: Buffer,
  keys: { readonly sender: Buffer; readonly recipient: Buffer; readonly signer: Uint8Array; readonly exchangeSecret: Uint8Array },
): { kek: Buffer; dsk: Buffer; sequence: bigint; control: boolean; time: number; content: Buffer } {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('too short');
    at += length;
    return bytes.subarray(at - length, at);
  };
  const takeLp = (): Buffer => take(take(4).readUInt32BE());
  const version = take(2);
  const mic = take(16);
  const time = take(8);
  const salt = take(16);
  const flags = take(2);
  const blockAt = at;
  const names = [takeLp(), takeLp(), takeLp(), takeLp()];
  const encodedNames = bytes.subarray(blockAt, at);
  const targetCert = names[2] ?? Buffer.alloc(0);
  const signature = takeLp();
  const headerAt = at;
  const kekId = take(16);
  take(16 + 4 + 8 + 8);
  const fields = bytes.subarray(headerAt, at);
  const wrappedKek = takeLp();
  const header = bytes.subarray(headerAt, at);
  const block = bytes.subarray(blockAt, at);
  if (!sodium.crypto_sign_verify_detached(signature, Buffer.concat([label('kek-block'), version, encodedNames, header]), keys.signer)) {
    throw new Error('bad signature');
  }
  const shared = sodium.crypto_kem_xwing_dec(wrappedKek.subarray(0, 1120), keys.exchangeSecret);
  const kek = open('kek-wrap', hkdf(shared, label('kek')), Buffer.alloc(24), Buffer.concat([lp(targetCert), fields]), wrappedKek.subarray(1120));
  const dskAt = at;
  const dsk: TwinDsk = { dskId: take(16), epoch: take(4).readUInt32BE(), firstSequence: Number(take(8).readBigUInt64BE()), kind: take(1).readUInt8() };
  const wrapped = takeLp();
  const hdr2 = sha256(bytes.subarray(dskAt, at));
  const dialogHeader = bytes.subarray(at, at + 40);
  const stream = { sender: keys.sender, recipient: keys.recipient, dialogId: take(16), senderInstance: take(16) };
  const sequence = take(8);
  const key = open('dsk', kek, wrapped.subarray(0, 24), dskAad(stream, dsk, kekId), wrapped.subarray(24));
  const body = takeLp();
  if (at !== bytes.length) throw new Error('trailing bytes');
  const aad = Buffer.concat([version, time, salt, flags, sha256(block), hdr2, dialogHeader]);
  const padded = open('body', key, Buffer.concat([salt, sequence]), aad, Buffer.concat([body, mic]));
  const number = sequence.readBigUInt64BE();
  return { kek, dsk: key, sequence: number & ~(1n << 63n), control: number >> 63n === 1n, time: Number(time.readBigUInt64BE()), content: unpad(padded) };
}

/** d_0, then one step per c ‖ content; undefined: lost for both people. */
export function transcript(people: readonly [Buffer, Buffer], dialogId: Buffer, senderInstance: Buffer, contents: readonly (Buffer | undefined)[]): Buffer[] {
  const [lower, higher] = Buffer.compare(people[0], people[1]) < 0 ? people : [people[1], people[0]];
  const digests = [sha256(label('digest'), lower, higher, dialogId, senderInstance)];
  for (const [index, content] of contents.entries()) {
    const before = digests[index] ?? Buffer.alloc(0);
    digests.push(content ? sha256(label('digest'), before, u64(index + 1), sha256(content)) : sha256(label('gap'), before, u64(index + 1)));
  }
  return digests;
}

/** First 16 bytes of H(label ‖ key). */
export function keyCheck(purpose: 'kek-check' | 'dsk-check', key: Uint8Array): Buffer {
  return sha256(label(purpose), key).subarray(0, 16);
}
