import { Writer } from '../../../engine/wire/writer';
import type { ConversationRow } from '../../ports';
import type { FactKind } from '../replica';
import { ofRemoved } from './gone-places';
import type { KindParts } from './kind-parts';
import { dialogKey, parseDialogKey, readFlag, readWhole } from './values';

export function encodeUnread({ markedUnread }: Pick<ConversationRow, 'markedUnread'>): Uint8Array {
  return new Writer(1).u8(markedUnread === true ? 1 : 0).finish();
}

/** That a conversation was marked as unread by hand, or is no more: the latest word counts. A kind of its own: devices with an earlier program keep what they do not know, and refuse a shelf with another word. */
export function unreadKind(parts: KindParts): FactKind {
  const { stores: { conversations }, events } = parts;
  return {
    kind: 'unread',
    rank: 61,
    apply({ key, value }) {
      const { peerId, dialogId } = parseDialogKey(key);
      const markedUnread = readWhole(value, readFlag) || undefined;
      const row = conversations.byDialog(peerId, dialogId);
      if (row === undefined) return conversations.isRemoved(peerId, dialogId);
      conversations.put({ ...row, markedUnread });
      events.emit({ type: 'conversation.changed', conversationId: row.conversationId });
      return true;
    },
    forgets: ({ key }) => ofRemoved(parts, key),
    *all() {
      for (const row of conversations.list()) if (row.markedUnread === true) yield { key: dialogKey(row), value: encodeUnread(row) };
    },
  };
}
