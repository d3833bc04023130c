import { maxTextBytes } from '../../../../shared/model/message';
import type { DialogKey, StreamKey } from '../../../engine/dialog/dialog-store';
import type { DialogId } from '../../../engine/ids';
import { dialogIdFromBytes, id16ToBytes, instanceIdFromBytes } from '../../../engine/wire/ids';
import type { Reader } from '../../../engine/wire/reader';
import { WireError } from '../../../engine/wire/wire-error';
import { Writer } from '../../../engine/wire/writer';
import { previewOf } from '../../message-preview';
import { messageViews } from '../../message-view';
import type { ConversationRow, MessagePlace, MessageRow, Stores } from '../../ports';
import { wasErased } from '../../talk/message-changes';
import type { FactKind } from '../replica';
import { areFormer } from './former-words';
import { ofErased } from './gone-places';
import type { KindParts } from './kind-parts';
import { markedState } from './mark';
import { messageKey, parseMessageKey, readOptional, readTime, readWhole, readWord, writeOptional } from './values';

const states = ['queued', 'sent', 'delivered', 'read'] as const satisfies readonly MessageRow['state'][];
const directions = ['in', 'out'] as const;
/** By place on the wire: later ones are added at the end. */
const kinds = ['text', 'unsupported', 'file', 'deleted'] as const satisfies readonly MessageRow['kind'][];
/** Parts of a millisecond in the time a message was shown. */
const perMs = 4_096;
const pageRows = 128;
/** Leaves room for what is shown after the last one. */
const maxShown = 2 ** 53 - 2 ** 32;
const nothing = new Uint8Array(0);

/** A message as every device has it: other messages by their places in the dialogs. */
interface Told extends Pick<MessageRow, 'direction' | 'kind' | 'text' | 'sentAt' | 'receivedAt' | 'state' | 'keyEpoch' | 'origin' | 'disappearAfter' | 'disappearsAt'> {
  readonly shown: number;
  readonly replyTo?: MessagePlace | undefined;
  readonly movedTo?: (MessagePlace & { readonly dialogId: DialogId }) | undefined;
}

/** Everything a person sees in a conversation, both ways. One message is told by every device that has it; what they know of it is joined. */
export function messageKind(parts: KindParts): FactKind {
  const { stores } = parts;
  return {
    kind: 'message',
    rank: 50,
    merges: true,
    apply({ key, value }) {
      const place = parseMessageKey(key);
      const told = parse(value);
      const conversation = stores.conversations.byDialog(place.peerId, place.dialogId);
      if (conversation === undefined) return stores.conversations.isRemoved(place.peerId, place.dialogId);
      const isTaken = take(parts, conversation, place, told);
      // Kept as that device said it, its former words would outlive the change.
      const now = stores.messages.bySequence(conversation.conversationId, place.instanceId, place.sequence);
      if (now && areFormer(now, told)) parts.profile.devices.replica.sayAfter('message', key, nothing);
      return isTaken;
    },
    read(key) {
      const place = parseMessageKey(key);
      const conversation = stores.conversations.byDialog(place.peerId, place.dialogId);
      const shared = conversation && stores.messages.shared(conversation.conversationId, place);
      return shared && encode(stores, shared.row, shared.shown);
    },
    forgets: (fact) => ofErased(parts, fact, (row) => areFormer(row, { text: parse(fact.value).text })),
    *all() {
      for (const conversation of [...stores.conversations.list()].sort((a, b) => a.createdAt - b.createdAt)) {
        let rows = stores.messages.placesAfter(conversation.conversationId, undefined, pageRows);
        for (let last = rows.at(-1); last !== undefined; last = rows.at(-1)) {
          for (const row of rows) yield { key: messageKey({ ...conversation, instanceId: row.instanceId }, row.sequence), value: nothing };
          rows = stores.messages.placesAfter(conversation.conversationId, last, pageRows);
        }
      }
    },
  };
}

