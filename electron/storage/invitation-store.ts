import type { PeerId } from '../engine/ids';
import type { InvitationRow, InvitationStore } from '../services/ports';
import type { Db, Row } from './database';
import { bytes, given, id, integer, optionalBytes, optionalText, text } from './row';

/** Links given out: until redeemed or expired, and after that only as long as a repeated last step may come. */
export function createInvitationStore(db: Db): InvitationStore {
  const select = db.prepare('SELECT * FROM invitations WHERE invitation_id = ?');
  const selectAll = db.prepare('SELECT * FROM invitations ORDER BY created_at, invitation_id');
  const removeExpired = db.prepare('DELETE FROM invitations WHERE expires_at < ?');
  const upsert = db.prepare(`
    INSERT INTO invitations (invitation_id, secret, created_at, expires_at, redeemed_by, redeemed_spki_hash)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (invitation_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at,
      expires_at = excluded.expires_at, redeemed_by = excluded.redeemed_by,
      redeemed_spki_hash = excluded.redeemed_spki_hash`);

  return {
    find(invitationId) {
      const row = select.get([invitationId]);
      return row && read(row);
    },
    list: () => selectAll.all().map(read),
    put(row) {
      upsert.run([
        row.invitationId,
        row.secret,
        row.createdAt,
        row.expiresAt,
        row.redeemedBy ?? null,
        row.redeemedSpkiHash ?? null,
      ]);
    },
    removeExpiredBefore(time) {
      removeExpired.run([time]);
    },
  };
}

function read(row: Row): InvitationRow {
  const redeemedBy = optionalText(row, 'redeemed_by') === undefined ? undefined : id<PeerId>(row, 'redeemed_by');
  return {
    invitationId: text(row, 'invitation_id'),
    secret: bytes(row, 'secret'),
    createdAt: integer(row, 'created_at'),
    expiresAt: integer(row, 'expires_at'),
    ...given('redeemedBy', redeemedBy),
    ...given('redeemedSpkiHash', optionalBytes(row, 'redeemed_spki_hash')),
  };
}
