import type { Crypto } from '../crypto/crypto';
import { type Frame, frameHeaderLength, frameTypes, writeFrameHeader } from '../wire/frame';
import type { RxKeys, TxKeys } from './key-schedule';

/** Where a direction stands: the number of the next record, and the running digest over the tags of all before it. */
export interface Position {
  readonly counter: number;
  /** 32 bytes. */
  readonly digest: Uint8Array;
}

const tagBytes = 16;
const digestBytes = 32;
/** Far below where a number loses precision; a session ends long before (2^48 records). */
export const maxRecords = 2 ** 48;

/** Where a direction begins: record 0, the digest of the handshake. */
export function startOf(keys: TxKeys | RxKeys): Position {
  return { counter: 0, digest: keys.startDigest };
}

/**
 * One record frame (protocol.md §8): AEAD with nonce = salt[16] ‖ counter u64 and associated data = frame header ‖
 * running digest. Throws when the direction has used up its counters.
 */
export function sealRecord(crypto: Crypto, keys: TxKeys, at: Position, plaintext: Uint8Array): { readonly frame: Uint8Array; readonly next: Position } {
  const frame = new Uint8Array(recordOverhead + plaintext.length);
  frame.set(plaintext, frameHeaderLength);
  return { frame, next: sealInPlace(crypto, keys, at, frame) };
}

/** What a frame has beside its plaintext: header in front, tag behind. */
export const recordOverhead = frameHeaderLength + tagBytes;

/** The same for a plaintext that stands in its frame already, behind room for the header and before room for the tag: no copy of it is made. */
export function sealInPlace(crypto: Crypto, keys: TxKeys, at: Position, frame: Uint8Array): Position {
  if (at.counter >= maxRecords) throw new Error('the session has no record numbers left');
  const tagAt = frame.length - tagBytes;
  writeFrameHeader(frame, frameTypes.record, frame.length - frameHeaderLength);
  const plaintext = frame.subarray(frameHeaderLength, tagAt);
  crypto.sealDetached('record', keys.record, nonceOf(keys.salt, at.counter), associatedData(frame, at), plaintext, frame.subarray(tagAt), plaintext);
  return after(crypto, at, frame);
}

/**
 * Undefined for anything but the very next record of this direction, unchanged (A52). Throws as `sealRecord` does. The
 * plaintext takes the place of the ciphertext in the frame, whose buffer is its own: a large record needs no second one.
 */
export function openRecord(crypto: Crypto, keys: RxKeys, at: Position, frame: Frame): { readonly plaintext: Uint8Array; readonly next: Position } | undefined {
  if (at.counter >= maxRecords) throw new Error('the session has no record numbers left');
  if (frame.type !== frameTypes.record || frame.payload.length < tagBytes) return undefined;
  const sealed = frame.payload.subarray(0, frame.payload.length - tagBytes);
  const tag = frame.payload.subarray(frame.payload.length - tagBytes);
  const plaintext = crypto.openDetached('record', keys.record, nonceOf(keys.salt, at.counter), associatedData(frame.frame, at), sealed, tag, sealed);
  return plaintext && { plaintext, next: after(crypto, at, frame.frame) };
}

/** digest_n = H(digest_(n-1) ‖ tag_n). */
function after(crypto: Crypto, at: Position, frame: Uint8Array): Position {
  return { counter: at.counter + 1, digest: crypto.sha256(at.digest, frame.subarray(frame.length - tagBytes)) };
}

// Written anew for every record and read before the call returns: two allocations less per record.
const nonce = new Uint8Array(24);
const aad = new Uint8Array(frameHeaderLength + digestBytes);

/** salt[16] ‖ counter u64. */
function nonceOf(salt: Uint8Array, counter: number): Uint8Array {
  nonce.set(salt);
  let rest = counter;
  for (let at = 23; at >= 16; at -= 1) {
    nonce[at] = rest & 0xff;
    rest = rest < 256 ? 0 : Math.floor(rest / 256);
  }
  return nonce;
}

/** Frame header ‖ running digest. */
function associatedData(frame: Uint8Array, at: Position): Uint8Array {
  for (let index = 0; index < frameHeaderLength; index += 1) aad[index] = frame[index] ?? 0;
  aad.set(at.digest, frameHeaderLength);
  return aad;
}
