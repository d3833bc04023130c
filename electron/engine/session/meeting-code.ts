import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import { peerIdFromBytes } from '../wire/ids';
import { Reader } from '../wire/reader';
import { concat } from '../wire/writer';
import type { ChannelRole } from './channel-frames';
import { type Named, nameBytes } from './meeting-proof';

const MEETING_NONCE_LENGTH = 32;
export const COMMITMENT_LENGTH = 32;

/** Who one is, and the secret that hid it in the commitment until now (protocol.md §12). */
export interface Reveal extends Named {
  readonly nonce: Uint8Array;
}

export function encodeReveal(reveal: Reveal): Uint8Array {
  return concat(reveal.nonce, nameBytes(reveal));
}

/** Throws `WireError`. The bytes are copies. */
export function parseReveal(payload: Uint8Array): Reveal {
  const reader = new Reader(payload);
  const nonce = reader.fixed(MEETING_NONCE_LENGTH).slice();
  const peerId = peerIdFromBytes(reader.fixed(32));
  const spkiHash = reader.fixed(32).slice();
  reader.end();
  return { nonce, peerId, spkiHash };
}

/**
 * H("meet" ‖ role u8 ‖ reveal 96 ‖ channel hash), 32 bytes; role 1 for who asked, 2 for who was asked. Binds whoever sends it
 * to one key before they can know the other's, and tells nothing: the nonce hides even a person one could guess.
 */
export function commitmentTo(crypto: Crypto, role: ChannelRole, reveal: Reveal, channelHash: Uint8Array): Uint8Array {
  return crypto.sha256(label('meet'), Uint8Array.of(role === 'client' ? 1 : 2), encodeReveal(reveal), channelHash);
}

/**
 * Six digits: H("meet-code" ‖ reveal of the lower peer id ‖ reveal of the other ‖ channel hash) as one number, mod 10^6. Lower
 * by bytes. Same on both sides exactly when they stand at the two ends of one channel, but for one chance in a million.
 */
export function meetingDigits(crypto: Crypto, one: Reveal, other: Reveal, channelHash: Uint8Array): string {
  const [a, b] = [encodeReveal(one), encodeReveal(other)];
  const idAt = (reveal: Uint8Array): Uint8Array => reveal.subarray(MEETING_NONCE_LENGTH, MEETING_NONCE_LENGTH + 32);
  const ordered = isLower(idAt(a), idAt(b)) ? [a, b] : [b, a];
  return sixDigits(crypto.sha256(label('meet-code'), ...ordered, channelHash));
}

/** The hash as one number, mod 10^6. */
export function sixDigits(hash: Uint8Array): string {
  let rest = 0;
  for (const byte of hash) rest = (rest * 256 + byte) % 1_000_000;
  return String(rest).padStart(6, '0');
}

function isLower(a: Uint8Array, b: Uint8Array): boolean {
  for (const [at, byte] of a.entries()) {
    const other = b[at] ?? 0;
    if (byte !== other) return byte < other;
  }
  return false;
}