/** False: what it replies to, or was moved to, is not here yet; it is shown without. */
function take(parts: KindParts, conversation: ConversationRow, place: StreamKey & MessagePlace, told: Told): boolean {
  const { stores, profile } = parts;
  const { messages } = stores;
  const { conversationId } = conversation;
  const replyTo = told.replyTo && placed(stores, conversationId, told.replyTo)?.messageId;
  const movedTo = told.movedTo && movedIn(stores, place, told.movedTo);
  const known = { state: atLeast(told.state, markedState(stores.replica, place, told.direction, place.sequence)), keyEpoch: told.keyEpoch, replyTo, movedTo };
  const here = hereAlready(parts, conversationId, place, told);
  // What this device wrote stands here; at its other places it will write.
  if (here === undefined && place.instanceId === parts.local.instanceId) return true;
  if (here === undefined) {
    const row: MessageRow = {
      messageId: profile.newMessageId(),
      conversationId,
      direction: told.direction,
      instanceId: place.instanceId,
      sequence: place.sequence,
      kind: told.kind,
      text: told.text,
      ...(replyTo !== undefined && { replyTo }),
      sentAt: told.sentAt,
      ...(told.receivedAt !== undefined && { receivedAt: told.receivedAt }),
      state: known.state,
      ...(movedTo !== undefined && { movedTo }),
      keyEpoch: told.keyEpoch,
      ...(told.origin && { origin: told.origin }),
      ...(told.disappearAfter !== undefined && { disappearAfter: told.disappearAfter }),
      ...(told.disappearsAt !== undefined && { disappearsAt: profile.talk.disappearing.endOf(told) }),
    };
    if (wasErased({ stores, replica: () => profile.devices.replica }, conversation, place)) {
      // Who tells of it was away so long, or set back so far, that nobody says so to them any more.
      if (stores.changes.isEnded(conversationId, place)) profile.devices.replica.sayAfter('expired', messageKey(place, place.sequence), Uint8Array.of(1));
      return true;
    }
    messages.addShown(row, told.shown);
    note(parts, conversation, profile.talk.changes.arrived(conversation, row), told.shown);
    if (row.disappearAfter !== undefined) profile.talk.disappearing.begin(conversationId);
    if (row.disappearsAt !== undefined) profile.talk.disappearing.look();
  } else {
    // Where it came later, what it replies to was here already.
    if (here.replyTo !== undefined && told.replyTo === undefined) parts.profile.devices.replica.sayAfter('message', messageKey(place, place.sequence), nothing);
    const end = told.disappearsAt === undefined ? undefined : profile.talk.disappearing.endOf(told);
    if (end !== undefined) profile.talk.disappearing.endBy(here.messageId, end);
    const changed = messages.merge(here.messageId, { ...known, shown: told.shown });
    if (changed !== undefined) tell(parts, conversation, here, known.state);
    if (changed === 'moved') parts.events.emit({ type: 'messages.moved', conversationId });
  }
  return (told.replyTo === undefined || replyTo !== undefined) && (told.movedTo === undefined || movedTo !== undefined);
}

/**
 * The same message at this place, or at the one it had before its sender became another device. A device that was set back gave a place out
 * twice: another message that stood there is another message.
 */
function hereAlready({ stores: { messages }, local }: KindParts, conversationId: string, place: MessagePlace, told: Told): MessageRow | undefined {
  const here = messages.bySequence(conversationId, place.instanceId, place.sequence);
  if (here !== undefined) return here;
  const moved = messages.byOrigin(conversationId, place.instanceId, place.sequence);
  if (moved !== undefined && isLike(moved, told)) return moved;
  const { origin } = told;
  // Nobody takes over what this very device wrote.
  if (origin === undefined || origin.instanceId === local.instanceId) return undefined;
  const first = messages.bySequence(conversationId, origin.instanceId, origin.sequence) ?? messages.byOrigin(conversationId, origin.instanceId, origin.sequence);
  if (first === undefined || !isLike(first, told)) return undefined;
  return told.direction === 'out' ? messages.move(conversationId, origin, place, told.keyEpoch) : first;
}

function isLike(row: MessageRow, { direction, sentAt, text }: Told): boolean {
  const isChanged = row.kind === 'deleted' || row.revision !== undefined;
  return row.direction === direction && row.sentAt === sentAt && (direction === 'in' || isChanged || row.text === text);
}

/** What the line of the conversation says, and clients. */
function note({ stores, events, profile }: KindParts, conversation: ConversationRow, row: MessageRow, shown: number): void {
  const { conversations } = stores;
  const { conversationId, lastMessageAt = 0, unread } = conversations.byId(conversation.conversationId) ?? conversation;
  const at = Math.floor(shown / perMs);
  const isUnread = row.direction === 'in' && row.state !== 'read' ? 1 : 0;
  if (at >= lastMessageAt) conversations.noteMessage(conversationId, { at, preview: previewOf(row.text), own: row.direction === 'out', unread: isUnread });
  else if (isUnread === 1) conversations.put({ ...(conversations.byId(conversationId) ?? conversation), unread: unread + 1 });
  profile.talk.together.said(conversationId);
  // A whole history is no news; whoever looks at it sees it grow.
  const isNews = profile.devices.replica.isReady;
  for (const message of isNews ? messageViews(stores, [row], (each) => profile.waitingFor(conversation.peerId, each)) : []) events.emit({ type: 'message.received', conversationId, message });
  if (!isNews || stores.messages.page(conversationId, undefined, 1)[0]?.messageId !== row.messageId) events.emit({ type: 'messages.moved', conversationId });
  events.emit({ type: 'conversation.changed', conversationId });
}

