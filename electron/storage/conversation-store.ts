import type { Draft } from '../../shared/model/conversation';
import type { ConversationRow, ConversationStore } from '../services/ports';
import type { Db, Row } from './database';
import { RowCache } from './row-cache';
import { flag, given, id, integer, optionalInteger, optionalText, text, word } from './row';

/** Rows kept in memory: every message asks twice for its conversation, and changes what its line in the list shows. */
const kept = 256;

const states = ['open', 'failed', 'closed'] as const;

/** Conversations with what their line in the list shows; a dialog id counts only together with its person (A40). */
export function createConversationStore(db: Db): ConversationStore {
  const selectById = db.prepare('SELECT * FROM conversations WHERE conversation_id = ?');
  const selectByDialog = db.prepare('SELECT * FROM conversations WHERE peer_id = ? AND dialog_id = ?');
  const selectAll = db.prepare('SELECT * FROM conversations ORDER BY coalesce(last_message_at, created_at) DESC, key DESC');
  const selectByPeer = db.prepare('SELECT * FROM conversations WHERE peer_id = ?');
  const upsert = db.prepare(`
    INSERT INTO conversations (conversation_id, contact_id, peer_id, dialog_id, title, state, failure, created_at,
      unread, last_message_at, preview, continued_by, continues, pinned, archived, muted_until, disappear_after, draft, draft_reply, disappear_revision)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (conversation_id) DO UPDATE SET contact_id = excluded.contact_id, peer_id = excluded.peer_id,
      dialog_id = excluded.dialog_id, title = excluded.title, state = excluded.state, failure = excluded.failure,
      created_at = excluded.created_at, unread = excluded.unread, last_message_at = excluded.last_message_at,
      preview = excluded.preview, continued_by = excluded.continued_by, continues = excluded.continues, pinned = excluded.pinned,
      archived = excluded.archived, muted_until = excluded.muted_until, disappear_after = excluded.disappear_after,
      draft = excluded.draft, draft_reply = excluded.draft_reply, disappear_revision = excluded.disappear_revision`);

  const note = db.prepare('UPDATE conversations SET last_message_at = ?, preview = ?, unread = unread + ? WHERE conversation_id = ?');

  const rows = new RowCache<ConversationRow>(db, kept);
  /** Which conversation a dialog is, once there is one, is never changed but by `put`. */
  const ids = new RowCache<string>(db, kept);
  const forget = (): void => {
    rows.clear();
    ids.clear();
  };
  const byId = (conversationId: string): ConversationRow | undefined =>
    rows.get(conversationId, () => {
      const row = selectById.get([conversationId]);
      return row && read(row);
    });

  return {
    byId,
    byDialog(peerId, dialogId) {
      const conversationId = ids.get(`${peerId} ${dialogId}`, () => {
        const row = selectByDialog.get([peerId, dialogId]);
        return row && text(row, 'conversation_id');
      });
      return conversationId === undefined ? undefined : byId(conversationId);
    },
    list: () => selectAll.all().map(read),
    ofPeer: (peerId) => selectByPeer.all([peerId]).map(read),
    put(row) {
      forget();
      upsert.run([
        row.conversationId,
        row.contactId,
        row.peerId,
        row.dialogId,
        row.title,
        row.state,
        row.failure ?? null,
        row.createdAt,
        row.unread,
        row.lastMessageAt ?? null,
        row.preview ?? null,
        row.continuedBy ?? null,
        row.continues ?? null,
        row.pinned === true ? 1 : 0,
        row.archived === true ? 1 : 0,
        row.mutedUntil ?? null,
        row.disappearAfter ?? null,
        row.draft?.text ?? null,
        row.draft?.replyTo ?? null,
        row.disappearRevision ?? 0,
      ]);
    },
    noteMessage(conversationId, at, preview, unread) {
      note.run([at, preview, unread, conversationId]);
      rows.change(conversationId, (row) => ({ ...row, lastMessageAt: at, preview, unread: row.unread + unread }));
    },
  };
}

function read(row: Row): ConversationRow {
  return {
    conversationId: text(row, 'conversation_id'),
    contactId: text(row, 'contact_id'),
    peerId: id(row, 'peer_id'),
    dialogId: id(row, 'dialog_id'),
    title: text(row, 'title'),
    state: word(row, 'state', states),
    ...given('failure', optionalText(row, 'failure')),
    createdAt: integer(row, 'created_at'),
    unread: integer(row, 'unread'),
    ...given('lastMessageAt', optionalInteger(row, 'last_message_at')),
    ...given('preview', optionalText(row, 'preview')),
    ...given('continuedBy', optionalText(row, 'continued_by')),
    ...given('continues', optionalText(row, 'continues')),
    ...(flag(row, 'pinned') && { pinned: true as const }),
    ...(flag(row, 'archived') && { archived: true as const }),
    ...given('mutedUntil', optionalInteger(row, 'muted_until')),
    ...given('disappearAfter', optionalInteger(row, 'disappear_after')),
    ...(integer(row, 'disappear_revision') > 0 && { disappearRevision: integer(row, 'disappear_revision') }),
    ...given('draft', draftOf(row)),
  };
}

function draftOf(row: Row): Draft | undefined {
  const written = optionalText(row, 'draft');
  return written === undefined ? undefined : { text: written, ...given('replyTo', optionalText(row, 'draft_reply')) };
}
