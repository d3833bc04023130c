import { KeyshiftError } from '../../../shared/errors';
import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import type { InstanceId, PeerId } from '../ids';
import type { Address } from '../ports';
import { fromBase64url, toBase64url, toHex } from '../wire/encoding';
import { id16ToBytes, instanceIdFromBytes, peerIdFromBytes, peerIdToBytes } from '../wire/ids';
import { Reader, WireError } from '../wire/reader';
import { concat, Writer } from '../wire/writer';
import { formatIpv4, formatIpv6, formatOnion, parseHost } from './host';

/** Longest link, so that it fits a text message, a QR code and a business card (protocol.md §12). */
export const MAX_LINK_LENGTH = 250;
const MAX_ADDRESSES = 3;
export const INVITATION_SECRET_LENGTH = 16;

const PREFIX = 'keyshift:invite/';
const VERSION = 1;
const CHECKSUM_LENGTH = 8;
/** version, peer id, instance, secret, expiry, number of addresses, checksum. */
const FIXED_LENGTH = 1 + 32 + 16 + INVITATION_SECRET_LENGTH + 4 + 1 + CHECKSUM_LENGTH;
/** What fits behind the prefix in base64url without padding. */
const MAX_BYTES = Math.floor(((MAX_LINK_LENGTH - PREFIX.length) * 3) / 4);
/** Pasted text longer than this is no link, however much white space it holds. */
const MAX_PASTED = 2_048;
/** White space, and the invisible characters that editors and mail programs put where lines may break. */
const blank = /[\s\u00ad\u200b-\u200d\u2060\ufeff]/gu;

const addressKinds = { ipv4: 1, ipv6: 2, name: 3, onion: 4 } as const;

/** What a link says. The secret (16 bytes) proves to the inviter who holds the link and is never sent (protocol.md §12). */
export interface Invitation {
  readonly peerId: PeerId;
  /** The inviter's device: the only one that redeems it. */
  readonly instanceId: InstanceId;
  readonly secret: Uint8Array;
  /** Unix milliseconds, whole seconds. */
  readonly expiresAt: number;
  /** At most three, in the order to try. */
  readonly addresses: readonly Address[];
}

/**
 * `keyshift:invite/…`, at most 250 characters. Takes the first addresses that fit, at most three; what is no valid host
 * is left out. The expiry is cut to whole seconds.
 */
export function encodeInvitation(crypto: Crypto, invitation: Invitation): string {
  const addresses = fittingAddresses(invitation.addresses);
  const writer = new Writer()
    .u8(VERSION)
    .fixed(peerIdToBytes(invitation.peerId))
    .fixed(id16ToBytes(invitation.instanceId))
    .fixed(invitation.secret)
    .u32(Math.floor(invitation.expiresAt / 1_000))
    .u8(addresses.length);
  for (const address of addresses) writer.fixed(address);
  const body = writer.finish();
  const bytes = concat(body, checksum(crypto, body));
  const link = PREFIX + toBase64url(bytes);
  crypto.wipe(body);
  crypto.wipe(bytes);
  return link;
}

/**
 * Reads a pasted link; white space and line breaks anywhere, and one pair of angle brackets around it, are forgiven.
 * Errors: `invitation.garbled` when it is no whole link, `invitation.altered` when its checksum does not fit. Whether it
 * expired, was accepted before or is one's own is the caller's question.
 */
export function parseInvitation(crypto: Crypto, text: string): Invitation {
  const bytes = linkBytes(text);
  const body = bytes.subarray(0, bytes.length - CHECKSUM_LENGTH);
  if (!crypto.equal(checksum(crypto, body), bytes.subarray(body.length))) {
    throw new KeyshiftError('invitation.altered', 'A character of this link was changed or lost on the way.');
  }
  return unlessGarbled(() => readBody(body));
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

function linkBytes(text: string): Uint8Array {
  if (text.length > MAX_PASTED) throw garbled();
  let link = text.replace(blank, '');
  if (link.startsWith('<') && link.endsWith('>')) link = link.slice(1, -1);
  if (!link.startsWith(PREFIX) || link.length > MAX_LINK_LENGTH) throw garbled();
  const bytes = unlessGarbled(() => fromBase64url(link.slice(PREFIX.length)));
  if (bytes.length < FIXED_LENGTH) throw garbled();
  return bytes;
}

function readBody(body: Uint8Array): Invitation {
  const reader = new Reader(body);
  if (reader.u8() !== VERSION) throw garbled();
  const peerId = peerIdFromBytes(reader.fixed(32));
  const instanceId = instanceIdFromBytes(reader.fixed(16));
  const secret = Uint8Array.from(reader.fixed(INVITATION_SECRET_LENGTH));
  const expiresAt = reader.u32() * 1_000;
  const count = reader.u8();
  if (count > MAX_ADDRESSES) throw garbled();
  const addresses = Array.from({ length: count }, () => readAddress(reader));
  reader.end();
  return { peerId, instanceId, secret, expiresAt, addresses };
}

function fittingAddresses(addresses: readonly Address[]): Uint8Array[] {
  const fitting: Uint8Array[] = [];
  let left = MAX_BYTES - FIXED_LENGTH;
  for (const address of addresses) {
    const bytes = encodeAddress(address);
    if (!bytes || bytes.length > left || fitting.length === MAX_ADDRESSES) continue;
    fitting.push(bytes);
    left -= bytes.length;
  }
  return fitting;
}

/** kind u8 ‖ port u16 ‖ 4, 16 or 35 bytes, or a name's length u8 and its characters. */
function encodeAddress({ host: text, port }: Address): Uint8Array | undefined {
  const host = parseHost(text);
  if (!host || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  const writer = new Writer().u8(addressKinds[host.kind]).u16(port);
  if (host.kind !== 'name') return writer.fixed(host.bytes).finish();
  const name = new TextEncoder().encode(host.text);
  return writer.u8(name.length).fixed(name).finish();
}

function readAddress(reader: Reader): Address {
  const kind = reader.u8();
  const port = reader.u16();
  const host = readHost(reader, kind);
  // Only what this program itself would write: one text per address, nothing a resolver could misread.
  if (port === 0 || parseHost(host)?.text !== host) throw garbled();
  return { host, port };
}

function readHost(reader: Reader, kind: number): string {
  switch (kind) {
    case addressKinds.ipv4:
      return formatIpv4(reader.fixed(4));
    case addressKinds.ipv6:
      return formatIpv6(reader.fixed(16));
    case addressKinds.onion:
      return formatOnion(reader.fixed(35));
    case addressKinds.name: {
      const host = String.fromCharCode(...reader.fixed(reader.u8()));
      if (parseHost(host)?.kind !== 'name') throw garbled();
      return host;
    }
    default:
      throw garbled();
  }
}

function unlessGarbled<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) throw garbled();
    throw error;
  }
}

function checksum(crypto: Crypto, body: Uint8Array): Uint8Array {
  return crypto.sha256(label('link-checksum'), body).subarray(0, CHECKSUM_LENGTH);
}

function garbled(): KeyshiftError {
  return new KeyshiftError('invitation.garbled', 'This is no whole invitation link.');
}