function tell({ events, profile, stores: { conversations } }: KindParts, { conversationId, peerId }: ConversationRow, here: MessageRow, state: MessageRow['state']): void {
  const now = here.direction === 'in' && here.state !== 'read' && state === 'read' ? conversations.byId(conversationId) : undefined;
  if (now) conversations.put({ ...now, unread: Math.max(0, now.unread - 1) });
  const row = { ...here, state: atLeast(here.state, state) };
  const waitingFor = profile.waitingFor(peerId, row);
  if (row.direction === 'out') events.emit({ type: 'message.state', conversationId, messageId: row.messageId, state: row.state, ...(waitingFor && { waitingFor }) });
  events.emit({ type: 'conversation.changed', conversationId });
}

function atLeast(a: MessageRow['state'], b: MessageRow['state']): MessageRow['state'] {
  return states.indexOf(a) > states.indexOf(b) ? a : b;
}

function placed({ messages }: Stores, conversationId: string, { instanceId, sequence }: MessagePlace): MessageRow | undefined {
  return messages.bySequence(conversationId, instanceId, sequence) ?? messages.byOrigin(conversationId, instanceId, sequence);
}

function movedIn(stores: Stores, { peerId }: DialogKey, to: NonNullable<Told['movedTo']>): string | undefined {
  const conversation = stores.conversations.byDialog(peerId, to.dialogId);
  return conversation && placed(stores, conversation.conversationId, to)?.messageId;
}

function encode({ messages, conversations }: Stores, row: MessageRow, shown: number): Uint8Array {
  const replied = row.replyTo === undefined ? undefined : messages.byId(row.replyTo);
  const moved = row.movedTo === undefined ? undefined : messages.byId(row.movedTo);
  const elsewhere = moved && conversations.byId(moved.conversationId);
  const writer = new Writer(64 + 2 * row.text.length)
    .u8(directions.indexOf(row.direction))
    .u8(kinds.indexOf(row.kind))
    .text(row.text)
    .u64(row.sentAt)
    .u64(shown)
    .u8(states.indexOf(row.state))
    .u32(row.keyEpoch);
  writeOptional(writer, row.receivedAt, (at) => writer.u64(at));
  writeOptional(writer, replied, (to) => writePlace(writer, to));
  writeOptional(writer, row.origin, (first) => writePlace(writer, first));
  writeOptional(writer, moved && elsewhere, (to) => writePlace(writer.fixed(id16ToBytes(to.dialogId)), moved ?? row));
  writeOptional(writer, row.disappearAfter, (seconds) => writer.u32(seconds));
  return writeOptional(writer, row.disappearsAt, (at) => writer.u64(at)).finish();
}

function parse(value: Uint8Array): Told {
  const told = readWhole(value, (reader): Told => ({
    direction: readWord(reader, directions),
    kind: readWord(reader, kinds),
    text: reader.text(maxTextBytes),
    sentAt: readTime(reader),
    shown: reader.u64(),
    state: readWord(reader, states),
    keyEpoch: reader.u32(),
    ...optional('receivedAt', readOptional(reader, () => readTime(reader))),
    ...optional('replyTo', readOptional(reader, () => readPlace(reader))),
    ...optional('origin', readOptional(reader, () => readPlace(reader))),
    ...optional('movedTo', readOptional(reader, () => ({ dialogId: dialogIdFromBytes(reader.fixed(16)), ...readPlace(reader) }))),
    ...optional('disappearAfter', readOptional(reader, () => reader.u32())),
    ...optional('disappearsAt', readOptional(reader, () => readTime(reader))),
  }));
  if (told.shown > maxShown) throw new WireError('a time that leaves no later one');
  return told;
}

function writePlace(writer: Writer, { instanceId, sequence }: MessagePlace): Writer {
  return writer.fixed(id16ToBytes(instanceId)).u64(sequence);
}

function readPlace(reader: Reader): MessagePlace {
  return { instanceId: instanceIdFromBytes(reader.fixed(16)), sequence: reader.u64() };
}

function optional<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  // A computed key widens to an index signature; exactly this one property is set.
  return value === undefined ? {} : ({ [key]: value } as { readonly [P in K]?: V });
}
