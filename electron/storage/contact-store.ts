import { errorCodes } from '../../shared/errors';
import type { ContactRow, ContactStore } from '../services/ports';
import { encodeAddresses, parseAddresses } from './address-column';
import type { Db, Row } from './database';
import { RowCache } from './row-cache';
import { flag, given, id, integer, optionalBytes, optionalInteger, optionalText, text, word } from './row';

const relations = ['invited', 'requested', 'mutual'] as const;

/** Rows kept in memory: every message asks twice who it is for. */
const kept = 512;

/** The people in the list; at most one row per person. */
export function createContactStore(db: Db): ContactStore {
  const selectById = db.prepare('SELECT * FROM contacts WHERE contact_id = ?');
  const selectByPeer = db.prepare('SELECT * FROM contacts WHERE peer_id = ?');
  const selectAll = db.prepare('SELECT * FROM contacts ORDER BY key');
  const remove = db.prepare('DELETE FROM contacts WHERE contact_id = ?');
  const upsert = db.prepare(`
    INSERT INTO contacts (contact_id, peer_id, name, created_at, relation, ended, checked, checked_at, checked_spki_hash, blocked,
      may_message, may_open_conversation, may_send_file, invitation, hints, alias)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (contact_id) DO UPDATE SET peer_id = excluded.peer_id, name = excluded.name,
      created_at = excluded.created_at, relation = excluded.relation, ended = excluded.ended,
      checked = excluded.checked, checked_at = excluded.checked_at, checked_spki_hash = excluded.checked_spki_hash, blocked = excluded.blocked,
      may_message = excluded.may_message, may_open_conversation = excluded.may_open_conversation,
      may_send_file = excluded.may_send_file, invitation = excluded.invitation, hints = excluded.hints, alias = excluded.alias`);

  const byId = new RowCache<ContactRow>(db, kept);
  const byPeer = new RowCache<ContactRow>(db, kept);
  const forget = (): void => {
    byId.clear();
    byPeer.clear();
  };

  return {
    byId: (contactId) =>
      byId.get(contactId, () => {
        const row = selectById.get([contactId]);
        return row && read(row);
      }),
    byPeer: (peerId) =>
      byPeer.get(peerId, () => {
        const row = selectByPeer.get([peerId]);
        return row && read(row);
      }),
    list: () => selectAll.all().map(read),
    put(row) {
      forget();
      upsert.run([
        row.contactId,
        row.peerId,
        row.name,
        row.createdAt,
        row.relation,
        row.ended ?? null,
        row.checked ? 1 : 0,
        row.checkedAt ?? null,
        row.checkedSpkiHash ?? null,
        row.blocked ? 1 : 0,
        row.permissions.message ? 1 : 0,
        row.permissions.openConversation ? 1 : 0,
        row.permissions.sendFile ? 1 : 0,
        row.invitation ?? null,
        encodeAddresses(row.hints),
        row.alias ?? null,
      ]);
    },
    remove(contactId) {
      forget();
      remove.run([contactId]);
    },
  };
}

function read(row: Row): ContactRow {
  return {
    contactId: text(row, 'contact_id'),
    peerId: id(row, 'peer_id'),
    name: text(row, 'name'),
    ...given('alias', optionalText(row, 'alias')),
    createdAt: integer(row, 'created_at'),
    relation: word(row, 'relation', relations),
    ...given('ended', optionalText(row, 'ended') === undefined ? undefined : word(row, 'ended', errorCodes)),
    checked: flag(row, 'checked'),
    ...given('checkedAt', optionalInteger(row, 'checked_at')),
    ...given('checkedSpkiHash', optionalBytes(row, 'checked_spki_hash')),
    blocked: flag(row, 'blocked'),
    permissions: {
      message: flag(row, 'may_message'),
      openConversation: flag(row, 'may_open_conversation'),
      sendFile: flag(row, 'may_send_file'),
    },
    ...given('invitation', optionalBytes(row, 'invitation')),
    hints: parseAddresses(text(row, 'hints')),
  };
}
