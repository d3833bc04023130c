import type { Draft } from '../../shared/model/conversation';
import type { InstanceId } from '../engine/ids';
import type { ConversationRow, ConversationStore } from '../services/ports';
import { atMost } from './at-most';
import type { Db, Row } from './database';
import { RowCache } from './row-cache';
import { flag, given, id, integer, optionalInteger, optionalText, text, word } from './row';

/** Rows kept in memory: every message asks twice for its conversation, and changes what its line in the list shows. */
const kept = 256;

/** What is read and written of a row, and no more: in a list of a thousand each column counts. */
const columns = `conversation_id, contact_id, peer_id, dialog_id, title, state, failure, created_at, unread, last_message_at,
  preview, continued_by, continues, pinned, archived, muted_until, disappear_after, draft, draft_reply,
  disappear_revision, title_revision, title_by, returned_at, returned_by, marked_unread, newest_own`;

const states = ['open', 'failed', 'closed'] as const;

/** Conversations with what their line in the list shows; a dialog id counts only together with its person (A40). */
export function createConversationStore(db: Db): ConversationStore {
  const selectById = db.prepare(`SELECT ${columns} FROM conversations WHERE conversation_id = ? AND gone = 0`);
  const selectByDialog = db.prepare(`SELECT ${columns} FROM conversations WHERE peer_id = ? AND dialog_id = ? AND gone = 0`);
  const selectAll = db.prepare(`SELECT ${columns} FROM conversations WHERE gone = 0 ORDER BY coalesce(last_message_at, created_at) DESC, key DESC`);
  const selectTaken = db.prepare('SELECT conversation_id FROM conversations WHERE continued_by IS NOT NULL');
  const selectByPeer = db.prepare(`SELECT ${columns} FROM conversations WHERE peer_id = ? AND gone = 0`);
  const upsert = db.prepare(`
    INSERT INTO conversations (${columns})
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (conversation_id) DO UPDATE SET contact_id = excluded.contact_id, peer_id = excluded.peer_id,
      dialog_id = excluded.dialog_id, title = excluded.title, state = excluded.state, failure = excluded.failure,
      created_at = excluded.created_at, unread = excluded.unread, last_message_at = excluded.last_message_at,
      preview = excluded.preview, continued_by = excluded.continued_by, continues = excluded.continues, pinned = excluded.pinned,
      archived = excluded.archived, muted_until = excluded.muted_until, disappear_after = excluded.disappear_after,
      draft = excluded.draft, draft_reply = excluded.draft_reply, disappear_revision = excluded.disappear_revision, title_revision = excluded.title_revision, title_by = excluded.title_by,
      returned_at = excluded.returned_at, returned_by = excluded.returned_by, marked_unread = excluded.marked_unread, newest_own = excluded.newest_own`);

  const note = db.prepare('UPDATE conversations SET last_message_at = ?, preview = ?, unread = unread + ?, newest_own = ? WHERE conversation_id = ?');

  const markGone = db.prepare('UPDATE conversations SET gone = 1, draft = NULL, draft_reply = NULL, preview = NULL, title = \'\' WHERE conversation_id = ? AND gone = 0');
  // CROSS: begun at these few, not at all messages of the conversation, of which each call sweeps a slice.
  const dropEdits = db.prepare('DELETE FROM edits WHERE message_id IN (SELECT edits.message_id FROM edits CROSS JOIN messages ON messages.message_id = edits.message_id CROSS JOIN conversations ON conversations.key = messages.conversation WHERE conversation_id = ?)');
  const addRemoved = db.prepare('INSERT OR IGNORE INTO removed_conversations (peer_id, dialog_id, at) VALUES (?, ?, ?)');
  const selectRemoved = db.prepare('SELECT 1 AS found FROM removed_conversations WHERE peer_id = ? AND dialog_id = ?');
  const listRemoved = db.prepare('SELECT peer_id, dialog_id, at FROM removed_conversations');
  const selectGone = db.prepare('SELECT key FROM conversations WHERE gone = 1 LIMIT 1');
  const sweepMessages = db.prepare(`DELETE FROM messages WHERE key IN (SELECT key FROM messages WHERE conversation = ? ${atMost})`);
  const sweepEvents = db.prepare('DELETE FROM key_events WHERE conversation = ?');
  const sweepRow = db.prepare('DELETE FROM conversations WHERE key = ?');
  const forgetFacts = db.prepare(`
    DELETE FROM replica_facts WHERE (author, number) IN (
      SELECT author, number FROM replica_facts WHERE kind IN ('message', 'envelope', 'mark', 'conversation', 'title', 'shelf', 'unread', 'policy', 'change', 'file', 'called-off', 'timer', 'erased', 'expired') AND key >= ? AND key < ? ${atMost})`);

  const rows = new RowCache<ConversationRow>(db, kept);
  /** All that stand in another one, as one entry: hardly any do, and each hit of a search asks. */
  const taken = new RowCache<Set<string>>(db, 1);
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
    isTakenIn: (conversationId) => taken.get('', () => new Set(selectTaken.all().map((row) => text(row, 'conversation_id'))))?.has(conversationId) === true,
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
        row.archivedAt ?? 0,
        row.mutedUntil ?? null,
        row.disappearAfter ?? null,
        row.draft?.text ?? null,
        row.draft?.replyTo ?? null,
        row.disappearRevision ?? 0,
        row.titled?.revision ?? 0,
        row.titled?.by ?? null,
        row.returned?.at ?? null,
        row.returned?.by ?? null,
        row.markedUnread === true ? 1 : 0,
        row.newestOwn === true ? 1 : 0,
      ]);
      taken.change('', (all) => (row.continuedBy === undefined ? (all.delete(row.conversationId), all) : all.add(row.conversationId)));
    },
    remove({ conversationId, peerId, dialogId }, at) {
      forget();
      markGone.run([conversationId]);
      dropEdits.run([conversationId]);
      addRemoved.run([peerId, dialogId, at]);
    },
    buryUnknown(peerId, dialogId, at) {
      addRemoved.run([peerId, dialogId, at]);
    },
    isRemoved: (peerId, dialogId) => selectRemoved.get([peerId, dialogId]) !== undefined,
    removed: () => listRemoved.all().map((row) => ({ peerId: id(row, 'peer_id'), dialogId: id(row, 'dialog_id'), at: integer(row, 'at') })),
    forgetFacts(peerId, dialogId, limit) {
      const key = `${peerId}/${dialogId}`;
      // With or without what stands behind a stroke; "0" is the character after it.
      return forgetFacts.run([key, `${key}0`, limit]).changes;
    },
    sweep(limit) {
      const row = selectGone.get();
      if (row === undefined) return 'done';
      const key = integer(row, 'key');
      if (sweepMessages.run([key, limit]).changes >= limit) return 'more';
      sweepEvents.run([key]);
      sweepRow.run([key]);
      return 'more';
    },
    noteMessage(conversationId, { at, preview, own, unread }) {
      note.run([at, preview, unread, own ? 1 : 0, conversationId]);
      rows.change(conversationId, (row) => ({ ...row, lastMessageAt: at, preview, unread: row.unread + unread, newestOwn: own || undefined }));
    },
  };
}

