import type { Handlers } from '../../shared/contract/contract';
import type { Draft, Editing } from '../../shared/model/conversation';
import { KeyshiftError } from '../../shared/errors';
import type { Clock } from '../engine/ports';
import { shownAsOne } from './conversation-view';
import { conversationRow, conversationRows } from './conversations-service';
import type { EventHub } from './event-hub';
import type { OpenProfile } from './open-profile';
import type { ConversationRow } from './ports';
import { setDisappearing } from './talk/of-profile';
import { lastRevision } from './titles';
import { assertOpen } from './writable';

type Change = Parameters<Handlers['conversations']['update']>[0];

/** What a person does with conversations for themselves, and their titles, which both people see. */
export function conversationChangesService(parts: { profile: () => OpenProfile; events: EventHub; clock: Clock }): Pick<Handlers['conversations'], 'update' | 'remove' | 'get' | 'timers'> {
  return {
    get: ({ conversationId }) => {
      const profile = parts.profile();
      return shownAsOne(profile.stores, profile.talk.disappearing, conversationRows(profile, conversationId));
    },
    timers: ({ conversationId }) => {
      const profile = parts.profile();
      return profile.stores.changes.timers(conversationRow(profile, conversationId).conversationId).map(({ by, seconds, at }) => ({ by, seconds, at }));
    },
    update: (change) => {
      const profile = parts.profile();
      const rows = conversationRows(profile, change.conversationId);
      const [before] = rows;
      const { conversationId } = before;
      const told = profile.commit(() => {
        const shelved = onShelf(profile, rows, change, Math.max(0, Math.trunc(parts.clock.now())));
        const row = change.title === undefined || change.title === before.title ? shelved : retitled(profile, shelved, change.title);
        profile.stores.conversations.put(row);
        // Whichever of them was marked.
        if (change.markedUnread === false) for (const each of rows.slice(1)) if (each.markedUnread === true) profile.stores.conversations.put({ ...each, markedUnread: undefined });
        if (change.editing !== undefined) keepEdit(profile, rows, change.editing);
        const seconds = change.disappearAfter;
        const timed = seconds === undefined ? [] : [row, ...rows.slice(1)].filter((each) => (each.disappearAfter ?? 0) !== seconds);
        if (timed.length > 0) assertOpen(profile, row);
        for (const each of timed) if (each.state === 'open') setDisappearing(profile, each, seconds ?? 0);
        if (isShownOtherwise(before, row) || change.markedUnread === false) parts.events.emit({ type: 'conversation.changed', conversationId });
        return row !== shelved || timed.length > 0;
      });
      if (told) profile.delivery.flush(before.peerId);
      return null;
    },
    remove: ({ conversationId }) => {
      const profile = parts.profile();
      const rows = conversationRows(profile, conversationId);
      profile.commit(() => rows.forEach((row) => profile.removal.remove(row)));
      profile.delivery.flush(rows[0].peerId);
      return null;
    },
  };
}

/** Errors: message.unknown. */
function onShelf(profile: OpenProfile, rows: readonly [ConversationRow, ...ConversationRow[]], { pinned, archived, markedUnread, mutedUntil, draft }: Change, now: number): ConversationRow {
  const answered = draft?.replyTo === undefined ? undefined : profile.stores.messages.byId(draft.replyTo);
  if (answered !== undefined && !rows.some(({ conversationId }) => conversationId === answered.conversationId)) throw new KeyshiftError('message.unknown', 'The message to reply to is not in this conversation.');
  const [row] = rows;
  const { pinned: wasPinned, archivedAt, mutedUntil: wasMuted, draft: written, ...rest } = row;
  // What it was to answer may be gone by now; what was written is not.
  const wanted = draft === undefined ? written : (draft ?? undefined);
  const kept = wanted === undefined ? undefined : withReply(wanted, draft === undefined || answered !== undefined);
  // Nothing that is said later is put away with it, whatever the clocks say.
  const putAway = archived === undefined ? archivedAt : archived ? Math.max(now, row.lastMessageAt ?? 0) : undefined;
  const muted = mutedUntil ?? wasMuted;
  return {
    ...rest,
    markedUnread: markedUnread === undefined ? row.markedUnread : markedUnread || undefined,
    ...((pinned ?? wasPinned === true) && { pinned: true as const }),
    ...(putAway !== undefined && { archivedAt: putAway }),
    ...(muted !== undefined && muted > 0 && { mutedUntil: muted }),
    ...(kept !== undefined && { draft: kept }),
  };
}

/** Errors: message.unknown, message.not-own. */
function keepEdit({ stores: { edits, messages } }: OpenProfile, rows: readonly ConversationRow[], editing: Editing | null): void {
  const isHere = (conversationId: string): boolean => rows.some((row) => row.conversationId === conversationId);
  const changed = editing === null ? undefined : messages.byId(editing.messageId);
  if (changed !== undefined && !isHere(changed.conversationId)) throw new KeyshiftError('message.unknown', 'The message to change is not in this conversation.');
  if (changed !== undefined && changed.direction !== 'out') throw new KeyshiftError('message.not-own', 'Only what you wrote yourself can be changed.');
  for (const each of edits.list()) if (isHere(each.conversationId) && each.messageId !== editing?.messageId) edits.remove(each.messageId);
  // What it was to change may be gone by now, and with it there is nothing to keep.
  if (editing !== null && changed?.kind === 'text') edits.put(editing.messageId, editing.text);
}

/** Undefined: there is nothing to keep. */
function withReply({ text, replyTo }: Draft, isThere: boolean): Draft | undefined {
  const answers = isThere && replyTo !== undefined;
  return text === '' && !answers ? undefined : { text, ...(answers && { replyTo }) };
}

/** Errors: those of sending. */
function retitled(profile: OpenProfile, row: ConversationRow, title: string): ConversationRow {
  assertOpen(profile, row);
  const revision = Math.min((row.titled?.revision ?? 0) + 1, lastRevision);
  const { instanceId } = profile.engine.send(row, { kind: 'title', title, revision });
  return { ...row, title, titled: { revision, by: instanceId } };
}

/** A draft that grows is nobody's news: that there is one, or none any more, is. */
function isShownOtherwise(one: ConversationRow, other: ConversationRow): boolean {
  return (
    one.title !== other.title || one.pinned !== other.pinned || one.archivedAt !== other.archivedAt || one.markedUnread !== other.markedUnread || one.mutedUntil !== other.mutedUntil || (one.draft === undefined) !== (other.draft === undefined)
  );
}
