import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import type { PeerId } from '../ids';
import { peerIdToBytes } from '../wire/ids';
import { Reader } from '../wire/reader';
import { concat, Writer } from '../wire/writer';

/** M1's statement: `time u64 ‖ instance list version u64` of its sender. */
export interface M1Statement {
  /** Sender's clock, Unix milliseconds. Looked at loosely: freshness comes from SN, never from here. */
  readonly time: number;
  readonly listVersion: number;
}

/** What M1's fresh signature binds beside the statement: this recipient, this envelope, this share (S3-29, A44). */
export interface M1Binding {
  readonly recipient: PeerId;
  readonly recipientCredentialHash: Uint8Array;
  readonly kemCiphertextHash: Uint8Array;
  readonly share: Uint8Array;
  /** H(chain bytes) of the sender. */
  readonly chainHash: Uint8Array;
}

/** Further than this from our clock, M1 is refused (milliseconds): computers with a wrong day, and recordings. */
export const clockToleranceMs = 24 * 3_600_000;

/** `time u64 | listVersion u64`, 16 bytes. */
export function encodeM1Statement(statement: M1Statement): Uint8Array {
  return new Writer(16).u64(statement.time).u64(statement.listVersion).finish();
}

/** Throws `WireError`. */
export function parseM1Statement(bytes: Uint8Array): M1Statement {
  const reader = new Reader(bytes);
  const statement = { time: reader.u64(), listVersion: reader.u64() };
  reader.end();
  return statement;
}

/** The fresh signature of the dialler's device, 64 bytes (protocol.md §8). */
export function signM1(crypto: Crypto, signing: Secret<'instance-signing'>, binding: M1Binding, statement: Uint8Array): Uint8Array {
  return crypto.sign('m1', signing, signedBytes(binding, statement));
}

/** Whether the device of this key signed exactly that, for this recipient and envelope. */
export function isM1Signed(crypto: Crypto, signingKey: Uint8Array, binding: M1Binding, statement: Uint8Array, signature: Uint8Array): boolean {
  return crypto.verify('m1', signingKey, signedBytes(binding, statement), signature);
}

/** All fields but the last have fixed lengths: 32 bytes each. */
function signedBytes(binding: M1Binding, statement: Uint8Array): Uint8Array {
  return concat(peerIdToBytes(binding.recipient), binding.recipientCredentialHash, binding.kemCiphertextHash, binding.share, binding.chainHash, statement);
}
