import { Writer } from '../../../engine/wire/writer';
import type { ContactRow } from '../../ports';
import type { FactKind } from '../replica';
import { wasOfGone } from './gone';
import { type KindParts, tellContact } from './kind-parts';
import { parsePeerKey, readWhole } from './values';

/** As long as a name in a certificate, in bytes. */
const maxBytes = 256;

/** What this person calls somebody; empty: as they call themselves. */
export function encodeAlias({ alias = '' }: Pick<ContactRow, 'alias'>): Uint8Array {
  return new Writer().text(alias).finish();
}

export function aliasKind(parts: KindParts): FactKind {
  const { stores } = parts;
  return {
    kind: 'alias',
    rank: 11,
    apply({ key, value }) {
      const peerId = parsePeerKey(key);
      const said = readWhole(value, (reader) => reader.text(maxBytes));
      const contact = stores.contacts.byPeer(peerId);
      if (contact === undefined) return false;
      const { alias: _before, ...row } = contact;
      stores.contacts.put(said === '' ? row : { ...row, alias: said });
      tellContact(parts, peerId);
      return true;
    },
    forgets: ({ key, stamp }) => wasOfGone(parts, parsePeerKey(key), stamp),
    *all() {
      for (const row of stores.contacts.list()) if (row.alias !== undefined) yield { key: row.peerId, value: encodeAlias(row) };
    },
  };
}
