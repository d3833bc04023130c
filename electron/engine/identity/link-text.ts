import type { Crypto } from '../crypto/crypto';
import { label } from '../crypto/label';
import type { Purpose } from '../crypto/purpose';
import type { InstanceId, PeerId } from '../ids';
import type { Address } from '../ports';
import { fromBase64url, toBase64url } from '../wire/encoding';
import { id16ToBytes, instanceIdFromBytes, peerIdFromBytes, peerIdToBytes } from '../wire/ids';
import { Reader, WireError } from '../wire/reader';
import { concat, Writer } from '../wire/writer';
import { formatIpv4, formatIpv6, formatOnion, parseHost } from './host';

/** Longest link, so that it fits a text message, a QR code and a business card (protocol.md §12). */
export const MAX_LINK_LENGTH = 250;
const MAX_ADDRESSES = 3;
const LINK_SECRET_LENGTH = 16;

const VERSION = 1;
const CHECKSUM_LENGTH = 8;
/** version, peer id, instance, secret, expiry, number of addresses, checksum. */
const FIXED_LENGTH = 1 + 32 + 16 + LINK_SECRET_LENGTH + 4 + 1 + CHECKSUM_LENGTH;
/** Pasted text longer than this is no link, however much white space it holds. */
const MAX_PASTED = 2_048;
/** White space, and the invisible characters that editors and mail programs put where lines may break. */
const blank = /[\s\u00ad\u200b-\u200d\u2060\ufeff]/gu;

const addressKinds = { ipv4: 1, ipv6: 2, name: 3, onion: 4 } as const;

/** What a link says. Whoever holds the secret (16 bytes) proves it; it is never sent (protocol.md §10, §12). */
export interface LinkContent {
  readonly peerId: PeerId;
  /** The device that made it: the only one that answers. */
  readonly instanceId: InstanceId;
  readonly secret: Uint8Array;
  /** Unix milliseconds, whole seconds. */
  readonly expiresAt: number;
  /** At most three, in the order to try. */
  readonly addresses: readonly Address[];
}

/** A kind of link cannot be mistaken for another: the checksum is taken under a label of its own. */
export interface LinkKind {
  readonly prefix: string;
  readonly checksum: Extract<Purpose, 'link-checksum' | 'device-link-checksum'>;
}

/** `garbled`: no whole link of this kind; `altered`: its checksum does not fit; `newer`: whole, of a version that is not known here. */
export type LinkFault = 'garbled' | 'altered' | 'newer';

/** At most 250 characters: takes the first addresses that fit, at most three; what is no valid host is left out. The expiry is cut to whole seconds. */
export function encodeLinkText(crypto: Crypto, kind: LinkKind, content: LinkContent): string {
  const room = Math.floor(((MAX_LINK_LENGTH - kind.prefix.length) * 3) / 4) - FIXED_LENGTH;
  const addresses = fittingAddresses(content.addresses, room);
  const writer = new Writer()
    .u8(VERSION)
    .fixed(peerIdToBytes(content.peerId))
    .fixed(id16ToBytes(content.instanceId))
    .fixed(content.secret)
    .u32(Math.floor(content.expiresAt / 1_000))
    .u8(addresses.length);
  for (const address of addresses) writer.fixed(address);
  const body = writer.finish();
  const bytes = concat(body, checksum(crypto, kind, body));
  const link = kind.prefix + toBase64url(bytes);
  crypto.wipe(body);
  crypto.wipe(bytes);
  return link;
}

/** White space and line breaks anywhere, and one pair of angle brackets around it, are forgiven. */
export function readLinkText(crypto: Crypto, kind: LinkKind, text: string): LinkContent | LinkFault {
  let bytes: Uint8Array | undefined;
  try {
    bytes = linkBytes(kind, text);
    if (!bytes) return 'garbled';
    const body = bytes.subarray(0, bytes.length - CHECKSUM_LENGTH);
    if (!crypto.equal(checksum(crypto, kind, body), bytes.subarray(body.length))) return 'altered';
    return (body[0] ?? 0) > VERSION ? 'newer' : readBody(body);
  } catch (error) {
    if (error instanceof WireError) return 'garbled';
    throw error;
  } finally {
    if (bytes) crypto.wipe(bytes);
  }
}

function linkBytes({ prefix }: LinkKind, text: string): Uint8Array | undefined {
  if (text.length > MAX_PASTED) return undefined;
  let link = text.replace(blank, '');
  if (link.startsWith('<') && link.endsWith('>')) link = link.slice(1, -1);
  if (!link.startsWith(prefix) || link.length > MAX_LINK_LENGTH) return undefined;
  const bytes = fromBase64url(link.slice(prefix.length));
  return bytes.length < FIXED_LENGTH ? undefined : bytes;
}

function readBody(body: Uint8Array): LinkContent {
  const reader = new Reader(body);
  if (reader.u8() !== VERSION) throw new WireError('not a link');
  const peerId = peerIdFromBytes(reader.fixed(32));
  const instanceId = instanceIdFromBytes(reader.fixed(16));
  const secret = Uint8Array.from(reader.fixed(LINK_SECRET_LENGTH));
  const expiresAt = reader.u32() * 1_000;
  const count = reader.u8();
  if (count > MAX_ADDRESSES) throw new WireError('not a link');
  const addresses = Array.from({ length: count }, () => readAddress(reader));
  reader.end();
  return { peerId, instanceId, secret, expiresAt, addresses };
}

function fittingAddresses(addresses: readonly Address[], room: number): Uint8Array[] {
  const fitting: Uint8Array[] = [];
  let left = room;
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
  if (port === 0 || parseHost(host)?.text !== host) throw new WireError('not an address of a link');
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
      if (parseHost(host)?.kind !== 'name') throw new WireError('not an address of a link');
      return host;
    }
    default:
      throw new WireError('not an address of a link');
  }
}

function checksum(crypto: Crypto, kind: LinkKind, body: Uint8Array): Uint8Array {
  return crypto.sha256(label(kind.checksum), body).subarray(0, CHECKSUM_LENGTH);
}
