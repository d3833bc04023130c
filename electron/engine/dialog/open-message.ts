import type { Crypto } from '../crypto/crypto';
import type { Secret } from '../crypto/secret';
import { unpad } from '../crypto/padding';
import { messageVersion } from '../exchange/kek-block';
import {
  aadBytes,
  aadDialogAt,
  aadHdr1At,
  aadHdr2At,
  aadTimeAt,
  controlFlag,
  dialogHeaderBytes,
  aadFlagsAt,
  micAt,
  micBytes,
  type MessageSpan,
  nonceBytes,
  saltAt,
  saltBytes,
  timeAt,
} from './message-layout';
import { blindBytes } from './seal-message';

/** What opens the messages of one session key: the key, and associated data with hdr1 and hdr2 in their places. */
export interface OpenState {
  readonly aad: Buffer;
  readonly nonce: Buffer;
  readonly key: Secret<'dsk-receive'>;
}

/** Made once for each session key. `hdr1`, `hdr2`: 32 bytes each. The key stays the caller's, who wipes it. */
export function createOpenState(hdr1: Uint8Array, hdr2: Uint8Array, key: Secret<'dsk-receive'>): OpenState {
  const both = Buffer.alloc(aadBytes + nonceBytes);
  const aad = both.subarray(0, aadBytes);
  aad.writeUInt16BE(messageVersion, 0);
  aad.set(hdr1, aadHdr1At);
  aad.set(hdr2, aadHdr2At);
  return { aad, nonce: both.subarray(aadBytes), key };
}

/**
 * 644 of figure 7: one AEAD call. Gives the padded plaintext, or undefined when the tag does not verify: then nothing
 * of the message was believed and nothing may change (A05). `room`: at least `maxBodyBytes`, where the plaintext goes;
 * what is given is a view of it.
 */
export function openMessage(crypto: Crypto, state: OpenState, bytes: Buffer, span: MessageSpan, room: Uint8Array): Uint8Array | undefined {
  const { aad, nonce } = state;
  // Time, salt and flags stand side by side here and there.
  bytes.copy(aad, aadTimeAt, timeAt, timeAt + 8 + saltBytes);
  aad.writeUInt16BE(span.control ? controlFlag : 0, aadFlagsAt);
  bytes.copy(aad, aadDialogAt, span.dialogAt, span.dialogAt + dialogHeaderBytes);
  bytes.copy(nonce, 0, saltAt, saltAt + saltBytes);
  bytes.copy(nonce, saltBytes, span.dialogAt + 32, span.dialogAt + 40);
  const body = bytes.subarray(span.bodyAt);
  return crypto.openDetached('body', state.key, nonce, aad, body, bytes.subarray(micAt, micAt + micBytes), room.subarray(0, body.length));
}

/** c ‖ content of a padded plaintext; undefined when the padding is not canonical or c is missing. */
export function unpadded(plaintext: Uint8Array): Uint8Array | undefined {
  const content = unpad(plaintext);
  return content && content.length >= blindBytes ? content : undefined;
}
