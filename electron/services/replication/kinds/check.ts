import { Writer } from '../../../engine/wire/writer';
import type { ContactRow } from '../../ports';
import type { FactKind } from '../replica';
import { type KindParts, tellContact } from './kind-parts';
import { parsePeerKey, readFlag, readOptional, readTime, readWhole, writeOptional } from './values';

function encode({ checked, checkedAt, checkedSpkiHash }: ContactRow): Uint8Array {
  const writer = new Writer().u8(checked ? 1 : 0);
  writeOptional(writer, checkedAt, (at) => writer.u64(at));
  return writeOptional(writer, checkedSpkiHash, (hash) => writer.fixed(hash)).finish();
}

function parse(value: Uint8Array): { readonly checked: boolean; readonly at: number | undefined; readonly spkiHash: Uint8Array | undefined } {
  return readWhole(value, (reader) => ({ checked: readFlag(reader), at: readOptional(reader, () => readTime(reader)), spkiHash: readOptional(reader, () => reader.fixed(32)) }));
}

/** Whom this person compared keys with: for the very key that was compared, and for no other. */
export function checkKind(parts: KindParts): FactKind {
  const { stores, profile, crypto } = parts;
  return {
    kind: 'check',
    rank: 15,
    apply({ key, value }) {
      const peerId = parsePeerKey(key);
      const { checked, at, spkiHash } = parse(value);
      const contact = stores.contacts.byPeer(peerId);
      const pin = profile.book.find(peerId)?.record.pinnedSpkiHash;
      // A check without its key, or of a key that is not the one in use here, says nothing yet.
      if (contact === undefined || (checked && (spkiHash === undefined || pin === undefined || !crypto.equal(pin, spkiHash)))) return false;
      const { checkedAt: _at, checkedSpkiHash: _hash, ...rest } = contact;
      stores.contacts.put({ ...rest, checked, ...(at !== undefined && { checkedAt: at }), ...(spkiHash && { checkedSpkiHash: spkiHash }) });
      tellContact(parts, peerId);
      return true;
    },
    *all() {
      for (const row of stores.contacts.list()) if (row.checked) yield { key: row.peerId, value: encode(row) };
    },
  };
}

/** What to say when a check was made, or taken back. */
export function checkChanged(before: ContactRow | undefined, row: ContactRow): Uint8Array | undefined {
  const now = encode(row);
  if (before === undefined ? !row.checked : Buffer.compare(encode(before), now) === 0) return undefined;
  return now;
}
