import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import { kemLengths } from '../crypto/xwing';
import type { PeerId } from '../ids';
import { peerIdToBytes } from '../wire/ids';
import { Reader } from '../wire/reader';
import { concat, lp, Writer } from '../wire/writer';
import { sixDigits } from './meeting-code';

export const LINK_NONCE_LENGTH = 32;
/** Of a device's name, as in a credential. */
const maxName = 128;

/** What the existing device is bound to before it sees anything of the new one: its person, the key, and itself. */
export interface HostReveal {
  /** 32 bytes. */
  readonly nonce: Uint8Array;
  readonly peerId: PeerId;
  /** 32 bytes. */
  readonly spkiHash: Uint8Array;
  /** H of its instance credential, 32 bytes. */
  readonly credentialHash: Uint8Array;
}

/** What the new device shows: the keys it will have, and what it wants to be called. */
export interface JoinerReveal {
  readonly nonce: Uint8Array;
  /** Ed25519, 32 bytes. */
  readonly signingKey: Uint8Array;
  /** X-Wing, 1216 bytes. */
  readonly kemKey: Uint8Array;
  readonly deviceName: string;
}

/** nonce 32 ‖ peer id 32 ‖ SPKI hash 32 ‖ H(instance credential) 32. */
function hostRevealBytes({ nonce, peerId, spkiHash, credentialHash }: HostReveal): Uint8Array {
  return concat(nonce, peerIdToBytes(peerId), spkiHash, credentialHash);
}

/** nonce 32 ‖ signing key 32 ‖ KEM key 1216 ‖ device name LP. */
export function encodeJoinerReveal({ nonce, signingKey, kemKey, deviceName }: JoinerReveal): Uint8Array {
  return new Writer(1_500).fixed(nonce).fixed(signingKey).fixed(kemKey).text(deviceName).finish();
}

/** Throws `WireError`. The bytes are copies. */
export function parseJoinerReveal(payload: Uint8Array): JoinerReveal {
  const reader = new Reader(payload);
  const nonce = reader.fixed(LINK_NONCE_LENGTH).slice();
  const signingKey = reader.fixed(32).slice();
  const kemKey = reader.fixed(kemLengths.publicKey).slice();
  const deviceName = reader.text(maxName);
  reader.end();
  return { nonce, signingKey, kemKey, deviceName };
}

/** H("device-link-commit" ‖ host reveal 128 ‖ channel hash), 32 bytes. */
export function linkCommitment(crypto: Crypto, reveal: HostReveal, channelHash: Uint8Array): Uint8Array {
  return crypto.sha256(label('device-link-commit'), hostRevealBytes(reveal), channelHash);
}

/**
 * Six digits: H("device-link-code" ‖ host reveal 128 ‖ LP(joiner reveal) ‖ channel hash) as one number, mod 10^6. One commitment
 * is enough: whoever stands in between has fixed what it shows to the one side before it learns the nonce of the other.
 */
export function linkDigits(crypto: Crypto, host: HostReveal, joiner: JoinerReveal, channelHash: Uint8Array): string {
  return sixDigits(crypto.sha256(label('device-link-code'), hostRevealBytes(host), lp(encodeJoinerReveal(joiner)), channelHash));
}

/** channel hash 32 ‖ host reveal 128 ‖ joiner reveal: what the existing device signs, so that its card counts on this channel only. */
export function linkKeysSigned(channelHash: Uint8Array, own: HostReveal, device: JoinerReveal): Uint8Array {
  return concat(channelHash, hostRevealBytes(own), encodeJoinerReveal(device));
}
