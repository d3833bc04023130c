import { KeyshiftError } from '../../../shared/errors';
import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import { toHex } from '../wire/encoding';
import { encodeLinkText, type LinkContent, type LinkKind, MAX_LINK_LENGTH, readLinkText } from './link-text';

export { MAX_LINK_LENGTH };

const kind: LinkKind = { prefix: 'keyshift:invite/', checksum: 'link-checksum' };

/** What an invitation says; redeemed only by the device that made it. The secret (16 bytes) proves to the inviter who holds the link and is never sent (protocol.md §12). */
export type Invitation = LinkContent;

/**
 * `keyshift:invite/…`, at most 250 characters. Takes the first addresses that fit, at most three; what is no valid host
 * is left out. The expiry is cut to whole seconds.
 */
export function encodeInvitation(crypto: Crypto, invitation: Invitation): string {
  return encodeLinkText(crypto, kind, invitation);
}

/**
 * Reads a pasted link; white space and line breaks anywhere, and one pair of angle brackets around it, are forgiven.
 * Errors: `invitation.garbled` when it is no whole link, `invitation.altered` when its checksum does not fit. Whether it
 * expired, was accepted before or is one's own is the caller's question.
 */
export function parseInvitation(crypto: Crypto, text: string): Invitation {
  const read = readLinkText(crypto, kind, text);
  if (read === 'altered') throw new KeyshiftError('invitation.altered', 'A character of this link was changed or lost on the way.');
  if (typeof read === 'string') throw new KeyshiftError('invitation.garbled', 'This is no whole invitation link.');
  return read;
}

/**
 * How the inviter finds the invitation without the secret being told: hex of the first 16 bytes of
 * H("invitation-id" ‖ HKDF(secret, "invite-hello")). Whoever sees it learns nothing about the link.
 */
export function invitationIdOf(crypto: Crypto, secret: Uint8Array): string {
  const key = invitationHelloKey(crypto, secret);
  try {
    return toHex(crypto.sha256(label('invitation-id'), key).subarray(0, 16));
  } finally {
    crypto.wipe(key);
  }
}

/** Key of the first proof that one holds the link, 32 bytes; the caller wipes it. */
export function invitationHelloKey(crypto: Crypto, secret: Uint8Array): Uint8Array {
  return crypto.hkdf(secret, 'invite-hello', 32);
}
