import type { Crypto } from '../crypto/crypto';
import type { PeerId } from '../ids';
import { peerIdToBytes } from '../wire/ids';
import { invitationHelloKey } from './invitation-link';

export const INVITATION_TAG_LENGTH = 32;
export const INVITATION_ID_LENGTH = 16;

/** Peer id and SPKI hash: a person as the proofs name them. */
interface Named {
  readonly peerId: PeerId;
  readonly spkiHash: Uint8Array;
}

/** `accepted` also for the same person repeating the step after a lost answer. */
export type RedeemResult = 'accepted' | 'used' | 'expired' | 'refused';

/** On the wire. */
export const redeemResults: readonly RedeemResult[] = ['accepted', 'used', 'expired', 'refused'];

/** 16 bytes; or, once it has done its work, only the hello key made of it (32 bytes): its holder is told "used", nobody "accepted". */
export type OpenInvitation = { readonly secret: Uint8Array } | { readonly helloKey: Uint8Array };

/** HMAC(HKDF(secret, "invite-hello"), channel hash ‖ inviter's peer id): shows that one holds the link, before anybody is named. */
export function helloTag(crypto: Crypto, secret: Uint8Array, channelHash: Uint8Array, inviter: PeerId): Uint8Array {
  const key = invitationHelloKey(crypto, secret);
  const tag = helloTagUnder(crypto, key, channelHash, inviter);
  crypto.wipe(key);
  return tag;
}

/** The same from the hello key, which outlives the secret. */
export function helloTagUnder(crypto: Crypto, helloKey: Uint8Array, channelHash: Uint8Array, inviter: PeerId): Uint8Array {
  return crypto.hmac(helloKey, channelHash, peerIdToBytes(inviter));
}

/** HMAC(HKDF(secret, "invite"), channel hash ‖ both peer ids ‖ both SPKI hashes), inviter first (protocol.md §12). */
export function invitationTag(crypto: Crypto, secret: Uint8Array, channelHash: Uint8Array, inviter: Named, invitee: Named): Uint8Array {
  const key = crypto.hkdf(secret, 'invite', 32);
  const tag = crypto.hmac(key, channelHash, peerIdToBytes(inviter.peerId), peerIdToBytes(invitee.peerId), inviter.spkiHash, invitee.spkiHash);
  crypto.wipe(key);
  return tag;
}
