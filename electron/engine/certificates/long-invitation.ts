import { KeyshiftError } from '../../../shared/errors';
import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import { type Invitation, MAX_LINK_LENGTH, parseInvitation } from '../identity/invitation-link';
import { fromBase64url, toBase64url } from '../wire/encoding';
import { Reader, WireError } from '../wire/reader';
import { concat, Writer } from '../wire/writer';
import { type Card, maxCardBytes, parseCard } from './card';

/** What a long link and a file of one begin with. */
export const longLinkPrefix = 'keyshift:invite-long/';
const version = 1;
const checksumLength = 8;
/** Characters of a pasted text or a file; white space is forgiven. */
export const maxLongLinkText = 128 * 1024;
const blank = /[\s\u00ad\u200b-\u200d\u2060\ufeff]/gu;

export interface LongInvitation {
  readonly invitation: Invitation;
  /** The short link that is inside: all that is of use once the card is known. */
  readonly link: string;
  /** Of the device that made it; names where the answer may be left. */
  readonly card: Card;
}

/**
 * An invitation that two people need not be there together for (protocol.md §12): the short link, and the card of who invites, to seal the
 * answer to and to learn where it may be left. About 8,000 characters; as secret as the short link.
 */
export function encodeLongInvitation(crypto: Crypto, link: string, card: Uint8Array): string {
  const body = new Writer(card.length + MAX_LINK_LENGTH + 16).u8(version).text(link).lp(card).finish();
  return longLinkPrefix + toBase64url(concat(body, checksum(crypto, body)));
}

export function isLongInvitation(text: string): boolean {
  return text.slice(0, 256).replace(blank, '').replace(/^</, '').startsWith(longLinkPrefix);
}

/** Errors: invitation.garbled, invitation.altered, as of a short one. Whether it is expired or one's own is the caller's question; `now`: by which the card must hold. */
export function parseLongInvitation(crypto: Crypto, text: string, now: number): LongInvitation {
  try {
    const bytes = text.length > maxLongLinkText ? new Uint8Array(0) : fromBase64url(tidy(text).slice(longLinkPrefix.length));
    if (bytes.length <= checksumLength || !isLongInvitation(text)) throw garbled();
    const body = bytes.subarray(0, bytes.length - checksumLength);
    if (!crypto.equal(checksum(crypto, body), bytes.subarray(body.length))) throw new KeyshiftError('invitation.altered', 'A character of this invitation was changed or lost on the way.');
    const reader = new Reader(body);
    if (reader.u8() !== version) throw garbled();
    const link = reader.text(MAX_LINK_LENGTH);
    const cardBytes = reader.lp(maxCardBytes).slice();
    reader.end();
    const invitation = parseInvitation(crypto, link);
    const card = soundCard(crypto, cardBytes, now);
    const { identity, instance } = card.chain;
    // Both halves must be of one device: the link says who invites, the card proves it.
    if (identity.peerId !== invitation.peerId || instance.instanceId !== invitation.instanceId) throw garbled();
    return { invitation, link, card };
  } catch (error) {
    if (error instanceof WireError) throw garbled();
    throw error;
  }
}

function soundCard(crypto: Crypto, bytes: Uint8Array, now: number): Card {
  try {
    return parseCard(crypto, bytes, now);
  } catch (error) {
    if (error instanceof KeyshiftError) throw garbled();
    throw error;
  }
}

function tidy(text: string): string {
  const link = text.replace(blank, '');
  return link.startsWith('<') && link.endsWith('>') ? link.slice(1, -1) : link;
}

function checksum(crypto: Crypto, body: Uint8Array): Uint8Array {
  return crypto.sha256(label('long-link-checksum'), body).subarray(0, checksumLength);
}

function garbled(): KeyshiftError {
  return new KeyshiftError('invitation.garbled', 'This is no whole invitation.');
}
