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
  /** Between two devices of one person only: `topic u8 ‖ words` (protocol.md §10). */
  | { readonly kind: 'sibling'; readonly bytes: Uint8Array }
  /** A signed statement about a device of the sender's person, such as its suspension. */
  | { readonly kind: 'notice'; readonly bytes: Uint8Array }
  /** A sealed deposit of another device than the one that brings it (protocol.md §11). */
  | { readonly kind: 'deposit'; readonly bytes: Uint8Array }
  /** About a file, or a piece of one (protocol.md §15). */
  | { readonly kind: 'file'; readonly bytes: Uint8Array }
  /** Whether something is being written in a dialog: dialogId[16] ‖ u8 (0, 1). Of no use later: neither kept nor passed on. */
  | { readonly kind: 'typing'; readonly bytes: Uint8Array }
  /** What to show to other devices of the sender's person, so that they find this session (protocol.md §10.5); heard by the session itself. */
  | { readonly kind: 'owner-hint'; readonly bytes: Uint8Array }
  /** Answered by the session itself; the token is 8 bytes. */
  | { readonly kind: 'ping'; readonly token: Uint8Array }
  | { readonly kind: 'pong'; readonly token: Uint8Array };

/** The items that only record 0 of a direction may hold, and those a newer version sends and this one passes over. */
export type RecordItem = SessionItem | { readonly kind: 'confirm'; readonly bytes: Uint8Array } | { readonly kind: 'unknown'; readonly type: number };

export const itemTypes = { confirm: 1, message: 2, card: 3, ping: 4, pong: 5, 'short-message': 6, 'headers-wanted': 7, standing: 8, sibling: 9, notice: 10, deposit: 11, file: 12, typing: 13, 'owner-hint': 14 } as const;
export const itemHeaderBytes = 5;
export const tokenBytes = 8;
const headersWantedBytes = 32;
const typingBytes = 17;
/** Largest plaintext of a record: the frame cap less the tag. */
export const maxPlaintextBytes = 70_000 - 16;
export const maxItemBytes = maxPlaintextBytes - itemHeaderBytes;

/** A run of items that share a record. */
export interface Pack {
  /** Index of the first item, and of the one behind the last. */
  readonly from: number;
  readonly to: number;
  /** Bytes of the plaintext. */
  readonly length: number;
}

/**
 * Packs items into as few records as hold them, in order. An item is never split: one over `maxItemBytes` is the
 * caller's defect and throws `WireError`.
 */
export function planPacks(items: readonly RecordItem[]): Pack[] {
  const packs: Pack[] = [];
  let from = 0;
  let length = 0;
  for (const [index, item] of items.entries()) {
    const size = itemHeaderBytes + bodyOf(item).length;
    if (size > maxPlaintextBytes) throw new WireError('item over its cap');
    if (length + size > maxPlaintextBytes) {
      packs.push({ from, to: index, length });
      from = index;
      length = 0;
    }
    length += size;
  }
  if (length > 0) packs.push({ from, to: items.length, length });
  return packs;
}

/** The plaintexts themselves. */
export function packItems(items: readonly RecordItem[]): Uint8Array[] {
  return planPacks(items).map((pack) => {
    const plaintext = new Uint8Array(pack.length);
    writeItems(items, pack, plaintext, 0);
    return plaintext;
  });
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
    case itemTypes.sibling:
      return { kind: 'sibling', bytes: body };
    case itemTypes.notice:
      return { kind: 'notice', bytes: body };
    case itemTypes.deposit:
      return { kind: 'deposit', bytes: body };
    case itemTypes.file:
      return { kind: 'file', bytes: body };
    case itemTypes.typing:
      return { kind: 'typing', bytes: exactly(typingBytes, body) };
    case itemTypes['owner-hint']:
      return { kind: 'owner-hint', bytes: body };
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

/** Writes one pack's plaintext into `out`, from byte `start` on. */
export function writeItems(items: readonly RecordItem[], { from, to }: Pack, out: Uint8Array, start: number): void {
  let at = start;
  for (let index = from; index < to; index += 1) {
    const item = items[index];
    if (!item) continue;
    const body = bodyOf(item);
    const { length } = body;
    out[at] = typeOf(item);
    out[at + 1] = length >>> 24;
    out[at + 2] = length >>> 16;
    out[at + 3] = length >>> 8;
    out[at + 4] = length;
    out.set(body, at + itemHeaderBytes);
    at += itemHeaderBytes + length;
  }
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
    case 'sibling':
    case 'notice':
    case 'deposit':
    case 'file':
    case 'typing':
    case 'owner-hint':
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
