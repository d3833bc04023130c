import type { Draft } from '../../../../shared/model/conversation';
import { id16ToBytes } from '../../../engine/wire/ids';
import type { Reader } from '../../../engine/wire/reader';
import { WireError } from '../../../engine/wire/wire-error';
import { Writer } from '../../../engine/wire/writer';
import type { ConversationRow, MessagePlace, Stores } from '../../ports';
import { maxValueBytes, type FactKind } from '../replica';
import { ofRemoved } from './gone-places';
import type { KindParts } from './kind-parts';
import { dialogKey, instanceOf, parseDialogKey, readFlag, readOptional, readTime, readWhole, writeOptional } from './values';

const words = ['pinned', 'archived', 'muted', 'draft'] as const;
type Word = (typeof words)[number];
const maxDraftChars = 200_000;

/** What this person does with a conversation for themselves; each thing apart, the latest word counts. */
export function shelfKind(parts: KindParts): FactKind {
  const { stores, events } = parts;
  const { conversations } = stores;
  return {
    kind: 'shelf',
    rank: 51,
    apply({ key, value }) {
      const { dialog, word } = parseKey(key);
      const row = conversations.byDialog(dialog.peerId, dialog.dialogId);
      if (row === undefined) return conversations.isRemoved(dialog.peerId, dialog.dialogId);
      conversations.put(changed(stores, row, word, value));
      events.emit({ type: 'conversation.changed', conversationId: row.conversationId });
      return true;
    },
    forgets: ({ key }) => ofRemoved(parts, key.slice(0, key.lastIndexOf('/'))),
    *all() {
      for (const row of conversations.list()) {
        for (const word of words) {
          const value = shelfValue(stores, row, word);
          if (value && !isUsual(row, word)) yield { key: shelfKey(row, word), value };
        }
      }
    },
  };
}

/** What to say after a conversation was put: key and value of what is different. */
export function* shelfChanges(stores: Pick<Stores, 'messages'>, before: ConversationRow | undefined, row: ConversationRow): Generator<{ readonly key: string; readonly value: Uint8Array }> {
  for (const word of words) {
    if (before === undefined ? isUsual(row, word) : isSame(before, row, word)) continue;
    const value = shelfValue(stores, row, word);
    if (value) yield { key: shelfKey(row, word), value };
  }
}

function shelfKey(row: ConversationRow, word: Word): string {
  return `${dialogKey(row)}/${word}`;
}

function parseKey(key: string): { readonly dialog: ReturnType<typeof parseDialogKey>; readonly word: Word } {
  const at = key.lastIndexOf('/');
  const word = words.find((each) => each === key.slice(at + 1));
  if (word === undefined) throw new WireError('nothing one does with a conversation');
  return { dialog: parseDialogKey(key.slice(0, at)), word };
}

function isUsual({ pinned, archivedAt, mutedUntil, draft }: ConversationRow, word: Word): boolean {
  return { pinned: pinned !== true, archived: archivedAt === undefined, muted: mutedUntil === undefined, draft: draft === undefined }[word];
}

function isSame(one: ConversationRow, other: ConversationRow, word: Word): boolean {
  switch (word) {
    case 'pinned':
      return one.pinned === other.pinned;
    case 'archived':
      return one.archivedAt === other.archivedAt;
    case 'muted':
      return one.mutedUntil === other.mutedUntil;
    case 'draft':
      return one.draft?.text === other.draft?.text && one.draft?.replyTo === other.draft?.replyTo;
  }
}

/** Undefined: too long to be told; it stays on this device. */
function shelfValue({ messages }: Pick<Stores, 'messages'>, row: ConversationRow, word: Word): Uint8Array | undefined {
  switch (word) {
    case 'pinned':
      return new Writer().u8(row.pinned === true ? 1 : 0).finish();
    case 'archived':
      return new Writer().u64(row.archivedAt ?? 0).finish();
    case 'muted':
      return new Writer().u64(row.mutedUntil ?? 0).finish();
    case 'draft': {
      const answered = row.draft?.replyTo === undefined ? undefined : messages.byId(row.draft.replyTo);
      const writer = new Writer().text(row.draft?.text ?? '');
      const value = writeOptional(writer, answered, ({ instanceId, sequence }) => writer.fixed(id16ToBytes(instanceId)).u64(sequence)).finish();
      return value.length > maxValueBytes ? undefined : value;
    }
  }
}

function changed(stores: Stores, row: ConversationRow, word: Word, value: Uint8Array): ConversationRow {
  const { pinned, archivedAt, mutedUntil, draft, ...rest } = row;
  const now = { pinned, archivedAt, mutedUntil, draft, ...readWhole(value, (reader) => said(stores, row, word, reader)) };
  return {
    ...rest,
    ...(now.pinned === true && { pinned: now.pinned }),
    ...(now.archivedAt !== undefined && { archivedAt: now.archivedAt }),
    ...(now.mutedUntil !== undefined && { mutedUntil: now.mutedUntil }),
    ...(now.draft !== undefined && { draft: now.draft }),
  };
}

interface Said {
  readonly pinned?: true | undefined;
  readonly archivedAt?: number | undefined;
  readonly mutedUntil?: number | undefined;
  readonly draft?: Draft | undefined;
}

function said({ messages }: Stores, { conversationId }: ConversationRow, word: Word, reader: Reader): Said {
  switch (word) {
    case 'pinned':
      return { pinned: readFlag(reader) ? true : undefined };
    case 'archived':
      return { archivedAt: readTime(reader) || undefined };
    case 'muted':
      return { mutedUntil: readTime(reader) || undefined };
    case 'draft': {
      const written = reader.text(maxDraftChars);
      const place = readOptional(reader, (): MessagePlace => ({ instanceId: instanceOf(Buffer.from(reader.fixed(16)).toString('hex')), sequence: reader.u64() }));
      const answered = place && messages.bySequence(conversationId, place.instanceId, place.sequence);
      return { draft: written === '' && answered === undefined ? undefined : { text: written, ...(answered && { replyTo: answered.messageId }) } };
    }
  }
}
