import { Reader } from '../wire/reader';
import { WireError } from '../wire/wire-error';
import { Writer } from '../wire/writer';

/** Where something may be left for a person, and the right to do so (protocol.md §11). */
export interface MailboxPlace {
  /** `tls://host:port` or `nats://host:port`, one to three. */
  readonly servers: readonly string[];
  /** Certificate (DER) of the only authority that may vouch for the servers. */
  readonly authority?: Uint8Array;
  /** 32 hex digits. */
  readonly address: string;
  /** 16 hex digits. */
  readonly slot: string;
  /** The operator's leave to fill this slot, at most 2,048 bytes. */
  readonly token: string;
  /** Unix milliseconds; 0: does not end by itself. */
  readonly expiresAt: number;
}

/** In one card: one for each mailbox of the person. */
const maxMailboxPlaces = 3;
const maxServers = 3;
const maxServerBytes = 300;
const maxTokenBytes = 2_048;
const maxAuthorityBytes = 4_096;
const server = /^(?:tls|nats):\/\/[A-Za-z0-9.[\]:-]+:\d{1,5}$/;

/**
 * count u8 (0–3) ‖ count × (servers u8 (1–3) ‖ server text … ‖ authority LP, empty for none ‖ address[16] ‖ slot[8] ‖ token text ‖ until u64).
 * None at all says that there is no mailbox any more. Throws `WireError` for what no reader takes.
 */
export function encodeMailboxPlaces(places: readonly MailboxPlace[]): Uint8Array {
  if (places.length > maxMailboxPlaces) throw new WireError('too many mailboxes');
  const writer = new Writer(1024).u8(places.length);
  for (const place of places) {
    writer.u8(place.servers.length);
    for (const each of place.servers) writer.text(each);
    writer.lp(place.authority ?? new Uint8Array(0)).fixed(fromHex(place.address, 16)).fixed(fromHex(place.slot, 8)).text(place.token).u64(place.expiresAt);
  }
  const bytes = writer.finish();
  readMailboxPlaces(bytes);
  return bytes;
}

/** Throws `WireError`. */
export function readMailboxPlaces(bytes: Uint8Array): readonly MailboxPlace[] {
  const reader = new Reader(bytes);
  const count = reader.u8();
  if (count > maxMailboxPlaces) throw new WireError('too many mailboxes');
  const places = Array.from({ length: count }, () => readPlace(reader));
  reader.end();
  return places;
}

function readPlace(reader: Reader): MailboxPlace {
  const count = reader.u8();
  if (count === 0 || count > maxServers) throw new WireError('not a number of servers');
  const servers = Array.from({ length: count }, () => reader.text(maxServerBytes));
  if (!servers.every((each) => server.test(each))) throw new WireError('not a server');
  const authority = reader.lp(maxAuthorityBytes).slice();
  const [address, slot] = [reader.fixed(16), reader.fixed(8)].map((part) => Buffer.from(part).toString('hex'));
  const token = reader.text(maxTokenBytes);
  if (token === '' || !/^[\x21-\x7e]+$/.test(token)) throw new WireError('not a token');
  return { servers, ...(authority.length > 0 && { authority }), address: address ?? '', slot: slot ?? '', token, expiresAt: reader.u64() };
}

function fromHex(text: string, length: number): Uint8Array {
  const bytes = Buffer.from(text, 'hex');
  if (bytes.length !== length || bytes.toString('hex') !== text) throw new WireError('not an address of a mailbox');
  return bytes;
}
