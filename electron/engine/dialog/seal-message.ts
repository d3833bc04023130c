import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import type { DialogId, InstanceId } from '../ids';
import { padme } from '../crypto/padding';
import { messageVersion } from '../exchange/kek-block';
import { id16ToBytes } from '../wire/ids';
import {
  aadBytes,
  aadDialogAt,
  aadFlagsAt,
  aadHdr1At,
  aadHdr2At,
  aadSaltAt,
  aadTimeAt,
  controlFlag,
  dialogHeaderBytes,
  dskHeaderBytes,
  flagsAt,
  micAt,
  micBytes,
  nonceBytes,
  preambleBytes,
  saltAt,
  saltBytes,
  timeAt,
  writeSequence,
  writeTime,
} from './message-layout';

/** Length of c, the random bytes in front of every content (protocol.md §7). */
export const blindBytes = 16;

/**
 * Everything of a stream's messages that stays the same until a key or a credential changes: the three headers in
 * their places, and associated data with hdr1, hdr2 and the dialog in theirs.
 */
export interface SealState {
  readonly template: Buffer;
  readonly aad: Buffer;
  readonly nonce: Buffer;
  readonly tag: Uint8Array;
  readonly dialogAt: number;
  readonly key: Secret<'dsk-send'>;
}

/** Made once for each stream, key and block. `hash`: 32 bytes each. The key stays the caller's, who wipes it. */
export function createSealState(parts: {
  readonly block: { readonly bytes: Uint8Array; readonly hash: Uint8Array };
  readonly dskHeader: { readonly bytes: Uint8Array; readonly hash: Uint8Array };
  readonly dialogId: DialogId;
  readonly senderInstance: InstanceId;
  readonly key: Secret<'dsk-send'>;
}): SealState {
  const { block, dskHeader } = parts;
  const dialogAt = preambleBytes + block.bytes.length + dskHeaderBytes;
  // One piece of memory for all of it: short buffers cost more than what is written into them.
  const aadAt = dialogAt + dialogHeaderBytes + 4;
  const nonceAt = aadAt + aadBytes;
  const tagAt = nonceAt + nonceBytes;
  const all = Buffer.alloc(tagAt + micBytes);
  const template = all.subarray(0, aadAt);
  template.writeUInt16BE(messageVersion, 0);
  template.set(block.bytes, preambleBytes);
  template.set(dskHeader.bytes, preambleBytes + block.bytes.length);
  template.set(id16ToBytes(parts.dialogId), dialogAt);
  template.set(id16ToBytes(parts.senderInstance), dialogAt + 16);
  const aad = all.subarray(aadAt, nonceAt);
  aad.writeUInt16BE(messageVersion, 0);
  aad.set(block.hash, aadHdr1At);
  aad.set(dskHeader.hash, aadHdr2At);
  aad.set(template.subarray(dialogAt, dialogAt + 32), aadDialogAt);
  return { template, aad, nonce: all.subarray(nonceAt, tagAt), tag: all.subarray(tagAt), dialogAt, key: parts.key };
}

/** What a message says: c ‖ content, not padded. */
export interface Plain {
  readonly control: boolean;
  /** Sequence or control counter, from 1. */
  readonly sequence: number;
  readonly time: number;
  readonly plaintext: Uint8Array;
}

/** Length of the padded body of so many plaintext bytes. */
export function bodyLength(plaintextBytes: number): number {
  return padme(plaintextBytes + 1);
}

/**
 * 536 of figure 5: one AEAD call. `salt`: 16 fresh bytes from the kernel (A06); salt ‖ sequence is the nonce, the
 * detached tag is the MIC. Gives the canonical bytes: a view of `room` (`maxMessageBytes`), or memory of their own. Fresh
 * memory is the dearest part of a longer message in Electron, whose buffers are zeroed and give their pages back.
 */
export function sealMessage(crypto: Crypto, state: SealState, plain: Plain, salt: Uint8Array, room?: Buffer): Uint8Array {
  const { template, aad, nonce, tag, dialogAt } = state;
  const length = bodyLength(plain.plaintext.length);
  const bytes = room ? room.subarray(0, template.length + length) : Buffer.allocUnsafe(template.length + length);
  bytes.set(template);
  // The body is padded in its place and sealed there: nothing is copied.
  const body = bytes.subarray(template.length);
  body.set(plain.plaintext);
  body[plain.plaintext.length] = 0x80;
  body.fill(0, plain.plaintext.length + 1);

  const flags = plain.control ? controlFlag : 0;
  writeTime(aad, aadTimeAt, plain.time);
  aad.set(salt, aadSaltAt);
  aad.writeUInt16BE(flags, aadFlagsAt);
  writeSequence(aad, aadDialogAt + 32, plain.sequence, plain.control);
  nonce.set(salt);
  writeSequence(nonce, saltBytes, plain.sequence, plain.control);
  crypto.sealDetached('body', state.key, nonce, aad, body, tag, body);

  bytes.set(tag, micAt);
  writeTime(bytes, timeAt, plain.time);
  bytes.set(salt, saltAt);
  bytes.writeUInt16BE(flags, flagsAt);
  writeSequence(bytes, dialogAt + 32, plain.sequence, plain.control);
  bytes.writeUInt32BE(length, template.length - 4);
  // A plain array: `slice` of a Buffer would share its memory.
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
