import { maxTitleBytes } from '../../../engine/dialog/content';
import type { InstanceId } from '../../../engine/ids';
import { id16ToBytes, instanceIdFromBytes } from '../../../engine/wire/ids';
import { WireError } from '../../../engine/wire/wire-error';
import { Writer } from '../../../engine/wire/writer';
import type { ConversationRow } from '../../ports';
import { isLaterTitle } from '../../titles';
import type { FactKind } from '../replica';
import { ofRemoved } from './gone-places';
import type { KindParts } from './kind-parts';
import { dialogKey, parseDialogKey, readWhole } from './values';

type Titled = { readonly title: string; readonly revision: number; readonly by: InstanceId };

/** Another title than the first: the one with the highest number, and of two the one by the greater device, as the other person sees it, too. */
export function titleKind(parts: KindParts): FactKind {
  const { stores: { conversations }, events } = parts;
  return {
    kind: 'title',
    rank: 22,
    merges: true,
    apply({ key, value }) {
      const { peerId, dialogId } = parseDialogKey(key);
      const told = parse(value);
      const row = conversations.byDialog(peerId, dialogId);
      if (row === undefined) return conversations.isRemoved(peerId, dialogId);
      if (!isLaterTitle(row, told)) return true;
      const { title, ...titled } = told;
      conversations.put({ ...row, title, titled });
      events.emit({ type: 'conversation.changed', conversationId: row.conversationId });
      return true;
    },
    forgets: ({ key }) => ofRemoved(parts, key),
    read(key) {
      const { peerId, dialogId } = parseDialogKey(key);
      const row = conversations.byDialog(peerId, dialogId);
      return row && encodeTitle(row);
    },
    *all() {
      for (const row of conversations.list()) {
        const value = encodeTitle(row);
        if (value) yield { key: dialogKey(row), value };
      }
    },
  };
}

function encodeTitle({ title, titled }: ConversationRow): Uint8Array | undefined {
  return titled && new Writer().u32(titled.revision).fixed(id16ToBytes(titled.by)).text(title).finish();
}

function parse(value: Uint8Array): Titled {
  const told = readWhole(value, (reader) => ({ revision: reader.u32(), by: instanceIdFromBytes(reader.fixed(16)), title: reader.text(maxTitleBytes) }));
  if (told.revision === 0) throw new WireError('revisions count from 1');
  return told;
}
