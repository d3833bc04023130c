import { errorCodes } from '../../../../shared/errors';
import { Writer } from '../../../engine/wire/writer';
import { maySayMore } from '../../hearing-again';
import { newHandle } from '../../local-handle';
import type { ContactRow } from '../../ports';
import type { FactKind } from '../replica';
import { type KindParts, tellContact } from './kind-parts';
import { isGone, wasOfGone } from './gone';
import { parsePeerKey, readOptional, readTime, readWhole, readWord, writeOptional } from './values';

const relations = ['invited', 'requested', 'mutual'] as const satisfies readonly ContactRow['relation'][];

type Told = Pick<ContactRow, 'name' | 'createdAt' | 'relation' | 'ended' | 'permissions'>;

function encode({ name, createdAt, relation, ended, permissions }: Told): Uint8Array {
  const { message, openConversation, sendFile } = permissions;
  const writer = new Writer().text(name).u64(createdAt).u8(relations.indexOf(relation)).u8((message ? 1 : 0) | (openConversation ? 2 : 0) | (sendFile ? 4 : 0));
  return writeOptional(writer, ended, (code) => writer.text(code)).finish();
}

function parse(value: Uint8Array): Told {
  const { name, createdAt, relation, rights, told } = readWhole(value, (reader) => ({
    name: reader.text(1_000),
    createdAt: readTime(reader),
    relation: readWord(reader, relations),
    rights: reader.u8(),
    told: readOptional(reader, () => reader.text(64)),
  }));
  // A reason of a later version is one all the same.
  const ended = told === undefined ? undefined : (errorCodes.find((code) => code === told) ?? 'internal');
  return { name, createdAt, relation, ...(ended && { ended }), permissions: { message: (rights & 1) !== 0, openConversation: (rights & 2) !== 0, sendFile: (rights & 4) !== 0 } };
}

/** Who is in the list, by which name, and what they may do. How one is asked who has not answered yet stays with the device that asks. */
export function personKind(parts: KindParts): FactKind {
  const { stores, random, onMutual, onAllowed } = parts;
  return {
    kind: 'person',
    rank: 10,
    apply({ key, value }) {
      const peerId = parsePeerKey(key);
      const { name, createdAt, relation, ended, permissions } = parse(value);
      if (isGone(parts, peerId, createdAt)) return true;
      const before = stores.contacts.byPeer(peerId);
      const { ended: _before, ...kept } = before ?? { contactId: newHandle(random), peerId, checked: false, blocked: false, hints: [] };
      // Somebody who agreed has agreed, whoever still waits for the answer.
      const agreed = before?.relation === 'mutual' ? 'mutual' : relation;
      stores.contacts.put({ ...kept, name, createdAt: Math.min(createdAt, before?.createdAt ?? createdAt), relation: agreed, ...(ended && agreed !== 'mutual' && { ended }), permissions });
      tellContact(parts, peerId);
      if (agreed === 'mutual' && before?.relation !== 'mutual') onMutual(peerId);
      if (before !== undefined && maySayMore(before.permissions, permissions)) onAllowed(peerId);
      return true;
    },
    forgets: ({ key, stamp }) => wasOfGone(parts, parsePeerKey(key), stamp),
    read(key) {
      const row = stores.contacts.byPeer(parsePeerKey(key));
      return row && encode(row);
    },
    *all() {
      for (const row of stores.contacts.list()) yield { key: row.peerId, value: encode(row) };
    },
  };
}

/** Whether something changed that `person` tells. */
export function personChanged(before: ContactRow | undefined, row: ContactRow): boolean {
  return before === undefined || Buffer.compare(encode(before), encode(row)) !== 0;
}
