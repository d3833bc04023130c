import { maxTitleBytes } from '../../../engine/dialog/content';
import { dialogIdFromBytes, id16ToBytes } from '../../../engine/wire/ids';
import { Writer } from '../../../engine/wire/writer';
import { newHandle } from '../../local-handle';
import type { ConversationRow, Stores } from '../../ports';
import type { FactKind } from '../replica';
import { ofRemoved } from './gone-places';
import type { KindParts } from './kind-parts';
import { dialogKey, parseDialogKey, readOptional, readTime, readWhole, writeOptional } from './values';

function encode({ conversations }: Stores, { title, titled, createdAt, continues }: ConversationRow): Uint8Array {
  const former = continues === undefined ? undefined : conversations.byId(continues);
  // A later title is a fact of its own.
  const writer = new Writer().text(titled ? '' : title).u64(createdAt);
  return writeOptional(writer, former, ({ dialogId }) => writer.fixed(id16ToBytes(dialogId))).finish();
}

/** Which conversations there are, with whom, and how they follow each other. What ends one is a fact of its own. */
export function conversationKind(parts: KindParts): FactKind {
  const { stores, random, events } = parts;
  const { contacts, conversations } = stores;
  return {
    kind: 'conversation',
    rank: 20,
    merges: true,
    apply({ key, value }) {
      const { peerId, dialogId } = parseDialogKey(key);
      const { title, createdAt, continues } = readWhole(value, (reader) => ({ title: reader.text(maxTitleBytes), createdAt: readTime(reader), continues: readOptional(reader, () => dialogIdFromBytes(reader.fixed(16))) }));
      if (conversations.isRemoved(peerId, dialogId)) return true;
      const contact = contacts.byPeer(peerId);
      if (contact === undefined) return false;
      const before = conversations.byDialog(peerId, dialogId);
      const former = continues === undefined ? undefined : conversations.byDialog(peerId, continues);
      const row: ConversationRow = before ?? { conversationId: newHandle(random), contactId: contact.contactId, peerId, dialogId, title, state: 'open', createdAt, unread: 0 };
      const linked = former !== undefined && row.continues === undefined && former.conversationId !== row.conversationId;
      // The opener alone gives a title, once: of two, which nobody should see, all devices take the same.
      conversations.put({ ...row, title: row.titled === undefined && title > row.title ? title : row.title, createdAt: Math.min(createdAt, row.createdAt), ...(linked && { continues: former.conversationId }) });
      if (before === undefined) parts.profile.talk.together.came(row);
      events.emit({ type: 'conversation.changed', conversationId: row.conversationId });
      if (linked && former.continuedBy === undefined) {
        conversations.put({ ...former, continuedBy: row.conversationId });
        events.emit({ type: 'conversation.changed', conversationId: former.conversationId });
      }
      return continues === undefined || former !== undefined;
    },
    forgets: ({ key }) => ofRemoved(parts, key),
    read(key) {
      const { peerId, dialogId } = parseDialogKey(key);
      const row = conversations.byDialog(peerId, dialogId);
      return row && encode(stores, row);
    },
    *all() {
      for (const row of [...conversations.list()].sort((a, b) => a.createdAt - b.createdAt)) yield { key: dialogKey(row), value: encode(stores, row) };
    },
  };
}

/** Whether something changed that `conversation` tells. */
export function conversationChanged(before: ConversationRow | undefined, row: ConversationRow): boolean {
  return before === undefined || (before.title !== row.title && row.titled === undefined) || before.continues !== row.continues || before.createdAt !== row.createdAt;
}
