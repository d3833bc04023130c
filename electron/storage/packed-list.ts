import { KeyshiftError } from '../../shared/errors';

/** A list of byte strings as one column: each a u32 length, big-endian, then its bytes. */
export function packList(items: readonly Uint8Array[]): Uint8Array {
  const total = items.reduce((sum, item) => sum + 4 + item.length, 0);
  const packed = new Uint8Array(total);
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const item of items) {
    view.setUint32(at, item.length);
    packed.set(item, at + 4);
    at += 4 + item.length;
  }
  return packed;
}

/** The items as copies of their own. Errors: `vault.damaged` for anything `packList` does not write. */
export function unpackList(packed: Uint8Array): Uint8Array[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const items: Uint8Array[] = [];
  let at = 0;
  while (at < packed.length) {
    if (packed.length - at < 4) throw damaged();
    const length = view.getUint32(at);
    at += 4;
    if (packed.length - at < length) throw damaged();
    items.push(packed.slice(at, at + length));
    at += length;
  }
  return items;
}

function damaged(): KeyshiftError {
  return new KeyshiftError('vault.damaged', 'The database holds a list that ends too early.');
}
