import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import type { InstanceId, KekId } from '../ids';
import { id16ToBytes, instanceIdFromBytes, kekIdFromBytes } from '../wire/ids';
import { Writer } from '../wire/writer';
import type { ServicePairNames } from './service-pair';
import { openKek, wrapKek, wrappedKekBytes } from './kek-wrap';

/**
 * Service pair and KEK header, one signed block (protocol.md §4; seed 000, figure 2, 220 and 230):
 *
 *     initiatorCert LP | initiatorIssued LP | targetCert LP | targetIssued LP | signature LP(64)
 *     kekId[16] | creatingInstance[16] | kekEpoch u32 | notBefore u64 | notAfter u64 | wrappedKek LP(1168)
 *
 * Encrypt-then-sign: the signature covers version, names and the whole KEK header, so that nobody can put a key of
 * their own beside a captured signature (A10), and a bad signature costs no decapsulation.
 */
export interface KekHeader {
  readonly kekId: KekId;
  readonly creatingInstance: InstanceId;
  readonly epoch: number;
  readonly notBefore: number;
  readonly notAfter: number;
}

export const messageVersion = 0x0200;
export const signatureBytes = 64;
/** kekId | creatingInstance | epoch | notBefore | notAfter. */
const kekFieldsBytes = 16 + 16 + 4 + 8 + 8;
export const kekHeaderBytes = kekFieldsBytes + 4 + wrappedKekBytes;
export const maxCertNameBytes = 1024;
export const maxIssuedBytes = 32;

/** Where the parts of a block lie, found by its length fields alone. */
export interface BlockSpan {
  readonly at: number;
  /** Of the signature's length field; the names end here. */
  readonly signatureAt: number;
  readonly headerAt: number;
  readonly end: number;
}

/** Walks the length fields; undefined when one is out of bounds or over its cap (A01, A02). Allocates no section. */
export function spanOfBlock(bytes: Buffer, at: number): BlockSpan | undefined {
  let next = at;
  for (let field = 0; field < 4; field += 1) {
    if (next + 4 > bytes.length) return undefined;
    const length = bytes.readUInt32BE(next);
    if (length === 0 || length > ((field & 1) === 0 ? maxCertNameBytes : maxIssuedBytes)) return undefined;
    next += 4 + length;
  }
  const headerAt = next + 4 + signatureBytes;
  const end = headerAt + kekHeaderBytes;
  if (end > bytes.length) return undefined;
  if (bytes.readUInt32BE(next) !== signatureBytes) return undefined;
  if (bytes.readUInt32BE(headerAt + kekFieldsBytes) !== wrappedKekBytes) return undefined;
  return { at, signatureAt: next, headerAt, end };
}

/** The four names as they stand in the block. */
export function parseNames(bytes: Buffer, span: BlockSpan): ServicePairNames {
  let next = span.at;
  const field = (): Uint8Array => {
    const start = next + 4;
    next = start + bytes.readUInt32BE(next);
    return bytes.subarray(start, next);
  };
  return { initiatorCert: field(), initiatorIssued: field(), targetCert: field(), targetIssued: field() };
}

/** Undefined when an epoch or a time is out of range. */
export function parseKekHeader(bytes: Buffer, span: BlockSpan): KekHeader | undefined {
  const at = span.headerAt;
  const epoch = bytes.readUInt32BE(at + 32);
  const notBefore = bytes.readBigUInt64BE(at + 36);
  const notAfter = bytes.readBigUInt64BE(at + 44);
  if (epoch === 0 || notAfter > BigInt(Number.MAX_SAFE_INTEGER) || notBefore >= notAfter) return undefined;
  return {
    kekId: kekIdFromBytes(bytes.subarray(at, at + 16)),
    creatingInstance: instanceIdFromBytes(bytes.subarray(at + 16, at + 32)),
    epoch,
    notBefore: Number(notBefore),
    notAfter: Number(notAfter),
  };
}

export interface BlockParts {
  readonly names: ServicePairNames;
  readonly header: KekHeader;
  readonly kek: Secret<'kek'>;
  /** X-Wing public key of the recipient's exchange credential, 1216 bytes. */
  readonly recipientKem: Uint8Array;
  readonly signing: Secret<'instance-signing'>;
}

/** One encapsulation and one signature. Undefined when the recipient's key is malformed. */
export function createKekBlock(crypto: Crypto, parts: BlockParts): Uint8Array | undefined {
  const names = encodeNames(parts.names);
  const fields = encodeFields(parts.header);
  const wrapped = wrapKek(crypto, parts.recipientKem, wrapContext(parts.names.targetCert, fields), parts.kek);
  if (!wrapped) return undefined;
  const header = new Writer().fixed(fields).lp(wrapped).finish();
  const signature = crypto.sign('kek-block', parts.signing, signedBytes(names, header));
  return new Writer().fixed(names).lp(signature).fixed(header).finish();
}

/** True when the instance with this Ed25519 key signed exactly this block. One verification. */
export function verifyKekBlock(crypto: Crypto, bytes: Buffer, span: BlockSpan, signingKey: Uint8Array): boolean {
  const signature = bytes.subarray(span.signatureAt + 4, span.headerAt);
  const names = bytes.subarray(span.at, span.signatureAt);
  return crypto.verify('kek-block', signingKey, signedBytes(names, bytes.subarray(span.headerAt, span.end)), signature);
}

/** One decapsulation; undefined when the wrap does not open. */
export function unwrapBlock(
  crypto: Crypto,
  bytes: Buffer,
  span: BlockSpan,
  targetCert: Uint8Array,
  kem: Secret<'exchange-kem'>,
): Secret<'kek'> | undefined {
  const fields = bytes.subarray(span.headerAt, span.headerAt + kekFieldsBytes);
  const wrapped = bytes.subarray(span.end - wrappedKekBytes, span.end);
  return openKek(crypto, kem, wrapContext(targetCert, fields), wrapped);
}

function encodeNames(names: ServicePairNames): Uint8Array {
  return new Writer()
    .lp(names.initiatorCert)
    .lp(names.initiatorIssued)
    .lp(names.targetCert)
    .lp(names.targetIssued)
    .finish();
}

function encodeFields(header: KekHeader): Uint8Array {
  return new Writer()
    .fixed(id16ToBytes(header.kekId))
    .fixed(id16ToBytes(header.creatingInstance))
    .u32(header.epoch)
    .u64(header.notBefore)
    .u64(header.notAfter)
    .finish();
}

/** Version, the four names as they stand, the KEK header as it stands: every field carries its length or has a fixed one. */
function signedBytes(names: Uint8Array, header: Uint8Array): Uint8Array {
  return new Writer().u16(messageVersion).fixed(names).fixed(header).finish();
}

function wrapContext(targetCert: Uint8Array, fields: Uint8Array): Uint8Array {
  return new Writer().lp(targetCert).fixed(fields).finish();
}
