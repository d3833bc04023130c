import { maxEmojiBytes } from '../../../engine/dialog/content';
import { maxTextBytes } from '../../../../shared/model/message';
import { Reader } from '../../../engine/wire/reader';
import { WireError } from '../../../engine/wire/wire-error';
import { Writer } from '../../../engine/wire/writer';
import type { ToldChange } from '../../talk/message-changes';
import type { FactKind } from '../replica';
import { areFormer } from './former-words';
import { ofErased } from './gone-places';
import type { KindParts } from './kind-parts';
import { messageKey, parseDialogKey, parseMessageKey, readFlag, readOptional, readTime, readWord, writeOptional } from './values';

const nothing = new Uint8Array(0);
const sides = ['me', 'them'] as const;
const version = 1;
/** Of both sides. */
const mostWords = 64;
/** Of the hybrid clock of facts. */
const stampsPerMs = 4_096;

/** What was done to messages that are there. Each device says what it knows; of every part the later word counts. */
export function changeKind(parts: KindParts): FactKind {
  const { stores, profile } = parts;
  const { conversations, messages, changes } = stores;
  return {
    kind: 'change',
    rank: 55,
    merges: true,
    apply({ key, value }) {
      const place = parseMessageKey(key);
      const told = parse(value);
      const conversation = conversations.byDialog(place.peerId, place.dialogId);
      if (conversation === undefined) return conversations.isRemoved(place.peerId, place.dialogId);
      return profile.talk.changes.merge(conversation, place, told);
    },
    forgets: (fact) => ofErased(parts, fact, (row) => areFormer(row, parse(fact.value))),
    read(key) {
      const place = parseMessageKey(key);
      const conversation = conversations.byDialog(place.peerId, place.dialogId);
      const row = conversation && messages.bySequence(conversation.conversationId, place.instanceId, place.sequence);
      const told = row && profile.talk.changes.told(row);
      return told && encode(told);
    },
    *all() {
      for (const conversation of conversations.list()) {
        for (const { instanceId, sequence } of changes.changed(conversation.conversationId)) yield { key: messageKey({ ...conversation, instanceId }, sequence), value: nothing };
      }
    },
  };
}

/**
 * Messages that are gone from the own devices: `erased` by the person, for good; `expired` when their time was over, which every device finds by itself
 * once it has heard of the reading. An earlier word of such a message brings nothing back.
 */
export function erasedKinds({ stores, profile }: KindParts): readonly FactKind[] {
  const kind = (name: 'erased' | 'expired'): FactKind => ({
    kind: name,
    rank: 56,
    ...(name === 'expired' && { passingMs: Infinity }),
    stays: true,
    awaited: true,
    apply({ key, value, stamp }) {
      if (value.length !== 1 || value[0] !== 1) throw new WireError('anything but a yes');
      const place = parseMessageKey(key);
      const conversation = stores.conversations.byDialog(place.peerId, place.dialogId);
      const row = conversation && profile.talk.changes.placed(conversation.conversationId, place);
      const { changes, disappearing } = profile.talk;
      // The clock of the device that says so may be years ahead: then this one's says when.
      const isAhead = disappearing.isAhead(Math.floor(stamp / stampsPerMs));
      const end = row && name === 'expired' && isAhead ? disappearing.endOf(row) : undefined;
      if (row && end !== undefined) disappearing.endBy(row.messageId, end);
      else if (row) changes.erase([row], name, false);
      else if (conversation && name === 'erased') changes.neverComes(conversation.conversationId, place);
      else if (conversation && !isAhead) changes.ended(conversation.conversationId, place);
      return true;
    },
    all: () => [],
  });
  return [kind('erased'), kind('expired')];
}

/** After how long messages disappear: the later word counts, whoever said it. */
export function timerKind({ stores, profile }: KindParts): FactKind {
  const { conversations } = stores;
  return {
    kind: 'timer',
    rank: 22,
    merges: true,
    apply({ key, value }) {
      const { peerId, dialogId } = parseDialogKey(key);
      const reader = new Reader(value);
      const [revision, seconds] = [reader.u32(), reader.u32()];
      const who = reader.remaining === 0 ? {} : { by: readWord(reader, sides), at: readTime(reader) };
      reader.end();
      const conversation = conversations.byDialog(peerId, dialogId);
      if (conversation === undefined) return conversations.isRemoved(peerId, dialogId);
      if (revision > 0 && seconds <= 365 * 86_400) profile.talk.disappearing.merge(conversation, { seconds, revision, ...who });
      return true;
    },
    read(key) {
      const { peerId, dialogId } = parseDialogKey(key);
      const row = conversations.byDialog(peerId, dialogId);
      if (row === undefined) return undefined;
      const writer = new Writer(17).u32(row.disappearRevision ?? 0).u32(row.disappearAfter ?? 0);
      const last = stores.changes.timers(row.conversationId).at(-1);
      return (last?.revision === row.disappearRevision && last !== undefined ? writer.u8(sides.indexOf(last.by)).u64(last.at) : writer).finish();
    },
    *all() {
      for (const row of conversations.list()) {
        if (row.disappearRevision !== undefined) yield { key: `${row.peerId}/${row.dialogId}`, value: nothing };
      }
    },
  };
}

function encode({ deleted, revision, text, editedAt, words }: ToldChange): Uint8Array {
  const writer = new Writer(64 + 2 * text.length).u8(version).u8(deleted ? 1 : 0).u32(revision).text(text);
  writeOptional(writer, editedAt, (at) => writer.u64(at));
  const told = words.slice(0, mostWords);
  writer.u8(told.length);
  for (const { by, emoji, revision: count, removed, at } of told) writer.u8(sides.indexOf(by)).text(emoji).u32(count).u8(removed ? 1 : 0).u64(at);
  return writer.finish();
}

function parse(value: Uint8Array): ToldChange {
  const reader = new Reader(value);
  if (reader.u8() !== version) throw new WireError('of an unknown version');
  const [deleted, revision, text] = [readFlag(reader), reader.u32(), reader.text(maxTextBytes)];
  const editedAt = readOptional(reader, () => readTime(reader));
  const count = reader.u8();
  if (count > mostWords) throw new WireError('more words than anybody says');
  const words = Array.from({ length: count }, () => ({
    by: readWord(reader, sides),
    emoji: reader.text(maxEmojiBytes),
    revision: reader.u32(),
    removed: readFlag(reader),
    at: readTime(reader),
  }));
  reader.end();
  return { deleted, revision, text, ...(editedAt !== undefined && { editedAt }), words };
}
