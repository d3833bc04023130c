import { encodeLine, parseLine } from '../engine/sharing/ledger';
import type { HeldKey, LedgerRow, SharingStore } from '../services/ports/sharing';
import type { Db, Row } from './database';
import { bytes, id, integer, word } from './row';

const kinds = ['person', 'to', 'from'] as const;
const parts = ['holder', 'from-owner', 'from-repository'] as const;

/** Keys shared by devices of one person, and the book of sessions handed over. */
export function createSharingStore(db: Db): SharingStore {
  const selectKeys = db.prepare('SELECT * FROM sharing_keys ORDER BY list_version DESC, key_id');
  const insertKey = db.prepare('INSERT INTO sharing_keys (key_id, kind, instance_id, secret, list_version) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const removeKeys = db.prepare('DELETE FROM sharing_keys WHERE list_version < ?');
  const selectLine = db.prepare('SELECT * FROM session_ledger WHERE key_id = ?');
  const selectPending = db.prepare("SELECT * FROM session_ledger WHERE part <> 'holder'");
  const selectHolding = db.prepare("SELECT * FROM session_ledger WHERE part = 'holder'");
  const upsertLine = db.prepare(`
    INSERT INTO session_ledger (key_id, part, line, expires_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (key_id) DO UPDATE SET part = excluded.part, line = excluded.line, expires_at = excluded.expires_at`);
  const removeLine = db.prepare('DELETE FROM session_ledger WHERE key_id = ?');
  const removeExpired = db.prepare('DELETE FROM session_ledger WHERE expires_at <= ?');

  return {
    keys: () => selectKeys.all().map(readKey),
    putKey: (held) => void insertKey.run([held.key.id, held.kind, held.kind === 'person' ? '' : held.instanceId, held.key.secret, held.key.listVersion]),
    removeKeysBefore: (listVersion) => void removeKeys.run([listVersion]),
    ledger(keyId) {
      const row = selectLine.get([keyId]);
      return row && readLine(row);
    },
    pending: () => selectPending.all().map(readLine),
    holding: () => selectHolding.all().map(readLine),
    putLedger: ({ keyId, part, line }) => void upsertLine.run([keyId, part, encodeLine(line), line.expiresAt]),
    removeLedger: (keyId) => void removeLine.run([keyId]),
    removeExpired: (now) => void removeExpired.run([now]),
  };
}

function readKey(row: Row): HeldKey {
  const key = { id: bytes(row, 'key_id'), secret: bytes(row, 'secret'), listVersion: integer(row, 'list_version') };
  const kind = word(row, 'kind', kinds);
  return kind === 'person' ? { kind, key } : { kind, key, instanceId: id(row, 'instance_id') };
}

function readLine(row: Row): LedgerRow {
  return { keyId: bytes(row, 'key_id'), part: word(row, 'part', parts), line: parseLine(bytes(row, 'line')) };
}
