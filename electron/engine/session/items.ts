import { Reader, WireError } from '../wire/reader';

/** What a record carries: `type u8 ‖ LP`, one after the other (protocol.md §8). */
export type SessionItem =
  /** One dialog message, canonical bytes. */
  | { readonly kind: 'message'; readonly bytes: Uint8Array }
  /** The same in its short form (protocol.md §4.8). */
  | { readonly kind: 'short-message'; readonly bytes: Uint8Array }
  /** Answer to a short form: hdr1[16] ‖ hdr2[16] that its receiver does not have. */
  | { readonly kind: 'headers-wanted'; readonly headers: Uint8Array }
  | { readonly kind: 'card'; readonly bytes: Uint8Array }
  /** The first word of both sides: what each has of the other's streams (protocol.md §7). */
  | { readonly kind: 'standing'; readonly bytes: Uint8Array }
  /** Answered by the session itself; the token is 8 bytes. */
  | { readonly kind: 'ping'; readonly token: Uint8Array }
  | { readonly kind: 'pong'; readonly token: Uint8Array };

/** The items that only record 0 of a direction may hold, and those a newer version sends and this one passes over. */
export type RecordItem = SessionItem | { readonly kind: 'confirm'; readonly bytes: Uint8Array } | { readonly kind: 'unknown'; readonly type: number };

export const itemTypes = { confirm: 1, message: 2, card: 3, ping: 4, pong: 5, 'short-message': 6, 'headers-wanted': 7, standing: 8 } as const;
export const itemHeaderBytes = 5;
export const tokenBytes = 8;
export const headersWantedBytes = 32;
/** Largest plaintext of a record: the frame cap less the tag. */
export const maxPlaintextBytes = 70_000 - 16;
export const maxItemBytes = maxPlaintextBytes - itemHeaderBytes;

/**
 * Packs items into as few record plaintexts as hold them, in order. An item is never split: one over `maxItemBytes` is
 * the caller's defect and throws `WireError`.
 */
export function packItems(items: readonly RecordItem[]): Uint8Array[] {
  const plaintexts: Uint8Array[] = [];
  let first = 0;
  let length = 0;
  for (const [index, item] of items.entries()) {
    const size = itemHeaderBytes + bodyOf(item).length;
    if (size > maxPlaintextBytes) throw new WireError('item over its cap');
    if (length + size > maxPlaintextBytes) {
      plaintexts.push(encodeItems(items, first, index, length));
      first = index;
      length = 0;
    }
    length += size;
  }
  if (length > 0) plaintexts.push(encodeItems(items, first, items.length, length));
  return plaintexts;
}

/** Bodies are views of `plaintext`. Throws `WireError`. */
export function parseItems(plaintext: Uint8Array): RecordItem[] {
  const reader = new Reader(plaintext);
  const items: RecordItem[] = [];
  do {
    const type = reader.u8();
    items.push(itemOf(type, reader.lp(maxItemBytes)));
  } while (reader.remaining > 0);
  return items;
}

function itemOf(type: number, body: Uint8Array): RecordItem {
  switch (type) {
    case itemTypes.confirm:
      return { kind: 'confirm', bytes: body };
    case itemTypes.message:
      return { kind: 'message', bytes: body };
    case itemTypes.card:
      return { kind: 'card', bytes: body };
    case itemTypes.standing:
      return { kind: 'standing', bytes: body };
    case itemTypes.ping:
      return { kind: 'ping', token: exactly(tokenBytes, body) };
    case itemTypes.pong:
      return { kind: 'pong', token: exactly(tokenBytes, body) };
    case itemTypes['short-message']:
      return { kind: 'short-message', bytes: body };
    case itemTypes['headers-wanted']:
      return { kind: 'headers-wanted', headers: exactly(headersWantedBytes, body) };
    default:
      return { kind: 'unknown', type };
  }
}

function exactly(length: number, body: Uint8Array): Uint8Array {
  if (body.length !== length) throw new WireError(`this item has ${length} bytes`);
  return body;
}

function encodeItems(items: readonly RecordItem[], from: number, to: number, length: number): Uint8Array {
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  let at = 0;
  for (let index = from; index < to; index += 1) {
    const item = items[index];
    if (!item) continue;
    const body = bodyOf(item);
    out[at] = typeOf(item);
    view.setUint32(at + 1, body.length);
    out.set(body, at + itemHeaderBytes);
    at += itemHeaderBytes + body.length;
  }
  return out;
}

function typeOf(item: RecordItem): number {
  return item.kind === 'unknown' ? item.type : itemTypes[item.kind];
}

function bodyOf(item: RecordItem): Uint8Array {
  switch (item.kind) {
    case 'message':
    case 'short-message':
    case 'card':
    case 'standing':
    case 'confirm':
      return item.bytes;
    case 'headers-wanted':
      return item.headers;
    case 'ping':
    case 'pong':
      return item.token;
    case 'unknown':
      return new Uint8Array(0);
  }
}