/** A list of a thousand is read in one go: what most of them have not is looked at and left out, and no object is made for it. */
function read(row: Row): ConversationRow {
  const made: { -readonly [P in keyof ConversationRow]: ConversationRow[P] } = {
    conversationId: text(row, 'conversation_id'),
    contactId: text(row, 'contact_id'),
    peerId: id(row, 'peer_id'),
    dialogId: id(row, 'dialog_id'),
    title: text(row, 'title'),
    state: word(row, 'state', states),
    createdAt: integer(row, 'created_at'),
    unread: integer(row, 'unread'),
  };
  const failure = optionalText(row, 'failure');
  if (failure !== undefined) made.failure = failure;
  const lastMessageAt = optionalInteger(row, 'last_message_at');
  if (lastMessageAt !== undefined) made.lastMessageAt = lastMessageAt;
  const preview = optionalText(row, 'preview');
  if (preview !== undefined) made.preview = preview;
  const continuedBy = optionalText(row, 'continued_by');
  if (continuedBy !== undefined) made.continuedBy = continuedBy;
  const continues = optionalText(row, 'continues');
  if (continues !== undefined) made.continues = continues;
  if (flag(row, 'pinned')) made.pinned = true;
  const archivedAt = integer(row, 'archived');
  if (archivedAt > 0) made.archivedAt = archivedAt;
  const mutedUntil = optionalInteger(row, 'muted_until');
  if (mutedUntil !== undefined) made.mutedUntil = mutedUntil;
  const disappearAfter = optionalInteger(row, 'disappear_after');
  if (disappearAfter !== undefined) made.disappearAfter = disappearAfter;
  const disappearRevision = integer(row, 'disappear_revision');
  if (disappearRevision > 0) made.disappearRevision = disappearRevision;
  const draft = draftOf(row);
  if (draft !== undefined) made.draft = draft;
  const returned = returnedOf(row);
  if (returned !== undefined) made.returned = returned;
  if (flag(row, 'marked_unread')) made.markedUnread = true;
  if (flag(row, 'newest_own')) made.newestOwn = true;
  const revision = integer(row, 'title_revision');
  if (revision > 0) made.titled = { revision, by: id<InstanceId>(row, 'title_by') };
  return made;
}

function returnedOf(row: Row): ConversationRow['returned'] {
  const at = optionalInteger(row, 'returned_at');
  return at === undefined ? undefined : { at, by: id(row, 'returned_by') };
}

function draftOf(row: Row): Draft | undefined {
  const written = optionalText(row, 'draft');
  return written === undefined ? undefined : { text: written, ...given('replyTo', optionalText(row, 'draft_reply')) };
}
