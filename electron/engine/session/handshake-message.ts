import type { Crypto } from '../crypto/crypto';
import { selectorBytes, selectorOf } from '../crypto/sealed-envelope';
import { encodeFrame, type Frame, frameTypes } from '../wire/frame';
import { Reader, WireError } from '../wire/reader';
import { Writer } from '../wire/writer';
import { parseResume, type ResumeM1, type ResumeM2, resumeMode } from './resume-message';

export { selectorOf };
export type { ResumeM1, ResumeM2 };

/**
 * The one layout of M1 and M2 (protocol.md §8; S3-03): what differs is the label they are sealed under, who signs what,
 * and the statement.
 *
 *     frame    = header[7] ‖ mode u8 ‖ selector[8] ‖ envelope
 *     envelope = KEM ciphertext[1120] ‖ sealed nonce[48] ‖ sealed body
 *     body     = LP(chain) ‖ X25519 share[32] ‖ LP(statement) ‖ signature[64]
 */
export interface FullMessage {
  readonly mode: typeof modes.full;
  /** Names the recipient's key: first 8 bytes of H("selector" ‖ exchange credential hash ‖ KEM ciphertext). */
  readonly selector: Uint8Array;
  readonly envelope: Uint8Array;
}

export type HandshakeMessage = FullMessage | ResumeM1 | ResumeM2;

export interface HandshakeBody {
  readonly chain: Uint8Array;
  readonly share: Uint8Array;
  readonly statement: Uint8Array;
  readonly signature: Uint8Array;
}

export const modes = { full: 1, resume: resumeMode } as const;

export const nonceBytes = 32;
export const shareBytes = 32;
const kemCiphertextBytes = 1_120;
const tagBytes = 16;
const smallestEnvelope = kemCiphertextBytes + nonceBytes + tagBytes + tagBytes;
const maxChainBytes = 12 * 1_024;
const maxStatementBytes = 256;

export function encodeHandshakeFrame(crypto: Crypto, type: typeof frameTypes.m1 | typeof frameTypes.m2, recipientCredentialHash: Uint8Array, envelope: Uint8Array): Uint8Array {
  return encodeFrame(type, Uint8Array.of(modes.full), selectorOf(crypto, recipientCredentialHash, envelope), envelope);
}

/** M1 or M2 of either mode. Throws `WireError` for what is too short to hold a nonce (S3-01), and for any other mode (S3-21). */
export function parseHandshakeFrame(frame: Frame): HandshakeMessage {
  if (frame.type !== frameTypes.m1 && frame.type !== frameTypes.m2) throw new WireError('not a handshake message');
  const reader = new Reader(frame.payload);
  const mode = reader.u8();
  if (mode === modes.resume) return parseResume(frame.type, reader);
  if (mode !== modes.full) throw new WireError('unknown mode');
  const selector = reader.fixed(selectorBytes);
  const envelope = reader.fixed(Math.max(reader.remaining, smallestEnvelope));
  return { mode, selector, envelope };
}

export function encodeBody(body: HandshakeBody): Uint8Array {
  return new Writer(body.chain.length + 256).lp(body.chain).fixed(body.share).lp(body.statement).fixed(body.signature).finish();
}

/** Throws `WireError`. */
export function parseBody(bytes: Uint8Array): HandshakeBody {
  const reader = new Reader(bytes);
  const body = { chain: reader.lp(maxChainBytes), share: reader.fixed(shareBytes), statement: reader.lp(maxStatementBytes), signature: reader.fixed(64) };
  reader.end();
  return body;
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
